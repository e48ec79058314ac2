//! Which keys stand where, and what they open: also of servers that were handed on.

use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;

use foldhash::quality::RandomState;

use super::certificates::Certificates;
use super::server::Server;

/// Different keys that are remembered.
const MOST: usize = 32_768;

/// Places of one key that are named; the others are counted.
const PLACES: usize = 64;

/// All keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keys(HashMap<[u8; 32], Key, RandomState>);

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
        for (place, spki) in own(certificates, server).into_iter().enumerate() {
            if self.0.len() >= MOST && !self.0.contains_key(&spki) {
                return;
            }
            self.0.entry(spki).or_default().stands_at(server, place);
        }
    }

    /// All that is known of the keys of those of some servers whose memory leaked: also of the `remembered`, whose keys are not noted
    /// yet. Others' keys are left out, for nobody asks for them.
    pub(crate) fn exposed<'a, 'b>(
        &self,
        certificates: &Certificates,
        told: impl Iterator<Item = &'a Server>,
        remembered: impl Iterator<Item = &'b Server>,
    ) -> Self {
        let leaking = told.filter(|server| server.leaks());
        let keys = leaking.flat_map(|server| own(certificates, server));
        let mut exposed: HashMap<_, _, RandomState> = keys
            .map(|spki| (spki, self.at(&spki).cloned().unwrap_or_default()))
            .collect();
        if exposed.is_empty() {
            return Self(exposed);
        }
        // A server's certificates are looked at only where one of them has such a key.
        let leaves = certificates.of_keys(|spki| exposed.contains_key(spki));
        for server in remembered.filter(|server| server.leaves().any(|leaf| leaves.contains(&leaf))) {
            for (place, spki) in own(certificates, server).iter().enumerate() {
                if let Some(key) = exposed.get_mut(spki) {
                    key.stands_at(server, place);
                }
            }
        }
        Self(exposed)
    }

    pub(crate) fn at(&self, spki: &[u8; 32]) -> Option<&Key> {
        self.0.get(spki)
    }
}

impl Key {
    /// It is a server's, and stands there in that place among its keys.
    fn stands_at(&mut self, server: &Server, place: usize) {
        if self.places.len() < PLACES || self.places.contains(&server.address) {
            self.places.insert(server.address);
        } else {
            self.more += 1;
        }
        // Which of several keys a session was under is not remembered; the first is as good as any to count it once.
        if place == 0 {
            self.opens += server.opened_by_key;
        }
    }
}

/// The keys that a server shows, in order.
pub(crate) fn own(certificates: &Certificates, server: &Server) -> Vec<[u8; 32]> {
    let leaves = server.leaves();
    let mut keys: Vec<_> = leaves.filter_map(|place| certificates.at(place)?.key).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

#[cfg(test)]
mod tests {
    use holter_model::Transport;

    use super::*;
    use crate::Moment;
    use crate::book::evidence::Evidence;
    use crate::heartbeat::Ladder;

    /// As much of a certificate as it takes to have a key.
    fn certificate(serial: u8, key: u8) -> [u8; 20] {
        let mut der = [0x30; 20];
        der[1] = 18;
        der[3] = 16;
        der[4..7].copy_from_slice(&[2, 1, serial]);
        for place in [8, 10, 12, 14] {
            der[place] = 0;
        }
        der[15..].copy_from_slice(&[0x30, 3, 2, 1, key]);
        der
    }

    fn server(certificates: &mut Certificates, number: u8, keys: &[u8], leaks: bool) -> Server {
        let address = SocketAddr::from(([10, 0, 0, number], 443));
        let mut server = Server::new(0, address, Transport::Tcp, Moment(0));
        for key in keys {
            let leaf = certificates.place(&certificate(number % 4, *key)).unwrap();
            server.shows(Moment(0), 0x0303, None, vec![leaf]);
        }
        server.opened_by_key = 100 + u64::from(number);
        if leaks {
            let mut evidence = Evidence::default();
            evidence.tally.ladder = Ladder::LeakExact;
            server.evidence = Some(Box::new(evidence));
        }
        server
    }

    #[test]
    fn what_is_exposed_is_known_as_if_all_keys_were() {
        let mut certificates = Certificates::new(1 << 20);
        let keys: [&[u8]; 7] = [&[1], &[2, 1], &[3], &[4, 1, 5], &[], &[1, 5], &[6]];
        let mut servers: Vec<_> = (0..200)
            .map(|number| {
                server(
                    &mut certificates,
                    number,
                    keys[usize::from(number) % 7],
                    number % 50 == 5,
                )
            })
            .collect();
        let mut before = Keys::default();
        for gone in servers.drain(..60) {
            before.note(&certificates, &gone);
        }
        let mut all = before.clone();
        for server in &servers {
            all.note(&certificates, server);
        }
        let exposed = before.exposed(&certificates, servers.iter(), servers.iter());
        // Two of them leak: one with the first key, one with the first two.
        let leaking: Vec<_> = servers.iter().filter(|server| server.leaks()).collect();
        let mut own: Vec<_> = leaking
            .iter()
            .flat_map(|server| own(&certificates, server))
            .collect();
        own.sort_unstable();
        own.dedup();
        assert_eq!((own.len(), exposed.0.len()), (2, 2));
        for spki in own {
            let (all, exposed) = (all.at(&spki).unwrap(), exposed.at(&spki).unwrap());
            assert_eq!(all.places, exposed.places);
            assert_eq!((all.more, all.opens), (exposed.more, exposed.opens));
        }
        let none = before.exposed(
            &certificates,
            servers.iter().filter(|server| !server.leaks()),
            servers.iter(),
        );
        assert!(none.0.is_empty());
    }
}
