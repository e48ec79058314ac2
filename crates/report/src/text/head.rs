//! The first lines: the whole answer in one sentence, and how much was asked.

use super::entry::Entry;
use super::lines::{counted, number};
use super::palette::painted;
use super::section::{Page, flaw_named};
use crate::Summary;

impl Page<'_> {
    /// Writes them.
    pub(crate) fn head(&mut self, summary: &Summary, affected: &[&Entry]) {
        let (style, sentence) = match *summary {
            Summary { affected: 1.., .. } => (self.palette.bad, leaking(summary, affected)),
            Summary {
                inconclusive: 1.., ..
            } => (self.palette.open, open(summary)),
            Summary {
                interrupted: true, ..
            } => (
                self.palette.open,
                "Nothing affected was found before the scan was stopped.".to_owned(),
            ),
            Summary { services: 0, .. } => (
                self.palette.open,
                format!(
                    "No service was found: nothing answers at {}.",
                    counted(summary.tried, "endpoint", "endpoints")
                ),
            ),
            _ => (self.palette.good, clean(summary.services)),
        };
        self.paragraph(0, style, &sentence);
        if let Some(more) = also(summary) {
            self.paragraph(0, self.palette.faint, &more);
        }
        if summary.interrupted {
            let said = "The scan was stopped before its end: this is what was known by then.";
            self.line(&painted(self.palette.open, said));
        }
    }
}

fn leaking(summary: &Summary, affected: &[&Entry]) -> String {
    let mut names: Vec<String> = affected
        .iter()
        .filter_map(|entry| entry.flaw.as_deref())
        .map(|id| flaw_named(id).map_or_else(|| id.to_owned(), |flaw| flaw.name))
        .collect();
    names.dedup();
    names.sort();
    names.dedup();
    let (count, of) = (
        number(summary.affected),
        counted(summary.services, "service", "services"),
    );
    let leaks = if summary.affected == 1 { "leaks" } else { "leak" };
    format!("{count} of {of} {leaks} memory ({}).", names.join(", "))
}

fn open(summary: &Summary) -> String {
    let open = counted(summary.inconclusive, "service", "services");
    if summary.inconclusive == summary.services {
        return format!("{open} could not be assessed. That does not mean that nothing is wrong there.");
    }
    format!(
        "No service was found to leak memory, but {} of {} could not be assessed.",
        number(summary.inconclusive),
        number(summary.services)
    )
}

fn clean(services: u64) -> String {
    match services {
        1 => "The service does not leak memory.".to_owned(),
        2 => "Neither of the 2 services leaks memory.".to_owned(),
        more => format!("None of the {} services leaks memory.", number(more)),
    }
}

/// The other sums, where they say more than the sentence does.
fn also(summary: &Summary) -> Option<String> {
    let mut parts = Vec::new();
    let mixed = summary.affected > 0 || summary.inconclusive > 0;
    if mixed && summary.not_affected > 0 {
        parts.push(format!("{} not affected", number(summary.not_affected)));
    }
    if summary.affected > 0 && summary.inconclusive > 0 {
        parts.push(format!("{} not assessed", number(summary.inconclusive)));
    }
    if summary.nothing_there > 0 && summary.services > 0 {
        parts.push(format!(
            "nothing answers at {} of {}",
            number(summary.nothing_there),
            counted(summary.tried, "endpoint", "endpoints")
        ));
    }
    let mut text = parts.join("; ");
    if text.is_empty() {
        return None;
    }
    text.push('.');
    Some(text.get(..1)?.to_uppercase() + text.get(1..)?)
}
