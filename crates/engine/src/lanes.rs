//! A lane for each network that was given a rate or quiet hours of its own: its hosts wait in it, and not in everybody's
//! way.

use std::collections::VecDeque;
use std::net::IpAddr;

use crate::{Network, Networks, Rules};

/// Who may go on, by network. A host of no network always may.
#[derive(Debug, Default)]
pub(crate) struct Lanes {
    networks: Networks,
    /// By the place of the network.
    lanes: Vec<Option<Lane>>,
    under_way: usize,
    /// In all lanes together.
    most: usize,
    waiting: usize,
    /// The lane that had its turn last.
    last: usize,
}

#[derive(Debug)]
struct Lane {
    under_way: usize,
    most: usize,
    /// Places of hosts that wait their turn.
    waiting: VecDeque<u64>,
}

/// The number of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LaneId(usize);

/// More hosts do not wait in lanes: then the whole run does. Eight bytes each.
const MOST_WAITING: usize = 1 << 20;

/// So many seconds' worth of a network's rate are under way at once: enough to be never idle.
const SECONDS: f64 = 5.0;

impl Lanes {
    /// The lanes of the networks in a run with so many hosts at once. Half of them are nobody's own.
    pub(crate) fn new(rules: &Rules, at_once: usize) -> Self {
        let slow = |network: &&Network| network.rate.is_some() || network.quiet != rules.quiet;
        let half = (at_once / 2).max(1);
        let share = (half / rules.networks.iter().filter(slow).count().max(1)).max(1);
        let most = |rate: Option<f64>| {
            let enough = rate.map_or(share, |rate| whole(rate * SECONDS));
            enough.clamp(1, share)
        };
        let lane = |network: &Network| Lane {
            under_way: 0,
            most: most(network.rate),
            waiting: VecDeque::new(),
        };
        let all = rules.networks.iter();
        Self {
            lanes: all.map(|network| Some(network).filter(slow).map(lane)).collect(),
            networks: rules.networks.clone(),
            most: half,
            ..Self::default()
        }
    }

    /// A host that waits and may go on now.
    pub(crate) fn next(&mut self) -> Option<u64> {
        if self.waiting == 0 || self.under_way >= self.most {
            return None;
        }
        let free = |lane: &Lane| lane.under_way < lane.most && !lane.waiting.is_empty();
        let mut after = (self.last + 1..self.lanes.len()).chain(0..=self.last);
        self.last = after.find(|place| {
            self.lanes
                .get(*place)
                .is_some_and(|lane| lane.as_ref().is_some_and(free))
        })?;
        let lane = self.lanes.get_mut(self.last)?.as_mut()?;
        self.waiting -= 1;
        lane.waiting.pop_front()
    }

    /// The lane of this host, if it may go on; where it may not, it waits there.
    pub(crate) fn enter(&mut self, place: u64, address: IpAddr) -> Result<Option<LaneId>, Waits> {
        let Some(number) = self.networks.place(address) else {
            return Ok(None);
        };
        let Some(Some(lane)) = self.lanes.get_mut(number) else {
            return Ok(None);
        };
        if lane.under_way >= lane.most || self.under_way >= self.most {
            lane.waiting.push_back(place);
            self.waiting += 1;
            return Err(Waits);
        }
        lane.under_way += 1;
        self.under_way += 1;
        Ok(Some(LaneId(number)))
    }

    /// A host is done.
    pub(crate) fn leave(&mut self, lane: Option<LaneId>) {
        if let Some(Some(lane)) = lane.and_then(|LaneId(number)| self.lanes.get_mut(number)) {
            lane.under_way = lane.under_way.saturating_sub(1);
            self.under_way = self.under_way.saturating_sub(1);
        }
    }

    /// How many hosts are under way in all lanes.
    pub(crate) const fn under_way(&self) -> usize {
        self.under_way
    }

    /// Whether as many wait as can.
    pub(crate) const fn is_full(&self) -> bool {
        self.waiting >= MOST_WAITING
    }

    /// Whether nobody waits.
    pub(crate) const fn is_empty(&self) -> bool {
        self.waiting == 0
    }
}

/// The host waits in its lane.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Waits;

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates"
)]
fn whole(number: f64) -> usize {
    number.ceil() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(networks: impl IntoIterator<Item = (String, Option<f64>, &'static str)>) -> Rules {
        let network = |(range, rate, quiet): (String, Option<f64>, &str)| Network {
            range: range.parse().unwrap(),
            name: None,
            rate,
            fragility: None,
            quiet: quiet.parse().unwrap_or_default(),
        };
        let networks = networks.into_iter().map(network).collect();
        Rules {
            networks: Networks::new(networks),
            ..Rules::default()
        }
    }

    #[test]
    fn networks_that_are_neither_slow_nor_quiet_have_no_lane() {
        let plain = |number: u8| (format!("10.{number}.0.0/16"), None, "");
        let mut lanes = Lanes::new(&rules((0..50).map(plain)), 100);
        let entered = (0..100).map(|place| lanes.enter(place, [10, 7, 0, 1].into()));
        assert!(entered.into_iter().all(|lane| lane == Ok(None)));
    }

    #[test]
    fn however_many_lanes_there_are_half_of_the_hosts_are_nobodys_own() {
        let quiet = |number: u8| (format!("10.{number}.0.0/16"), None, "00:00-12:00");
        let mut lanes = Lanes::new(&rules((0..50).map(quiet)), 8);
        let entered: Vec<_> = (0..50u8)
            .filter_map(|number| lanes.enter(number.into(), [10, number, 0, 1].into()).ok())
            .collect();
        assert_eq!((entered.len(), lanes.under_way(), lanes.next()), (4, 4, None));
        lanes.leave(entered[0]);
        let next = lanes.next().unwrap();
        lanes
            .enter(next, [10, u8::try_from(next).unwrap(), 0, 1].into())
            .unwrap();
        lanes.leave(entered[1]);
        assert_ne!(lanes.next(), Some(next), "each in its turn");
    }

    #[test]
    fn a_slow_network_keeps_its_hosts_to_itself() {
        let slow = ("10.0.0.0/8".to_owned(), Some(0.1), "");
        let mut lanes = Lanes::new(&rules([slow]), 100);
        let (slow, other) = ([10, 0, 0, 1].into(), [192, 168, 0, 1].into());
        let lane = lanes.enter(1, slow).unwrap();
        assert_eq!(lanes.enter(2, slow), Err(Waits));
        assert_eq!(lanes.enter(3, other), Ok(None), "others pass");
        assert_eq!((lanes.next(), lanes.is_empty()), (None, false));
        lanes.leave(lane);
        assert_eq!((lanes.next(), lanes.is_empty()), (Some(2), true));
    }
}
