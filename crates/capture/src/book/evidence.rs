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
    /// Sessions while memory went out.
    window: Option<Company>,
    /// What it came to when it was told last.
    told: (Ladder, u64),
}

/// Sessions of a service while heartbeats came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Company {
    /// Open when the first came.
    pub(crate) open: u64,
    /// Begun by then.
    pub(crate) before: u64,
    /// Begun when the last came.
    pub(crate) until: u64,
}

impl Company {
    /// The same of another connection, which may have begun to ask earlier or later.
    fn join(self, other: Self) -> Self {
        let (first, later) = if (other.before, self.open) < (self.before, other.open) {
            (other, self)
        } else {
            (self, other)
        };
        Self {
            until: first.until.max(later.until),
            ..first
        }
    }
}

impl Evidence {
    pub(crate) fn add(&mut self, peer: IpAddr, tally: &Tally, company: Company) {
        self.tally.add(tally);
        self.connections += 1;
        if self.peers.len() < MOST_PEERS || self.peers.contains_key(&peer) {
            self.peers.entry(peer).or_default().add(tally);
        } else {
            self.more_peers += 1;
        }
        if tally.ladder.is_leak() {
            self.window = Some(self.window.map_or(company, |window| window.join(company)));
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

    /// Sessions that were open at some moment from the first heartbeat to the last one of the connections in which memory went out.
    pub(crate) fn exposed(&self) -> u64 {
        self.window.map_or(0, |window| {
            window.open + window.until.saturating_sub(window.before)
        })
    }
}
