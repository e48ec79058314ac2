//! Whether all answers come from one server, or from several that take turns behind one address. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use holter_cert::Certificate;
use holter_cert::key::Algorithm;
use holter_wire::suite::{Authentication, Exchange};
use holter_wire::{ExtensionType, Version};

use super::known;
use crate::conversation::Flight;

/// So many extensions of a hello are compared; no server sends more.
const MOST_EXTENSIONS: usize = 16;

/// A server with a certificate for each kind of key has fewer.
const MOST_LEAVES: usize = 16;

/// What one server does alike in every answer.
#[derive(Debug, Default)]
pub(super) struct Servers {
    /// Of two extensions of a version, which stood first.
    before: BTreeSet<(Version, ExtensionType, ExtensionType)>,
    /// Whether renegotiation was answered for, which is asked for in every hello.
    renegotiation: BTreeMap<Version, bool>,
    leaves: BTreeMap<(Version, Use, String), Vec<u8>>,
    /// The kinds of the leaves' keys, which take time to read.
    kinds: Vec<(Vec<u8>, Algorithm, String)>,
    /// Whether a line was ended where another was not.
    flickers: bool,
    why: Option<String>,
}

/// What a certificate is for: to be signed with, or to be encrypted to.
type Use = (Authentication, bool);

impl Servers {
    /// Why it is not one server of TLS; `None`: nothing says so.
    pub(super) fn why(&self) -> Option<&str> {
        self.why.as_deref()
    }

    /// Notes that what was heard cannot come from one. The first reason stands.
    pub(super) fn contradict(&mut self, what: impl Display) {
        self.why
            .get_or_insert_with(|| format!("different servers seem to answer at this address: {what}"));
    }

    /// Notes that a line was ended where another was not. That may be chance once.
    pub(super) fn flicker(&mut self, what: impl Display) {
        if std::mem::replace(&mut self.flickers, true) {
            self.contradict(what);
        }
    }

    /// Notes that it is no server of TLS that answers.
    pub(super) fn feign(&mut self, why: &str) {
        self.why.get_or_insert_with(|| why.to_owned());
    }

    /// Compares a flight with those before.
    pub(super) fn heard(&mut self, flight: &Flight) {
        let version = flight.hello.negotiated();
        if !flight.cut_short {
            self.extensions(version, flight);
        }
        let (Some(leaf), Some(parts)) = (flight.chain.first(), flight.hello.suite.parts()) else {
            return;
        };
        let kind = self.kind(leaf).1;
        let purpose = (parts.authentication, parts.exchange == Exchange::Rsa);
        if self.leaves.len() < MOST_LEAVES {
            let other = self
                .leaves
                .entry((version, purpose, kind))
                .or_insert_with(|| leaf.clone());
            if other != leaf {
                self.contradict(format!("it shows two certificates of one kind in {version}"));
            }
        }
    }

    /// Whether the key of the certificate shown, or what stands beside it, rules out the suite that was chosen.
    pub(super) fn is_impossible(&mut self, flight: &Flight) -> bool {
        let (Some(leaf), Some(parts)) = (flight.chain.first(), flight.hello.suite.parts()) else {
            return false;
        };
        let wrong = match (parts.exchange, self.kind(leaf).0) {
            // Erlang chooses those of SRP for any key, and falters afterwards.
            _ if known::is_shared(flight.hello.suite) => false,
            (_, Algorithm::Unknown | Algorithm::Other(_)) => false,
            (Exchange::Ecdh, key) => key != Algorithm::Ec,
            (_, key) => match parts.authentication {
                Authentication::Rsa => !matches!(key, Algorithm::Rsa | Algorithm::RsaPss),
                Authentication::Dss => key != Algorithm::Dsa,
                Authentication::Ecdsa => matches!(key, Algorithm::Rsa | Algorithm::RsaPss | Algorithm::Dsa),
                _ => false,
            },
        };
        let ephemeral = matches!(parts.exchange, Exchange::Dhe | Exchange::Ecdhe);
        wrong || (ephemeral && flight.key_exchange.is_none())
    }

    fn extensions(&mut self, version: Version, flight: &Flight) {
        let mut kinds: Vec<ExtensionType> = Vec::new();
        for extension in flight.hello.extensions.iter().take(MOST_EXTENSIONS) {
            if !kinds.contains(&extension.kind) {
                kinds.push(extension.kind);
            }
        }
        for (place, second) in kinds.iter().enumerate() {
            for first in kinds.iter().take(place) {
                if self.before.contains(&(version, *second, *first)) {
                    self.contradict(format!("its extensions stand in two orders in {version}"));
                    return;
                }
                self.before.insert((version, *first, *second));
            }
        }
        if version != Version::TLS13 {
            let answers = kinds.contains(&ExtensionType::RENEGOTIATION_INFO);
            if *self.renegotiation.entry(version).or_insert(answers) != answers {
                self.contradict(format!(
                    "it knows secure renegotiation in {version}, and then does not"
                ));
            }
        }
    }

    fn kind(&mut self, leaf: &[u8]) -> (Algorithm, String) {
        if let Some((_, algorithm, name)) = self.kinds.iter().find(|(known, ..)| known == leaf) {
            return (algorithm.clone(), name.clone());
        }
        let key = Certificate::read(leaf).0.key;
        let name = format!("{:?} {}", key.algorithm, key.curve.unwrap_or_default());
        if self.kinds.len() < MOST_LEAVES {
            self.kinds
                .push((leaf.to_vec(), key.algorithm.clone(), name.clone()));
        }
        (key.algorithm, name)
    }
}

#[cfg(test)]
mod tests {
    use holter_wire::CipherSuite;
    use holter_wire::extension::Extension;
    use holter_wire::server_hello::ServerHello;

    use super::*;

    fn flight(kinds: &[u16]) -> Flight {
        let extensions = kinds.iter().map(|kind| Extension {
            kind: ExtensionType(*kind),
            body: Vec::new(),
        });
        let mut body = Vec::new();
        ServerHello {
            legacy_version: Version::TLS12,
            random: [0; 32],
            session_id: Vec::new(),
            suite: CipherSuite(0xc02f),
            compression: 0,
            extensions: extensions.collect(),
        }
        .encode_body(&mut body);
        Flight::begin(&body, true).unwrap()
    }

    fn several(flights: &[&[u16]]) -> bool {
        let mut servers = Servers::default();
        flights.iter().for_each(|kinds| servers.heard(&flight(kinds)));
        servers.why().is_some()
    }

    #[test]
    fn one_server_has_one_order_of_extensions() {
        assert!(!several(&[&[0xff01, 11, 35], &[0xff01, 11], &[0xff01, 35]]));
        assert!(several(&[&[0xff01, 11], &[11, 0xff01]]));
        assert!(several(&[&[0xff01, 11], &[11]]), "renegotiation");
        assert!(
            !several(&[&[5, 5, 0xff01], &[5, 0xff01]]),
            "twice is not two orders"
        );
    }
}
