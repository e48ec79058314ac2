//! The order of a run: all its hosts in one shuffle, so that no subnet is hit in a burst.

/// A permutation of `0..count`, made from a seed and kept in no memory: a Feistel network (Luby and Rackoff 1988)
/// over the next power of four, walked until it falls into the range.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    count: u64,
    half: u32,
    seed: u64,
}

const ROUNDS: u64 = 4;

impl Order {
    /// The order of `count` hosts that belongs to this seed.
    pub(crate) const fn new(count: u64, seed: u64) -> Self {
        let bits = 64 - count.saturating_sub(1).leading_zeros();
        let half = if bits < 2 { 1 } else { bits.div_ceil(2) };
        Self { count, half, seed }
    }

    /// Which host comes at this place; `None` past the last.
    pub(crate) fn at(&self, place: u64) -> Option<u64> {
        if place >= self.count {
            return None;
        }
        let mut value = self.shuffled(place);
        // The domain is less than four times the range, so this ends after four steps on average at most; the
        // network is a permutation, so it ends.
        while value >= self.count {
            value = self.shuffled(value);
        }
        Some(value)
    }

    const fn shuffled(&self, value: u64) -> u64 {
        let mask = (1 << self.half) - 1;
        let (mut left, mut right) = (value >> self.half, value & mask);
        let mut round = 0;
        while round < ROUNDS {
            let mixed = mix(right ^ mix(self.seed.wrapping_add(round)));
            (left, right) = (right, left ^ (mixed & mask));
            round += 1;
        }
        left << self.half | right
    }
}

/// The finaliser of SplitMix64: every bit of the input moves half of the output's.
const fn mix(value: u64) -> u64 {
    let value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ value >> 31
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_host_comes_once() {
        for count in [0, 1, 2, 3, 5, 256, 1000, 65_537] {
            let order = Order::new(count, 7);
            let all: HashSet<u64> = (0..count).filter_map(|place| order.at(place)).collect();
            assert_eq!(all.len() as u64, count);
            assert!(all.iter().all(|host| *host < count));
            assert_eq!(order.at(count), None);
        }
        assert!(Order::new(u64::MAX, 1).at(u64::MAX - 1).is_some());
    }

    #[test]
    fn neighbours_are_apart_and_seeds_differ() {
        let order = Order::new(65_536, 1);
        let subnets: Vec<u64> = (0..256)
            .filter_map(|place| order.at(place))
            .map(|host| host >> 8)
            .collect();
        let most = subnets
            .iter()
            .map(|subnet| subnets.iter().filter(|other| *other == subnet).count())
            .max();
        assert!(most < Some(10), "256 of 65,536 hosts fall into some 160 subnets");
        let first = |seed| {
            (0..8)
                .map(|place| Order::new(1000, seed).at(place))
                .collect::<Vec<_>>()
        };
        assert_ne!(first(1), first(2));
    }
}
