//! `-f text`: were we attacked, what leaked, to whom, who is exposed; then what else is wrong; then what was heard at all.

mod attack;
mod inventory;
mod other;

use anstyle::Style;

use super::digest::Digest;
use super::words::{LIMITS, answer, moment};
use super::{Overheard, Sums};
use crate::escape::terminal;
use crate::sentence::Mood;
use crate::text::{Page, Palette, counted, number, painted};

/// Writes it.
pub(super) fn page(overheard: &Overheard, digest: &Digest, out: &mut Vec<u8>) {
    let mut page = Page::new(out, Palette::new(overheard.look.colour), overheard.look.width);
    let (mood, sentence) = answer(&overheard.sums);
    let style = match mood {
        Mood::Bad => page.palette.bad,
        Mood::Open => page.palette.open,
        Mood::Good => page.palette.good,
    };
    page.paragraph(0, style, &sentence);
    let faint = page.palette.faint;
    page.paragraph(0, faint, &extent(&overheard.sums));
    if overheard.sums.interrupted {
        let said = "It was stopped before its end: this is what was heard by then.";
        page.line(&painted(page.palette.open, said));
    }
    page.attacks(digest);
    page.clear_text(digest);
    page.takeovers(overheard);
    page.others(digest);
    page.inventory(digest, &overheard.sums);
    page.limits(overheard);
}

/// How much was listened to.
fn extent(sums: &Sums) -> String {
    let mut said = format!(
        "{}, {}, {} bytes",
        counted(sums.sources, "source", "sources"),
        counted(sums.packets, "packet", "packets"),
        number(sums.bytes)
    );
    if let (Some(first), Some(last)) = (sums.first, sums.last) {
        said.push_str(&format!("; captured {} to {}", moment(first), moment(last)));
    }
    said.push('.');
    said
}

impl Page<'_> {
    fn titled(&mut self, style: Style, title: &str) {
        self.line("");
        self.line(&painted(style, title));
        self.line("");
    }

    /// What was not heard, and what all this cannot say.
    fn limits(&mut self, overheard: &Overheard) {
        let (open, strong) = (self.palette.open, self.palette.strong);
        if !overheard.unread.is_empty() {
            self.titled(open, "Not read");
            for unread in &overheard.unread {
                let left = format!("  {}  ", terminal(&unread.file));
                self.item(&left, Style::new(), &terminal(&unread.why));
            }
        }
        let sources = overheard.captures.iter().flat_map(|one| &one.sources);
        let damaged: Vec<_> = sources
            .filter_map(|source| Some((source, source.trouble.as_ref()?)))
            .collect();
        if !damaged.is_empty() {
            self.titled(open, "Read in part");
            for (source, trouble) in damaged {
                self.item(
                    &format!("  {}  ", terminal(&source.name)),
                    Style::new(),
                    &terminal(trouble),
                );
            }
        }
        self.titled(strong, "What this cannot say");
        for missing in overheard.captures.iter().filter_map(super::gaps::of).take(MOST) {
            self.item("  ", Style::new(), &missing);
        }
        for limit in LIMITS.iter().take(2) {
            self.item("  ", Style::new(), limit);
        }
    }
}

/// As many captures' gaps are told.
const MOST: usize = 10;
