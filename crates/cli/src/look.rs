//! How an answer looks on standard output: in colour or not, and how wide.

use std::io::{self, IsTerminal as _};

use clap::ColorChoice;
use holter_report::Look;

/// In narrower lines no table has room.
const NARROWEST: usize = 40;
/// Wider ones are hard to read.
const WIDEST: usize = 100;

/// The look of what goes to standard output, or elsewhere: to a file.
pub(crate) fn of(color: ColorChoice, elsewhere: bool) -> Look {
    let terminal = !elsewhere && io::stdout().is_terminal();
    let size = terminal.then(terminal_size::terminal_size).flatten();
    Look {
        colour: match color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                terminal && anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
            }
        },
        width: size.map_or(Look::default().width, |(width, _)| {
            usize::from(width.0).clamp(NARROWEST, WIDEST)
        }),
    }
}
