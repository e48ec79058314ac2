//! On how many connections a service is asked at most: one for each suite and each group that it has shown, and a few more.
//! Nobody opens a line but through here, so that no check can cost a device more.

use std::collections::BTreeSet;

use holter_wire::{CipherSuite, NamedGroup, Version};

use super::Visit;
use crate::Asked;

/// So many connections beside one for each suite and each group are little enough.
const ALLOWANCE: usize = 25;

/// What was seen of a service that is surveyed.
#[derive(Debug, Default)]
pub(super) struct Budget {
    suites: BTreeSet<(Version, CipherSuite)>,
    groups: BTreeSet<NamedGroup>,
    /// Whether several servers answer, each of which may be asked as much as one.
    several: bool,
}

/// Questions that wait until all others were put: they make surer what is known.
pub(crate) type Later = for<'v> fn(&'v mut Visit<'_>) -> Asked<'v>;

impl Budget {
    fn most(&self) -> usize {
        let one = self.suites.len() + self.groups.len() + ALLOWANCE;
        if self.several { 2 * one } else { one }
    }
}

impl Visit<'_> {
    /// Counts what was chosen: each is worth a connection.
    pub(crate) fn may_cost(&mut self, version: Version, suite: CipherSuite, group: Option<NamedGroup>) {
        if let Some(budget) = &mut self.budget {
            budget.suites.insert((version, suite));
            budget.groups.extend(group);
        }
    }

    /// Notes that several servers answer.
    pub(crate) fn may_cost_twice(&mut self) {
        if let Some(budget) = &mut self.budget {
            budget.several = true;
        }
    }

    /// How many connections are left, but for the one that is kept for the last session. Where nothing is surveyed, little is asked,
    /// and nothing is counted.
    pub(crate) fn room(&self) -> usize {
        let spent = usize::try_from(self.notes.connections).unwrap_or(usize::MAX);
        let spent = spent.saturating_add(usize::from(self.last_session.is_some()));
        self.budget
            .as_ref()
            .map_or(usize::MAX, |budget| budget.most().saturating_sub(spent))
    }

    /// Puts a question off until all checks have asked.
    pub(crate) fn later(&mut self, question: Later) {
        self.later.push(question);
    }

    /// Puts what was put off, in that order.
    pub(crate) async fn put_later(&mut self) {
        for question in std::mem::take(&mut self.later) {
            question(self).await;
        }
    }

    /// Whether there is a connection left; that there is none is noted.
    pub(super) fn has_room(&mut self) -> bool {
        let room = self.room() > 0;
        if !room {
            let count = self.notes.connections;
            self.odd(format!(
                "not all was asked: {count} connections are as many as what it speaks is worth"
            ));
        }
        room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_suite_of_each_version_and_each_group_is_worth_a_connection() {
        let mut budget = Budget::default();
        assert_eq!(budget.most(), 25);
        for version in [Version::TLS12, Version::TLS11, Version::TLS12] {
            budget.suites.insert((version, CipherSuite(0x002f)));
            budget.groups.insert(NamedGroup::X25519);
        }
        assert_eq!(budget.most(), 28);
        budget.several = true;
        assert_eq!(budget.most(), 56);
    }
}
