//! The same question in several ways, of which a sound service takes all alike. Where it does not, one of each kind is asked
//! again, and only a difference that comes back each time counts: networks and busy machines make others.

use holter_model::{Observation, Reaction};

use crate::reaction;

/// How often a difference must be seen in a row to count.
pub(crate) const ROUNDS: usize = 3;

/// How many rounds there are at most: the first may have been a hasty one.
pub(crate) const MOST_ROUNDS: usize = ROUNDS + 1;

/// What came of asking in several ways, round by round. After the first round each kind of answer is asked for in one way
/// only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Table {
    /// In the order in which they were given, so that the first of a kind is the one that is asked again.
    ways: Vec<(&'static str, Vec<Vec<Reaction>>)>,
}

/// The id of one probe.
pub(crate) fn id(series: &str, way: &str, round: usize) -> String {
    format!("{series}:{way}:{round}")
}

impl Table {
    /// What came of a series; empty where its first round did not come to its end.
    pub(crate) fn of(observations: &[Observation], series: &str, ways: &[&'static str]) -> Self {
        let answers = |way: &'static str| {
            let rounds =
                (1..=MOST_ROUNDS).map(|round| reaction::signature(observations, &id(series, way, round)));
            let rounds: Vec<_> = rounds.filter(|signature| !signature.is_empty()).collect();
            (!rounds.is_empty()).then_some((way, rounds))
        };
        let whole: Option<Vec<_>> = ways.iter().map(|way| answers(way)).collect();
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
        self.is_uniform() && self.names().all(|way| self.first(way).iter().all(silent))
    }

    /// One way for each kind of answer: what the next round asks.
    pub(crate) fn kinds(&self) -> Vec<&'static str> {
        let mut kinds: Vec<&'static str> = Vec::new();
        for way in self.names() {
            if kinds.iter().all(|other| self.first(other) != self.first(way)) {
                kinds.push(way);
            }
        }
        kinds
    }

    /// Whether the answer to any way began so the first time.
    pub(crate) fn begins_so(&self, signature: &[Reaction]) -> bool {
        self.names()
            .any(|way| self.first(way).first() == signature.first())
    }

    /// How a way was taken the first time.
    pub(crate) fn first(&self, way: &str) -> &[Reaction] {
        self.rounds(way).first().map(Vec::as_slice).unwrap_or_default()
    }

    /// How a way was taken, if what was asked of its kind was taken so every time of the last [`ROUNDS`].
    pub(crate) fn always(&self, way: &str) -> Option<&[Reaction]> {
        let first = self.first(way);
        let kind = self.kinds().into_iter().find(|kind| self.first(kind) == first)?;
        let rounds = self.rounds(kind);
        let last = rounds.get(rounds.len().checked_sub(ROUNDS)?..)?;
        let signature = last.first()?;
        // Others of the kind were asked in the first round only.
        let stands = kind == way || signature == first;
        (stands && last.iter().all(|round| round == signature)).then_some(signature)
    }

    /// Whether each kind was taken alike every time.
    pub(crate) fn is_steady(&self) -> bool {
        self.kinds().into_iter().all(|kind| self.always(kind).is_some())
    }

    /// Two ways that were each taken alike every time, and not as the other.
    pub(crate) fn differing(&self) -> Option<(&'static str, &'static str)> {
        let kinds = self.kinds().into_iter();
        let mut steady = kinds.filter_map(|kind| Some((kind, self.always(kind)?)));
        let (one, taken) = steady.next()?;
        let (other, _) = steady.find(|(_, differently)| *differently != taken)?;
        Some((one, other))
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.ways.iter().map(|(way, _)| *way)
    }

    fn rounds(&self, way: &str) -> &[Vec<Reaction>] {
        let found = self.ways.iter().find(|(name, _)| *name == way);
        found.map(|(_, rounds)| rounds.as_slice()).unwrap_or_default()
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
        // A first round that was misheard is made up for by a fourth.
        once[5] = alert("b", 3, 21);
        once[1] = alert("b", 1, 22);
        assert!(!table(&once).is_steady());
        once.extend([alert("a", 4, 20), alert("b", 4, 21)]);
        assert!(table(&once).is_steady());
        assert_eq!(table(&once).differing(), Some(("a", "b")));
        let hasty = (2..=4).flat_map(|round| [alert("a", round, 20), alert("b", round, 20)]);
        let hasty: Vec<_> = [alert("a", 1, 20), alert("b", 1, 21)]
            .into_iter()
            .chain(hasty)
            .collect();
        assert_eq!(table(&hasty).differing(), None);
        assert!(table(&[alert("a", 1, 20), alert("b", 1, 20)]).is_uniform());
        // A round that broke off is none.
        assert!(!table(&[alert("a", 1, 20)]).is_asked());
    }
}
