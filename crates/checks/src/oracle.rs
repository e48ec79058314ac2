//! The same question in several ways, of which a sound service takes all alike. Where it does not, one of each kind is asked
//! again, and only a difference that comes back each time counts: networks and busy machines make others.

use std::collections::BTreeMap;

use holter_model::{Observation, Reaction};

use crate::reaction;

/// How often a difference must come back to count, the first time among them.
pub(crate) const ROUNDS: usize = 3;

/// What came of asking in several ways, round by round. After the first round each kind of answer is asked for in one way
/// only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Table {
    ways: BTreeMap<&'static str, Vec<Vec<Reaction>>>,
}

/// The id of one probe.
pub(crate) fn id(series: &str, way: &str, round: usize) -> String {
    format!("{series}:{way}:{round}")
}

impl Table {
    /// What came of a series; empty where its first round did not come to its end.
    pub(crate) fn of(observations: &[Observation], series: &str, ways: &[&'static str]) -> Self {
        let answers = |way: &'static str| {
            let rounds = (1..=ROUNDS).map(|round| reaction::signature(observations, &id(series, way, round)));
            let rounds: Vec<_> = rounds.filter(|signature| !signature.is_empty()).collect();
            (!rounds.is_empty()).then_some((way, rounds))
        };
        let whole: Option<BTreeMap<_, _>> = ways.iter().map(|way| answers(way)).collect();
        Self {
            ways: whole.unwrap_or_default(),
        }
    }

    /// Whether the first round came to its end.
    pub(crate) fn is_asked(&self) -> bool {
        !self.ways.is_empty()
    }

    /// Whether the first round shows no difference.
    pub(crate) fn is_uniform(&self) -> bool {
        self.is_asked() && self.kinds().len() == 1
    }

    /// Whether nothing at all came in the first round: then nothing was compared.
    pub(crate) fn is_silent(&self) -> bool {
        let silent = |reaction: &Reaction| matches!(reaction, Reaction::Silence(_));
        self.is_uniform() && self.ways.keys().all(|way| self.first(way).iter().all(silent))
    }

    /// One way for each kind of answer: what the next round asks.
    pub(crate) fn kinds(&self) -> Vec<&'static str> {
        let mut kinds: Vec<&'static str> = Vec::new();
        for way in self.ways.keys() {
            if kinds.iter().all(|other| self.first(other) != self.first(way)) {
                kinds.push(way);
            }
        }
        kinds
    }

    /// Whether the answer to any way began so the first time.
    pub(crate) fn begins_so(&self, signature: &[Reaction]) -> bool {
        self.ways
            .keys()
            .any(|way| self.first(way).first() == signature.first())
    }

    /// How a way was taken the first time.
    pub(crate) fn first(&self, way: &str) -> &[Reaction] {
        let rounds = self.ways.get(way).map(Vec::as_slice).unwrap_or_default();
        rounds.first().map(Vec::as_slice).unwrap_or_default()
    }

    /// How a way was taken, if what was asked of its kind was taken so every time.
    pub(crate) fn always(&self, way: &str) -> Option<&[Reaction]> {
        let signature = self.first(way);
        let kind = self
            .kinds()
            .into_iter()
            .find(|kind| self.first(kind) == signature)?;
        let rounds = self.ways.get(kind)?;
        let steady = rounds.len() >= ROUNDS && rounds.iter().all(|round| round == signature);
        steady.then_some(signature)
    }

    /// Two ways that were each taken alike every time, and not as the other.
    pub(crate) fn differing(&self) -> Option<(&'static str, &'static str)> {
        let mut steady = self
            .kinds()
            .into_iter()
            .filter(|kind| self.always(kind).is_some());
        Some((steady.next()?, steady.next()?))
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
        assert!(!table(&steady).is_uniform());
        assert_eq!(table(&steady[..4]).differing(), None);
        let mut once = steady.clone();
        once[5] = alert("b", 3, 20);
        assert_eq!(table(&once).differing(), None);
        assert!(table(&[alert("a", 1, 20), alert("b", 1, 20)]).is_uniform());
        // A round that broke off is none.
        assert!(!table(&[alert("a", 1, 20)]).is_asked());
    }
}
