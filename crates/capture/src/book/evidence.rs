//! What heartbeats towards one subject came to, and what each of its peers did.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::heartbeat::{Ladder, Tally};

/// Peers that are told apart; what the others did counts all the same.
const MOST_PEERS: usize = 64;

/// Heartbeats towards one subject.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    pub(crate) tally: Tally,
    pub(crate) peers: BTreeMap<IpAddr, Tally>,
    /// Peers beyond those that are told apart.
    pub(crate) more_peers: u64,
    /// Connections with heartbeats.
    pub(crate) connections: u64,
    /// Sessions open when the first connection that leaked began to ask, and the number of the session that was the last then.
    window: Option<(u64, u64, u64)>,
    /// What it came to when it was told last.
    told: (Ladder, u64),
}

impl Evidence {
    pub(crate) fn add(&mut self, peer: IpAddr, tally: &Tally, company: (u64, u64), begun: u64) {
        self.tally.add(tally);
        self.connections += 1;
        if self.peers.len() < MOST_PEERS || self.peers.contains_key(&peer) {
            self.peers.entry(peer).or_default().add(tally);
        } else {
            self.more_peers += 1;
        }
        if tally.ladder.is_leak() {
            let (live, then) = company;
            self.window = Some(match self.window {
                None => (live, then, begun),
                Some((earlier, first, last)) if first <= then => (earlier, first, last.max(begun)),
                Some((_, _, last)) => (live, then, last.max(begun)),
            });
        }
    }

    /// Whether it shows more than when it was told last; it is taken for told.
    pub(crate) fn has_news(&mut self) -> bool {
        let Tally {
            ladder,
            attempts,
            answers,
            least,
            ..
        } = self.tally;
        // Each only grows.
        let now = (ladder, attempts.saturating_add(answers).saturating_add(least));
        std::mem::replace(&mut self.told, now) != now
    }

    /// Sessions that were open at some moment between the first and the last leak, at most.
    pub(crate) fn exposed(&self) -> u64 {
        self.window
            .map_or(0, |(live, first, last)| live + last.saturating_sub(first))
    }
}
