//! The same question in several ways, of which a sound service takes all alike. Where it does not, what was answered less often
//! than the rest is asked again, and only a difference that comes back each time counts: networks and busy machines make others.

use std::collections::{BTreeMap, BTreeSet};

use holter_model::{Observation, Reaction};

use crate::reaction;

/// How often an answer of each kind must be heard for their difference to count.
pub(crate) const ROUNDS: usize = 3;

/// What came of asking in several ways, round by round. After the first round a kind of answer is asked for in one way only.
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
            let mut rounds: Vec<_> = rounds.filter(|signature| !signature.is_empty()).collect();
            if let [first, next, ..] = rounds.as_slice()
                && was_late(first, next)
            {
                rounds.remove(0);
            }
            (!rounds.is_empty()).then_some((way, rounds))
        };
        let whole: Option<BTreeMap<_, _>> = ways.iter().map(|way| answers(way)).collect();
        Self {
            ways: whole.unwrap_or_default(),
        }
    }

    /// Where words tell the kinds apart, neither when a word came does, nor how the connection ended behind it: on a busy machine
    /// both are chance. Each is put down as it was heard in time.
    pub(crate) fn by_words(mut self) -> Self {
        if self.words().len() < 2 {
            return self;
        }
        let mut heard: BTreeMap<Reaction, Vec<Reaction>> = BTreeMap::new();
        let all = || self.ways.values().flatten();
        for signature in all().filter(|one| !is_late(one)).chain(all()) {
            if let Some(word) = word(signature) {
                heard.entry(word).or_insert_with(|| signature.clone());
            }
        }
        for signature in self.ways.values_mut().flatten() {
            if let Some(known) = word(signature).and_then(|word| heard.get(&word)) {
                signature.clone_from(known);
            }
        }
        self
    }

    /// The words that were said the first time.
    fn words(&self) -> BTreeSet<Reaction> {
        let first = self.ways.values().filter_map(|rounds| word(rounds.first()?));
        first.collect()
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

    /// What a round after the first one asks: a way of each kind of answer that was not heard so often yet. In the last one
    /// also of each that was not heard since the first: what was ended meanwhile would look as if it had always been so.
    /// `since` was asked after the first round.
    pub(crate) fn wanting(&self, round: usize, since: Option<&str>) -> Vec<&'static str> {
        let mut kinds = self.kinds();
        kinds.retain(|kind| {
            let ways = || self.alike(kind);
            let heard: usize = ways().map(|(_, rounds)| rounds.len()).sum();
            let lately = ways().any(|(way, rounds)| rounds.len() > 1 || since == Some(way));
            heard < round || (round == ROUNDS && !lately)
        });
        kinds
    }

    /// Where all said the same, and some before they were asked on: those that were heard once and did not, or whose word was on
    /// its way.
    pub(crate) fn hasty(&self) -> Vec<&'static str> {
        if self.words().len() > 1 {
            return Vec::new();
        }
        let hasty = |rounds: &[Vec<Reaction>]| matches!(rounds, [only] if is_late(only));
        let ways = self.ways.iter().filter(|(_, rounds)| hasty(rounds));
        ways.map(|(way, _)| *way).collect()
    }

    /// Whether every way was taken each time as it was the first time.
    pub(crate) fn is_steady(&self) -> bool {
        let steady = |rounds: &Vec<Vec<Reaction>>| rounds.iter().all(|round| Some(round) == rounds.first());
        self.ways.values().all(steady)
    }

    /// The ways that were taken as this one the first time, and how they were taken each time.
    fn alike(&self, way: &str) -> impl Iterator<Item = (&'static str, &[Vec<Reaction>])> {
        let signature = self.first(way).to_vec();
        let ways = self.ways.iter().map(|(way, rounds)| (*way, rounds.as_slice()));
        ways.filter(move |(_, rounds)| rounds.first() == Some(&signature))
    }

    /// One way for each kind of answer.
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
        let heard: Vec<&Vec<Reaction>> = self.alike(way).flat_map(|(_, rounds)| rounds).collect();
        let steady = heard.len() >= ROUNDS && heard.iter().all(|round| *round == signature);
        steady.then_some(signature)
    }

    /// Two ways whose kinds were each taken alike every time, and not as the other.
    pub(crate) fn differing(&self) -> Option<(&'static str, &'static str)> {
        let mut steady = self
            .kinds()
            .into_iter()
            .filter(|kind| self.always(kind).is_some());
        Some((steady.next()?, steady.next()?))
    }
}

/// Whether something was said, and not before more was asked.
fn is_late(signature: &[Reaction]) -> bool {
    matches!(signature, [Reaction::Silence(_), _, ..])
}

/// What was said first. How a connection ended says nothing more, for what is sent meanwhile makes a reset of an end.
fn word(signature: &[Reaction]) -> Option<Reaction> {
    let word = match signature {
        [Reaction::Silence(_), word, ..] | [word, ..] => *word,
        [] => return None,
    };
    Some(match word {
        Reaction::Reset => Reaction::Closed,
        other => other,
    })
}

/// Whether what came late the first time came in time the next.
fn was_late(first: &[Reaction], next: &[Reaction]) -> bool {
    is_late(first) && !is_late(next) && word(first) == word(next)
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
        // What three ways had in common the first time is steady by that; it is heard once more at the end.
        let first = [
            alert("a", 1, 20),
            alert("b", 1, 20),
            alert("c", 1, 20),
            alert("d", 1, 21),
        ];
        let again = [alert("d", 2, 21), alert("d", 3, 21), alert("a", 3, 20)];
        let ways = ["a", "b", "c", "d"];
        let table = |facts: &[holter_model::Fact]| Table::of(&observed(facts), "s", &ways);
        assert_eq!(table(&first).wanting(2, None), ["d"]);
        let second = table(&[&first[..], &again[..1]].concat());
        assert_eq!(second.wanting(3, None), ["a", "d"]);
        assert_eq!(second.wanting(3, Some("c")), ["d"]);
        let third = table(&[&first[..], &again].concat());
        assert_eq!(third.differing(), Some(("a", "d")));
        assert_eq!(second.differing(), None);
    }
}
