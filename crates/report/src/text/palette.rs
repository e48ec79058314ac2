//! The colours of the text, or none. Colour only repeats what the words say.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};

/// The styles by what they mean.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Palette {
    /// Something is affected.
    pub(crate) bad: Style,
    /// Nothing is.
    pub(crate) good: Style,
    /// It is not known.
    pub(crate) open: Style,
    /// What a line is about.
    pub(crate) strong: Style,
    /// What may be skipped.
    pub(crate) faint: Style,
}

impl Palette {
    /// Colours, or plain text.
    pub(crate) const fn new(colour: bool) -> Self {
        let plain = Style::new();
        if !colour {
            return Self {
                bad: plain,
                good: plain,
                open: plain,
                strong: plain,
                faint: plain,
            };
        }
        Self {
            bad: AnsiColor::Red.on_default().bold(),
            good: AnsiColor::Green.on_default().bold(),
            open: AnsiColor::Yellow.on_default().bold(),
            strong: plain.bold(),
            faint: plain.dimmed(),
        }
    }
}

/// `text` in a style.
pub(crate) fn painted(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}
