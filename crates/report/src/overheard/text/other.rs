//! What else is wrong: clinical traffic in the clear, sessions in two places, and, summed up, the rest.

use std::collections::BTreeMap;

use anstyle::Style;
use holter_capture::flaws;
use holter_capture::subject::{Said, Subject};
use holter_model::Verdict;

use super::super::words::{moment, place};
use super::super::{Overheard, is_weakness, sums};
use crate::escape::terminal;
use crate::text::{Page, counted, painted};

/// As many are named where each is a line.
const MOST: usize = 40;

/// As many places are named behind a flaw.
const PLACES: usize = 3;

impl Page<'_> {
    /// Clinical messages without encryption.
    pub(super) fn clear_text(&mut self, overheard: &Overheard) {
        let found: Vec<(&Subject, &Said)> = all(overheard)
            .filter(|(_, said)| said.flaw == flaws::CLEAR_CLINICAL)
            .collect();
        if found.is_empty() {
            return;
        }
        let bad = self.palette.bad;
        self.titled(bad, "Clinical messages that anybody on the way can read");
        for (subject, said) in found.iter().take(MOST) {
            let at = painted(self.palette.strong, place(subject));
            self.item(
                &format!("  {at}  "),
                Style::new(),
                &format!("{}.", terminal(&said.evidence)),
            );
        }
        self.more(found.len(), MOST);
        if let Some(flaw) = flaws::flaw(flaws::CLEAR_CLINICAL)
            && let Some(step) = flaw.first_steps.get(1)
        {
            let next = painted(self.palette.strong, "Next:");
            self.item(&format!("    {next} "), Style::new(), step);
        }
    }

    /// Sessions that were used from two networks.
    pub(super) fn takeovers(&mut self, overheard: &Overheard) {
        for log in &overheard.sessions {
            let (taken, moved): (Vec<_>, Vec<_>) = log
                .flips
                .iter()
                .partition(|flips| flips.verdict == Verdict::Affected);
            let bad = self.palette.bad;
            self.titled(bad, &format!("Sessions in {}", terminal(&log.file)));
            let said = format!(
                "{} in {}; {} looks taken over, {} changed networks as devices do.",
                counted(u64::from(log.sessions), "session", "sessions"),
                counted(log.uses, "line", "lines"),
                sums::count(taken.len()),
                sums::count(moved.len()),
            );
            self.paragraph(2, Style::new(), &said);
            for flips in taken.iter().take(MOST) {
                let sources: Vec<String> = flips.sources.iter().map(ToString::to_string).collect();
                let at = painted(self.palette.strong, format!("line {}", flips.first_line));
                self.item(
                    &format!("  {at}  "),
                    Style::new(),
                    &format!("{}.", flips.evidence),
                );
                let span = format!(
                    "{} to {}, from {}",
                    moment(flips.first),
                    moment(flips.last),
                    sources.join(", ")
                );
                let faint = self.palette.faint;
                self.item("    When: ", faint, &span);
            }
            self.more(taken.len(), MOST);
            if let Some(line) = log.first_unused {
                let faint = self.palette.faint;
                let unused = counted(log.unused, "line", "lines");
                self.paragraph(
                    2,
                    faint,
                    &format!("{unused} could not be used; the first is line {line}."),
                );
            }
        }
    }

    /// The rest of what services are affected by, flaw by flaw.
    pub(super) fn others(&mut self, overheard: &Overheard) {
        let mut flaws: BTreeMap<_, Vec<&Subject>> = BTreeMap::new();
        for (subject, said) in all(overheard) {
            if is_weakness(said) {
                let key = (std::cmp::Reverse(flaws::severity(&said.flaw)), said.flaw.as_str());
                flaws.entry(key).or_default().push(subject);
            }
        }
        if flaws.is_empty() {
            return;
        }
        let strong = self.palette.strong;
        self.titled(strong, "What else is weak, as far as it was used");
        for ((severity, id), subjects) in flaws {
            let name = flaws::flaw(id).map_or(id, |flaw| flaw.name.as_str());
            let places: Vec<String> = subjects
                .iter()
                .take(PLACES)
                .map(|subject| place(subject))
                .collect();
            let more = if subjects.len() > PLACES {
                " and others"
            } else {
                ""
            };
            let said = format!(
                "{name} ({id}): {}, {}{more}",
                counted(sums::count(subjects.len()), "system", "systems"),
                places.join(", ")
            );
            self.item(&format!("  {:8}  ", severity.0.as_str()), Style::new(), &said);
        }
    }
}

fn all(overheard: &Overheard) -> impl Iterator<Item = (&Subject, &Said)> {
    let subjects = overheard.captures.iter().flat_map(|one| &one.heard.subjects);
    subjects.flat_map(|subject| subject.verdicts.iter().map(move |said| (subject, said)))
}
