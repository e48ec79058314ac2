//! A lane for each network that was given a rate or quiet hours: its hosts wait in it, and not in everybody's way.

use std::collections::VecDeque;
use std::net::IpAddr;

use crate::Networks;

/// Who may go on, by network. A host of no network always may.
#[derive(Debug, Default)]
pub(crate) struct Lanes {
    networks: Networks,
    lanes: Vec<Lane>,
    waiting: usize,
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
    /// The lanes of these networks in a run with so many hosts at once. Half of them are nobody's own.
    pub(crate) fn new(networks: Networks, at_once: usize) -> Self {
        let share = (at_once / 2 / networks.iter().count().max(1)).max(1);
        let most = |rate: Option<f64>| {
            let enough = rate.map_or(share, |rate| whole(rate * SECONDS));
            enough.clamp(1, share)
        };
        let lanes = networks
            .iter()
            .map(|network| Lane {
                under_way: 0,
                most: most(network.rate),
                waiting: VecDeque::new(),
            })
            .collect();
        Self {
            networks,
            lanes,
            waiting: 0,
        }
    }

    /// A host that waits and may go on now.
    pub(crate) fn next(&mut self) -> Option<u64> {
        if self.waiting == 0 {
            return None;
        }
        let lane = self
            .lanes
            .iter_mut()
            .find(|lane| lane.under_way < lane.most && !lane.waiting.is_empty())?;
        self.waiting -= 1;
        lane.waiting.pop_front()
    }

    /// The lane of this host, if it may go on; where it may not, it waits there.
    pub(crate) fn enter(&mut self, place: u64, address: IpAddr) -> Result<Option<LaneId>, Waits> {
        let Some(number) = self.networks.place(address) else {
            return Ok(None);
        };
        match self.lanes.get_mut(number) {
            Some(lane) if lane.under_way >= lane.most => {
                lane.waiting.push_back(place);
                self.waiting += 1;
                Err(Waits)
            }
            Some(lane) => {
                lane.under_way += 1;
                Ok(Some(LaneId(number)))
            }
            None => Ok(None),
        }
    }

    /// A host is done.
    pub(crate) fn leave(&mut self, lane: Option<LaneId>) {
        if let Some(lane) = lane.and_then(|LaneId(number)| self.lanes.get_mut(number)) {
            lane.under_way = lane.under_way.saturating_sub(1);
        }
    }

    /// How many hosts are under way in all lanes.
    pub(crate) fn under_way(&self) -> usize {
        self.lanes.iter().map(|lane| lane.under_way).sum()
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
    use crate::{Network, QuietHours};

    #[test]
    fn a_slow_network_keeps_its_hosts_to_itself() {
        let network = Network {
            range: "10.0.0.0/8".parse().unwrap(),
            name: None,
            rate: Some(0.1),
            fragility: None,
            quiet: QuietHours::default(),
        };
        let mut lanes = Lanes::new(Networks::new(vec![network]), 100);
        let (slow, other) = ([10, 0, 0, 1].into(), [192, 168, 0, 1].into());
        let lane = lanes.enter(1, slow).unwrap();
        assert_eq!(lanes.enter(2, slow), Err(Waits));
        assert_eq!(lanes.enter(3, other), Ok(None), "others pass");
        assert_eq!((lanes.next(), lanes.is_empty()), (None, false));
        lanes.leave(lane);
        assert_eq!((lanes.next(), lanes.is_empty()), (Some(2), true));
    }
}
