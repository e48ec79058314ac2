//! What heartbeats towards one subject came to, and what each of its peers did.

use std::net::IpAddr;

use crate::heartbeat::{Ladder, Tally};

/// Peers that are told apart; what the others did counts all the same.
const MOST_PEERS: usize = 64;

/// Heartbeats towards one subject.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    pub(crate) tally: Tally,
    pub(crate) peers: Peers,
    /// Peers beyond those that are told apart.
    pub(crate) more_peers: u64,
    /// Connections with heartbeats.
    pub(crate) connections: u64,
    /// Sessions while memory went out.
    window: Option<Company>,
    /// What it came to when it was told last.
    told: (Ladder, u64),
}

/// What each peer did, in the order of their addresses. A list, since mostly there is one: a tree takes ten times the room then.
#[derive(Clone, Debug, Default)]
pub(crate) struct Peers(Vec<(IpAddr, Tally)>);

impl Peers {
    /// How many are told apart.
    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    /// Each of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &(IpAddr, Tally)> {
        self.0.iter()
    }

    /// Adds to what a peer did. Says whether it is a new one; nothing, where there is no room for one.
    fn add(&mut self, peer: IpAddr, tally: &Tally, room: bool) -> Option<bool> {
        match self.0.binary_search_by_key(&peer, |(known, _)| *known) {
            Ok(place) => {
                self.0.get_mut(place)?.1.add(tally);
                Some(false)
            }
            Err(_) if self.len() >= MOST_PEERS || !(room || self.0.is_empty()) => None,
            Err(place) => {
                if self.0.is_empty() {
                    self.0.reserve_exact(1);
                }
                self.0.insert(place, (peer, *tally));
                Some(true)
            }
        }
    }
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
    /// What one more connection came to. Says whether a peer has come to be told apart; `room`: whether one may beside the first.
    pub(crate) fn add(&mut self, peer: IpAddr, tally: &Tally, company: Company, room: bool) -> bool {
        self.tally.add(tally);
        self.connections += 1;
        let added = self.peers.add(peer, tally, room);
        self.more_peers += u64::from(added.is_none());
        if tally.ladder.is_leak() {
            self.window = Some(self.window.map_or(company, |window| window.join(company)));
        }
        added == Some(true)
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
