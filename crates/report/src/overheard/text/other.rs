//! What else is wrong: clinical traffic in the clear, sessions in two places, and, summed up, the rest.

use anstyle::Style;
use holter_capture::flaws;
use holter_model::Verdict;

use super::super::digest::{Digest, Told};
use super::super::words::{moment, place};
use super::super::{Overheard, sums};
use crate::escape::terminal;
use crate::text::{Page, counted, painted};

/// As many are named where each is a line.
const MOST: usize = 40;

/// As many places are named behind a flaw.
const PLACES: usize = 3;

impl Page<'_> {
    /// Clinical messages without encryption.
    pub(super) fn clear_text(&mut self, digest: &Digest) {
        let found = &digest.clear_text;
        if found.all == 0 {
            return;
        }
        let bad = self.palette.bad;
        self.titled(bad, "Clinical messages that anybody on the way can read");
        for Told { subject, what: said } in found.told.iter().take(MOST) {
            let at = painted(self.palette.strong, place(subject));
            self.item(
                &format!("  {at}  "),
                Style::new(),
                &format!("{}.", terminal(&said.evidence)),
            );
        }
        self.more(found.all, MOST);
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
    pub(super) fn others(&mut self, digest: &Digest) {
        if digest.weak.is_empty() {
            return;
        }
        let strong = self.palette.strong;
        self.titled(strong, "What else is weak, as far as it was used");
        for ((severity, id), weak) in &digest.weak {
            let name = flaws::flaw(id).map_or(id.as_str(), |flaw| flaw.name.as_str());
            let places = weak.places.get(..PLACES).unwrap_or(&weak.places);
            let more = if weak.all > PLACES { " and others" } else { "" };
            let said = format!(
                "{name} ({id}): {}, {}{more}",
                counted(sums::count(weak.all), "system", "systems"),
                places.join(", ")
            );
            self.item(&format!("  {:8}  ", severity.0.as_str()), Style::new(), &said);
        }
    }
}
