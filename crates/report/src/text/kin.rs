//! Keys that stand in several places.

use anstyle::Style;
use holter_model::key_kin::{Bond, KeyKin};

use super::lines::counted;
use super::palette::painted;
use super::section::Page;
use crate::terminal;

/// So many places of a key are named, and so many keys.
const FIRST: usize = 12;

impl Page<'_> {
    /// Writes which services have a key in common, and what that means.
    pub(crate) fn kin(&mut self, kin: &[KeyKin]) {
        if kin.is_empty() {
            return;
        }
        self.line("");
        self.line(&painted(self.palette.strong, "Keys in several places"));
        for one in kin.iter().take(FIRST) {
            self.line("");
            self.paragraph(2, Style::new(), &said(one));
            for place in one.places.iter().take(FIRST) {
                self.item("    ", Style::new(), &terminal(place));
            }
            if let Some(more @ 1..) = one.places.len().checked_sub(FIRST) {
                let more = counted(u64::try_from(more).unwrap_or(u64::MAX), "other", "others");
                self.paragraph(
                    4,
                    self.palette.faint,
                    &format!("and {more}; -f json names them all"),
                );
            }
        }
        if let Some(more @ 1..) = kin.len().checked_sub(FIRST) {
            let more = counted(u64::try_from(more).unwrap_or(u64::MAX), "other key", "other keys");
            self.line("");
            self.paragraph(
                2,
                self.palette.faint,
                &format!("and {more}; -f json names them all"),
            );
        }
        self.line("");
        self.paragraph(2, self.palette.faint, "More: holter explain KEY-SHARED");
    }
}

/// What it means that they hang together.
pub(crate) fn said(kin: &KeyKin) -> String {
    let count = counted(
        u64::try_from(kin.places.len()).unwrap_or(u64::MAX),
        "service",
        "services",
    );
    match (kin.bond, kin.exposed_by.as_slice()) {
        (Bond::Factor, _) => format!(
            "The keys of {count} have a prime factor in common: anybody who saw both can compute them. Make new keys."
        ),
        (Bond::Same, []) => format!(
            "{count} have one key: who takes it from one of them can stand in for all. In a cluster that may be on purpose."
        ),
        (Bond::Same, flaws) => format!(
            "{count} have one key, and {} on one of them exposes all: treat the key as known to others everywhere.",
            flaws.join(" and ")
        ),
    }
}
