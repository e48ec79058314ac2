//! Which keys stand where, and what they open: also of servers that were handed on.

use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;

use super::certificates::Certificates;
use super::server::Server;

/// Different keys that are remembered.
const MOST: usize = 32_768;

/// Places of one key that are named; the others are counted.
const PLACES: usize = 64;

/// All keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keys(HashMap<[u8; 32], Key>);

/// A key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Key {
    pub(crate) places: BTreeSet<SocketAddr>,
    /// Places beyond those that are named; one that came twice counts twice.
    pub(crate) more: u64,
    /// Sessions that it opens.
    pub(crate) opens: u64,
}

impl Keys {
    /// Notes the keys of a server.
    pub(crate) fn note(&mut self, certificates: &Certificates, server: &Server) {
        let own = own(certificates, server);
        for (place, spki) in own.iter().enumerate() {
            if self.0.len() >= MOST && !self.0.contains_key(spki) {
                return;
            }
            let key = self.0.entry(*spki).or_default();
            if key.places.len() < PLACES || key.places.contains(&server.address) {
                key.places.insert(server.address);
            } else {
                key.more += 1;
            }
            // Which of several keys a session was under is not remembered; the first is as good as any to count it once.
            if place == 0 {
                key.opens += server.opened_by_key;
            }
        }
    }

    pub(crate) fn at(&self, spki: &[u8; 32]) -> Option<&Key> {
        self.0.get(spki)
    }
}

/// The keys that a server shows.
pub(crate) fn own(certificates: &Certificates, server: &Server) -> BTreeSet<[u8; 32]> {
    let leaves = server
        .chains
        .iter()
        .filter_map(|shown| shown.certificates.first());
    leaves.filter_map(|place| certificates.at(*place)?.key).collect()
}
