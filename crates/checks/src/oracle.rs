//! The same question in several ways, of which a sound service takes all alike. Where it does not, everything is asked
//! again, and only a difference that comes back each time counts: networks and busy machines make others.

use std::collections::BTreeMap;

use holter_model::{Observation, Reaction};

use crate::reaction;

/// How often everything is asked where a first round shows a difference.
pub(crate) const ROUNDS: usize = 3;

/// What came of asking in several ways, round by round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Table {
    rounds: Vec<BTreeMap<&'static str, Vec<Reaction>>>,
}

/// The id of one probe.
pub(crate) fn id(series: &str, way: &str, round: usize) -> String {
    format!("{series}:{way}:{round}")
}

impl Table {
    /// The rounds of a series that came to their end.
    pub(crate) fn of(observations: &[Observation], series: &str, ways: &[&'static str]) -> Self {
        let rounds = (1..=ROUNDS).map_while(|round| {
            let heard = ways.iter().map(|way| {
                let signature = reaction::signature(observations, &id(series, way, round));
                (!signature.is_empty()).then_some((*way, signature))
            });
            heard.collect()
        });
        Self {
            rounds: rounds.collect(),
        }
    }

    /// Whether any round came to its end.
    pub(crate) fn is_asked(&self) -> bool {
        !self.rounds.is_empty()
    }

    /// Whether the first round shows no difference.
    pub(crate) fn is_uniform(&self) -> bool {
        self.rounds.first().is_some_and(|round| {
            let mut signatures = round.values();
            let first = signatures.next();
            signatures.all(|signature| Some(signature) == first)
        })
    }

    /// Whether a difference was looked at often enough.
    pub(crate) fn is_confirmed(&self) -> bool {
        self.rounds.len() >= ROUNDS
    }

    /// How one way was taken in every round; `None`: not always alike.
    pub(crate) fn always(&self, way: &str) -> Option<&[Reaction]> {
        let mut signatures = self.rounds.iter().map(|round| round.get(way));
        let first = signatures.next()??;
        signatures
            .all(|signature| signature == Some(first))
            .then_some(first.as_slice())
    }

    /// Two ways that were always taken alike, each, and not as the other.
    pub(crate) fn differing(&self) -> Option<(&'static str, &'static str)> {
        let ways: Vec<&'static str> = self.rounds.first()?.keys().copied().collect();
        let mut steady = ways
            .iter()
            .filter_map(|way| self.always(way).map(|signature| (*way, signature)));
        let first = steady.next()?;
        steady
            .find(|(_, signature)| *signature != first.1)
            .map(|other| (first.0, other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{observed, probe};

    #[test]
    fn only_what_differs_each_time_counts() {
        let alert = |way: &str, round, code| probe(&id("s", way, round), 0x0303, Reaction::Alert(code));
        let ways = ["a", "b"];
        let table = |facts: &[holter_model::Fact]| Table::of(&observed(facts), "s", &ways);
        let steady: Vec<_> = (1..=3)
            .flat_map(|round| [alert("a", round, 20), alert("b", round, 21)])
            .collect();
        assert_eq!(table(&steady).differing(), Some(("a", "b")));
        assert!(table(&steady).is_confirmed() && !table(&steady).is_uniform());
        let mut once = steady.clone();
        once[5] = alert("b", 3, 20);
        assert_eq!(table(&once).differing(), None);
        assert!(table(&[alert("a", 1, 20), alert("b", 1, 20)]).is_uniform());
        // A round that broke off is none.
        assert!(!table(&[alert("a", 1, 20)]).is_asked());
    }
}
