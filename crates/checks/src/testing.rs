//! Facts as tests write them down, and judges asked about them.

#![cfg(test)]

use std::path::Path;

use holter_model::{
    Attempt, Der, Endpoint, Fact, Feature, Judgement, Method, Observation, Order, Reaction, Refusal,
    Transport, Verdict,
};
use holter_wire::extension::Extension;
use holter_wire::{CipherSuite, ExtensionType, Version};
use jiff::Timestamp;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use crate::{Check, Configuration};

/// A version, by its name or by its number.
pub(crate) trait Code {
    fn code(self) -> u16;
}

impl Code for u16 {
    fn code(self) -> u16 {
        self
    }
}

impl Code for Version {
    fn code(self) -> u16 {
        self.0
    }
}

/// The extensions of a ServerHello of TLS 1.3 with a share on X25519.
pub(crate) fn modern() -> Vec<Extension> {
    let extension = |kind, body: &[u8]| Extension {
        kind,
        body: body.to_vec(),
    };
    vec![
        extension(ExtensionType::SUPPORTED_VERSIONS, &[3, 4]),
        extension(ExtensionType::KEY_SHARE, &[0, 29, 0, 1, 7]),
    ]
}

/// A suite for a ServerHello with these extensions.
pub(crate) fn suite_beside(extensions: &[Extension]) -> CipherSuite {
    let modern = |extension: &Extension| extension.kind == ExtensionType::SUPPORTED_VERSIONS;
    CipherSuite(if extensions.iter().any(modern) {
        0x1301
    } else {
        0x002f
    })
}

/// Refusals of every other version.
pub(crate) fn alone(version: u16) -> Vec<Fact> {
    let others = [0x0300, 0x0301, 0x0302, 0x0303, 0x0304];
    others
        .into_iter()
        .filter(|other| *other != version)
        .map(refused)
        .collect()
}

/// What a service that speaks this version does.
pub(crate) fn hello(version: u16) -> Fact {
    hello_with(version, 0x002f)
}

/// What a service that speaks this version with this suite does.
pub(crate) fn hello_with(version: u16, suite: u16) -> Fact {
    Fact::Hello {
        offered: version,
        version,
        suite,
        heartbeat: None,
        extensions: Vec::new(),
        cut_short: false,
        client_certificate: false,
    }
}

/// All suites of a version.
pub(crate) fn suites(version: impl Code, suites: &[u16]) -> Fact {
    listed(version, suites, true)
}

/// Suites of a version, all of them or not.
pub(crate) fn listed(version: impl Code, suites: &[u16], complete: bool) -> Fact {
    Fact::Suites {
        version: version.code(),
        suites: suites.to_vec(),
        order: Order::Server,
        complete,
    }
}

/// What a service that does not speak this version does.
pub(crate) fn refused(offered: impl Code) -> Fact {
    Fact::HelloRefused {
        offered: offered.code(),
        how: Refusal::Alert(70),
    }
}

/// A feature, there or not.
pub(crate) fn feature(feature: Feature, version: impl Code, present: bool) -> Fact {
    Fact::Feature {
        feature,
        version: version.code(),
        present,
    }
}

/// An answer to a probe.
pub(crate) fn probe(probe: &str, version: u16, reaction: Reaction) -> Fact {
    Fact::Probe {
        probe: probe.to_owned(),
        version,
        suite: 0x002f,
        reaction,
    }
}

/// The protocol spoken.
pub(crate) fn protocol(id: &str) -> Fact {
    Fact::Protocol {
        id: id.to_owned(),
        at_once: false,
    }
}

/// A header.
pub(crate) fn header(name: &str, value: &str) -> Fact {
    Fact::Header {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

/// Facts with what goes round them, all of one moment.
pub(crate) fn observed(facts: impl AsRef<[Fact]>) -> Vec<Observation> {
    observed_at(Timestamp::from_second(1_790_000_000).unwrap(), facts)
}

/// The same of another moment.
pub(crate) fn observed_at(at: Timestamp, facts: impl AsRef<[Fact]>) -> Vec<Observation> {
    let subject = Endpoint {
        address: std::net::Ipv4Addr::LOCALHOST.into(),
        port: 443,
        transport: Transport::Tcp,
    };
    let observe = |fact: &Fact| Observation {
        at,
        method: Method::Active,
        subject,
        fact: fact.clone(),
    };
    facts.as_ref().iter().map(observe).collect()
}

/// The verdicts on facts, as words.
pub(crate) fn judged(judge: fn(&[Observation], Attempt) -> Vec<Judgement>, facts: &[Fact]) -> String {
    let judgements = judge(&observed(facts), Attempt::Completed);
    let verdicts: Vec<_> = judgements.iter().map(|one| one.verdict.as_str()).collect();
    verdicts.join(" ")
}

pub(crate) fn configured(facts: Vec<Fact>) -> Configuration {
    Configuration::of(&observed(facts))
}

/// These versions with these suites, and no other version: SSLv2 was asked for, too.
pub(crate) fn whole(spoken: &[(Version, &[u16])]) -> Vec<Fact> {
    const ALL: [Version; 6] = [
        Version::TLS13,
        Version::TLS12,
        Version::TLS11,
        Version::TLS10,
        Version::SSL3,
        holter_wire::ssl2::VERSION,
    ];
    let is_spoken = |version: &Version| spoken.iter().any(|(named, _)| named == version);
    let spoken_facts = spoken.iter().map(|(version, list)| suites(*version, list));
    let others = ALL.into_iter().filter(|version| !is_spoken(version)).map(refused);
    spoken_facts.chain(others).collect()
}

/// The one verdict of a check with one flaw, and why.
pub(crate) fn verdict(check: &Check, facts: Vec<Fact>) -> (Verdict, String) {
    let mut judgements = (check.judge)(&observed(facts), Attempt::Completed);
    assert_eq!(judgements.len(), 1, "{judgements:?}");
    let judgement = judgements.remove(0);
    (judgement.verdict, judgement.evidence)
}

/// Holds a table of facts and verdicts against a check.
pub(crate) fn holds(check: &Check, table: Vec<(&str, Vec<Fact>, Verdict)>) {
    for (name, facts, expected) in table {
        let (verdict, evidence) = verdict(check, facts);
        assert_eq!(verdict, expected, "{name}: {evidence}");
        assert!(!evidence.is_empty(), "{name}");
    }
}

pub(crate) fn verdicts(check: &Check, facts: Vec<Fact>) -> Vec<Verdict> {
    let judgements = (check.judge)(&observed(facts), Attempt::Completed);
    judgements.iter().map(|judgement| judgement.verdict).collect()
}

pub(crate) fn field(version: Version, bits: u32, prime: &str, public: &str) -> Fact {
    Fact::FiniteField {
        version: version.0,
        suite: 0x0033,
        bits,
        prime: prime.to_owned(),
        public: public.to_owned(),
    }
}

/// A file that the tests of `holter-cert` keep: OpenSSL made them.
pub(crate) fn made_file(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cert/tests/made");
    std::fs::read(folder.join(name)).unwrap()
}

/// One of those certificates.
pub(crate) fn made(name: &str) -> Der {
    let pem = made_file(&format!("{name}.pem"));
    Der(CertificateDer::from_pem_slice(&pem).unwrap().to_vec())
}
