//! How room is made: what was silent longest is handed on, to be told at once, and is remembered no longer. Should it be heard
//! again, it is told again, with what was heard then.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::net::IpAddr;

use foldhash::quality::RandomState;

use super::client::Client;
use super::server::Server;
use super::{Book, Pair, Passed};
use crate::Moment;

/// One in so many servers is handed on at least: to look for them takes time.
const FEW: usize = 16;

/// What was handed on and has not been told yet. It is bounded, too: as long as one kind waits here, no more of it is handed on.
#[derive(Debug, Default)]
pub(crate) struct Aside {
    pub(crate) servers: Vec<Server>,
    pub(crate) clients: Vec<(IpAddr, Client)>,
    pub(crate) pairs: Vec<(Pair, Passed)>,
}

impl Aside {
    pub(crate) const fn is_empty(&self) -> bool {
        self.servers.is_empty() && self.clients.is_empty() && self.pairs.is_empty()
    }
}

impl Book {
    /// Hands on half of the servers with which nobody talks: first such as nothing was tried on, and of these the longest silent. Where
    /// those are few, such as have sessions that run go, too, those first whose last one began or ended longest ago: many sessions have no
    /// end in a capture, and who comes new must be heard. What is still to come of such a session counts nowhere, but for evidence.
    pub(super) fn hand_on_servers(&mut self) {
        if !self.aside.servers.is_empty() {
            return;
        }
        // Those that were handed on last have been told: what only they showed can go.
        self.forget_certificates();
        let all = self.servers.iter().flatten();
        let mut order: Vec<_> = all
            .map(|server| {
                (
                    server.live > 0,
                    server.is_grave(),
                    server.last,
                    server.address,
                    server.transport,
                )
            })
            .collect();
        let idle = order.iter().filter(|(runs, ..)| !runs).count();
        let count = idle.div_ceil(2).max(self.bounds.servers.div_ceil(FEW));
        if count < order.len() {
            order.select_nth_unstable(count);
        }
        for (_, _, _, address, transport) in order.into_iter().take(count) {
            let Some(id) = self.places.remove(&(address, transport)) else {
                continue;
            };
            let gone = usize::try_from(id.place)
                .ok()
                .and_then(|at| self.servers.get_mut(at));
            if let Some(server) = gone.and_then(Option::take) {
                self.beyond.servers = self.beyond.servers.saturating_add(server.live);
                let peers = server.evidence.as_deref().map(|evidence| evidence.peers.len());
                self.peers = self.peers.saturating_sub(peers.unwrap_or(0));
                self.keys.note(&self.certificates, &server);
                self.free.push(id.place);
                self.aside.servers.push(server);
            }
        }
    }

    /// Hands on the half of the clients that were silent longest.
    pub(super) fn hand_on_clients(&mut self) {
        if !self.aside.clients.is_empty() {
            return;
        }
        self.aside.clients = older_half(&mut self.clients.clients, |client| client.last);
    }

    /// Hands on the half of the pairs that were silent longest.
    pub(super) fn hand_on_pairs(&mut self) {
        if !self.aside.pairs.is_empty() {
            return;
        }
        self.aside.pairs = older_half(&mut self.pairs, |passed| passed.last);
    }

    fn forget_certificates(&mut self) {
        if !self.certificates.is_crowded() {
            return;
        }
        let chains = self.servers.iter().flatten().flat_map(|server| &server.chains);
        let shown: HashSet<u32> = chains
            .flat_map(|shown| shown.certificates.iter().copied())
            .collect();
        self.certificates.keep(&shown);
    }
}

/// Takes out the half that was silent longest. What stays moves into a map of its own: one that is filled and emptied again and again comes
/// to take twice its room.
fn older_half<K: Copy + Hash + Ord, V>(
    map: &mut HashMap<K, V, RandomState>,
    last: impl Fn(&V) -> Moment,
) -> Vec<(K, V)> {
    let mut gone: Vec<_> = std::mem::take(map).into_iter().collect();
    let (room, half) = (gone.len(), gone.len() / 2);
    if half > 0 {
        gone.select_nth_unstable_by_key(half, |(key, value)| (last(value), *key));
    }
    map.reserve(room);
    map.extend(gone.drain(half..));
    gone.shrink_to_fit();
    gone
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_older_half_goes_and_room_stays_what_it_was() {
        let mut map: HashMap<u64, Moment, RandomState> = HashMap::default();
        map.reserve(1000);
        let room = map.capacity();
        for key in 0..20_000 {
            if map.len() == 1000 {
                let gone = older_half(&mut map, |at| *at);
                assert_eq!(gone.len(), 500);
                assert!(gone.iter().all(|(old, _)| map.keys().all(|kept| old < kept)));
            }
            map.insert(key, Moment(key / 2));
            assert_eq!(map.capacity(), room);
        }
        assert!(map.contains_key(&19_999));
    }
}
