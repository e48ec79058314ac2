//! A set of numbers that mostly follow each other, kept as its gaps need it.

use std::collections::BTreeMap;

/// Numbers as intervals: what is done of a run is one interval and the hosts that overtook a slow one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Intervals(BTreeMap<u64, u64>);

impl Intervals {
    /// Adds all from `first` to `last`.
    pub(crate) fn insert(&mut self, first: u64, last: u64) {
        let (mut first, mut last) = (first.min(last), first.max(last));
        // What touches or overlaps is at most one before, and any number behind.
        while let Some((start, end)) = self.0.range(..=last.saturating_add(1)).next_back().map(own) {
            if end.saturating_add(1) < first {
                break;
            }
            self.0.remove(&start);
            (first, last) = (first.min(start), last.max(end));
        }
        self.0.insert(first, last);
    }

    /// The first number from `from` on that is not in it.
    pub(crate) fn next_gap(&self, from: u64) -> u64 {
        match self.0.range(..=from).next_back() {
            Some((_, end)) if *end >= from => end.saturating_add(1),
            _ => from,
        }
    }

    /// The intervals, in order.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (u64, u64)> {
        self.0.iter().map(own)
    }

    /// How many numbers it holds.
    pub(crate) fn count(&self) -> u64 {
        self.pairs().map(|(first, last)| last - first + 1).sum()
    }

    /// Whether it holds none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

fn own((first, last): (&u64, &u64)) -> (u64, u64) {
    (*first, *last)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_holds_what_a_set_holds(added in proptest::collection::vec((0u64..60, 0u64..6), 0..40)) {
            let (mut intervals, mut set) = (Intervals::default(), BTreeSet::new());
            for (first, more) in added {
                intervals.insert(first, first + more);
                set.extend(first..=first + more);
            }
            let held: Vec<u64> = intervals.pairs().flat_map(|(first, last)| first..=last).collect();
            prop_assert_eq!(&held, &set.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(intervals.count(), set.len() as u64);
            for from in 0..70 {
                let gap = (from..).find(|number| !set.contains(number));
                prop_assert_eq!(Some(intervals.next_gap(from)), gap);
            }
            let pairs: Vec<(u64, u64)> = intervals.pairs().collect();
            let apart = pairs.windows(2).all(|two| two[0].1 + 1 < two[1].0);
            prop_assert!(apart, "intervals neither touch nor overlap");
        }
    }
}
