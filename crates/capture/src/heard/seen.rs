//! Clients and interfaces put into words.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use holter_cert::number::hex;
use holter_wire::{CipherSuite, Version};

use super::time;
use crate::book::client::{Client, Clients};
use crate::book::{Book, Pair, Passed};
use crate::subject::{ClientSeen, InterfaceSeen, Offered};

/// Kinds of hellos in words: thousands of clients offer the same, and it is put into words once.
#[derive(Debug, Default)]
pub(super) struct Offers(Vec<Arc<Offered>>);

impl Offers {
    /// Those that have come since.
    fn learn(&mut self, clients: &Clients) {
        let named = |codes: &[u16]| codes.iter().map(|code| Version(*code).to_string()).collect();
        let new = clients.profiles().skip(self.0.len()).map(|profile| Offered {
            ja3: hex(&profile.ja3),
            ja4: profile.ja4.to_string(),
            versions: named(&profile.versions),
            suites: profile
                .suites
                .iter()
                .map(|code| CipherSuite(*code).to_string())
                .collect(),
            heartbeat: profile.heartbeat,
            compression: profile.compression,
        });
        self.0.extend(new.map(Arc::new));
    }

    /// A client, with what it offers.
    pub(super) fn client(&mut self, clients: &Clients, address: IpAddr, client: &Client) -> ClientSeen {
        let newest = client
            .profiles
            .iter()
            .max()
            .and_then(|place| usize::try_from(*place).ok());
        if newest.is_some_and(|newest| newest >= self.0.len()) {
            self.learn(clients);
        }
        ClientSeen {
            address,
            first: time(client.first),
            last: time(client.last),
            hellos: client.hellos,
            offers: client
                .profiles
                .iter()
                .filter_map(|place| self.0.get(usize::try_from(*place).ok()?))
                .cloned()
                .collect(),
        }
    }
}

impl Book {
    /// Who talks to whom by now.
    pub(crate) fn ways(&self) -> impl Iterator<Item = InterfaceSeen> {
        self.pairs.iter().map(|(pair, passed)| interface(pair, passed))
    }
}

/// Who talks to whom.
pub(super) fn interface(pair: &Pair, passed: &Passed) -> InterfaceSeen {
    InterfaceSeen {
        client: pair.client,
        server: pair.server.ip(),
        port: pair.server.port(),
        transport: pair.transport,
        protocol: Cow::Borrowed(passed.protocol),
        encrypted: passed.encrypted,
        sessions: passed.sessions,
        first: time(passed.first),
        last: time(passed.last),
    }
}
