//! The first lines: the whole answer in one sentence, and how much was asked.

use std::collections::BTreeSet;

use super::entry::{Answer, Entry};
use super::lines::{counted, number};
use super::palette::painted;
use super::section::{Page, flaw_named};
use crate::sentence::{self, Mood, Tally};
use crate::{Preamble, Summary, terminal};

impl Page<'_> {
    /// Writes them.
    pub(crate) fn head(&mut self, summary: &Summary, entries: &[Entry]) {
        let (style, sentence) = match *summary {
            Summary { affected: 1.., .. } => (self.palette.bad, leaking(summary, entries)),
            Summary {
                inconclusive: 1.., ..
            } => (self.palette.open, open(summary, entries)),
            Summary { left_alone: 1.., .. } => (self.palette.open, left(summary, entries)),
            Summary {
                interrupted: true, ..
            } => (
                self.palette.open,
                "Nothing affected was found before the scan was stopped.".to_owned(),
            ),
            Summary {
                services: 0,
                nothing_there: 0,
                spared: 1..,
                ..
            } => (self.palette.open, "Nothing was asked.".to_owned()),
            Summary { services: 0, .. } => (
                self.palette.open,
                format!(
                    "No service was found: nothing answers at {}.",
                    counted(summary.tried, "endpoint", "endpoints")
                ),
            ),
            _ => (self.palette.good, clean(summary.services, entries)),
        };
        self.paragraph(0, style, &sentence);
        if let Some(more) = also(summary, entries) {
            self.paragraph(0, self.palette.faint, &more);
        }
        if summary.interrupted {
            let said = "The scan was stopped before its end: this is what was known by then.";
            self.line(&painted(self.palette.open, said));
        }
    }

    /// Writes them where more was asked than whether memory leaks.
    pub(crate) fn answer(&mut self, summary: &Summary, tally: &Tally, entries: &[Entry]) {
        let (mood, mut sentence) = sentence::of(summary, tally);
        if let Some(more) = sentence::behind(summary, tally) {
            sentence = format!("{sentence} {more}");
        }
        let style = match mood {
            Mood::Bad => self.palette.bad,
            Mood::Open => self.palette.open,
            Mood::Good => self.palette.good,
        };
        self.paragraph(0, style, &sentence);
        if let Some(more) = also(summary, entries) {
            self.paragraph(0, self.palette.faint, &more);
        }
        if summary.interrupted {
            let said = "The scan was stopped before its end: this is what was known by then.";
            self.line(&painted(self.palette.open, said));
        }
    }

    /// Writes what holds for the whole run.
    pub(crate) fn preamble(&mut self, preamble: &Preamble) {
        if let Some(authorized_by) = &preamble.authorized_by {
            let said = format!("Authorised by: {}", terminal(authorized_by));
            self.paragraph(0, self.palette.faint, &said);
        }
    }
}

/// " (Heartbleed)": what exactly was found or not, so that the sentence claims no more than was asked.
fn named(answer: Answer, entries: &[Entry]) -> String {
    let ids = entries
        .iter()
        .filter(|entry| entry.answer == answer)
        .filter_map(|entry| entry.flaw.as_deref());
    let names: Vec<String> = ids
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(|id| flaw_named(id).map_or_else(|| id.to_owned(), |flaw| flaw.name.clone()))
        .collect();
    if names.is_empty() {
        return String::new();
    }
    format!(" ({})", names.join(", "))
}

fn leaking(summary: &Summary, entries: &[Entry]) -> String {
    let names = named(Answer::Affected, entries);
    if summary.services == 1 {
        return format!("The service leaks memory{names}.");
    }
    let (count, of) = (
        number(summary.affected),
        counted(summary.services, "service", "services"),
    );
    let leaks = if summary.affected == 1 { "leaks" } else { "leak" };
    format!("{count} of {of} {leaks} memory{names}.")
}

fn open(summary: &Summary, entries: &[Entry]) -> String {
    if summary.inconclusive == summary.services {
        // Where nothing answered, nobody knows of a service.
        let reached = entries.iter().any(|entry| entry.reached);
        let (one, many) = if reached || entries.is_empty() {
            ("service", "services")
        } else {
            ("target", "targets")
        };
        let open = counted(summary.inconclusive, one, many);
        return format!("{open} could not be assessed. That does not mean that nothing is wrong there.");
    }
    format!(
        "No service was found to leak memory{}, but {} of {} could not be assessed.",
        named(Answer::NotAffected, entries),
        number(summary.inconclusive),
        number(summary.services)
    )
}

/// Nobody knows what a host that was left alone would have said.
fn left(summary: &Summary, entries: &[Entry]) -> String {
    format!(
        "No service was found to leak memory{}, but {} left alone before all was asked.",
        named(Answer::NotAffected, entries),
        counted(summary.left_alone, "host was", "hosts were")
    )
}

fn clean(services: u64, entries: &[Entry]) -> String {
    let names = named(Answer::NotAffected, entries);
    match services {
        1 => format!("The service does not leak memory{names}."),
        2 => format!("Neither of the 2 services leaks memory{names}."),
        more => format!("None of the {} services leaks memory{names}.", number(more)),
    }
}

/// The other sums, where they say more than the sentence does.
fn also(summary: &Summary, entries: &[Entry]) -> Option<String> {
    let mut parts = Vec::new();
    let mixed = summary.affected > 0 || summary.inconclusive > 0;
    if mixed && summary.not_affected > 0 {
        parts.push(format!("{} not affected", number(summary.not_affected)));
    }
    if summary.affected > 0 && summary.inconclusive > 0 {
        parts.push(format!("{} not assessed", number(summary.inconclusive)));
    }
    if summary.nothing_there > 0 && summary.services > 0 {
        // Those that the report names one by one answer no more than the rest.
        let named = entries.iter().filter(|entry| entry.shut).count();
        let shut = summary
            .nothing_there
            .saturating_add(u64::try_from(named).unwrap_or(u64::MAX));
        parts.push(format!(
            "nothing answers at {} of {}",
            number(shut.min(summary.tried)),
            counted(summary.tried, "endpoint", "endpoints")
        ));
    }
    if summary.spared > 0 {
        parts.push(format!(
            "{} not contacted, because the inventory calls them fragile or do-not-touch",
            counted(summary.spared, "endpoint", "endpoints")
        ));
    }
    if summary.not_asked > 0 {
        parts.push(format!(
            "{} not asked at {} left alone",
            counted(summary.not_asked, "endpoint", "endpoints"),
            counted(summary.left_alone, "host", "hosts")
        ));
    }
    let mut text = parts.join("; ");
    if text.is_empty() {
        return None;
    }
    text.push('.');
    Some(text.get(..1)?.to_uppercase() + text.get(1..)?)
}
