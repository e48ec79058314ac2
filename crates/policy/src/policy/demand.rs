//! The words that rules are made of.

use std::collections::BTreeSet;

use holter_checks::catalogue;
use holter_model::{Feature, Order};
use holter_wire::{CipherSuite, NamedGroup, SignatureScheme, Version, suite};
use serde::{Deserialize, Deserializer, de};

use crate::certificate;
use crate::likeness::meant;
use crate::names::Named;

/// The demands that a rule can make, as their keys.
pub(super) const NAMES: [&str; 15] = [
    "versions",
    "suites",
    "parts",
    "groups",
    "schemes",
    "certificate",
    "dh_bits",
    "hsts_seconds",
    "ticket_seconds",
    "order",
    "stapling",
    "no_heartbeats",
    "present or absent",
    "unaffected",
    "unmeasured",
];

/// A rule: where it stands, what it says, when it holds, and one demand.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// What it says, in words.
    pub(super) rule: String,
    /// Where it stands: "section 3.1".
    pub(super) source: String,
    /// It holds only for what speaks one of these.
    #[serde(default)]
    pub(super) when_speaks: Vec<Named<Version>>,
    /// It does not hold for what speaks one of these.
    #[serde(default)]
    pub(super) unless_speaks: Vec<Named<Version>>,
    versions: Option<Versions>,
    suites: Option<Suites>,
    parts: Option<Parts>,
    groups: Option<Groups>,
    schemes: Option<Schemes>,
    certificate: Option<Certificate>,
    dh_bits: Option<u32>,
    hsts_seconds: Option<u64>,
    ticket_seconds: Option<u32>,
    order: Option<Order>,
    stapling: Option<Demanded>,
    no_heartbeats: Option<Demanded>,
    present: Option<Vec<Feature>>,
    absent: Option<Vec<Feature>>,
    #[serde(default, deserialize_with = "flaws")]
    unaffected: Option<Vec<String>>,
    unmeasured: Option<String>,
}

/// What a rule demands.
#[derive(Clone, Debug)]
pub(super) enum Demand {
    /// Of the versions that are spoken.
    Versions(Versions),
    /// Of the suites, by name.
    Suites(Suites),
    /// Of the suites, by what they are made of.
    Parts(Parts),
    /// Of the groups.
    Groups(Groups),
    /// Of what key exchanges are signed with.
    Schemes(Schemes),
    /// Of the service's own certificate.
    Certificate(Certificate),
    /// The shortest prime of an ephemeral Diffie-Hellman key exchange.
    DhBits(u32),
    /// The shortest time that browsers must remember to come with TLS only.
    Hsts(u64),
    /// The longest life of a session ticket.
    Ticket(u32),
    /// Whose order of suites decides.
    Order(Order),
    /// An OCSP response in the handshake.
    Stapling,
    /// Heartbeats are not agreed on.
    NoHeartbeats,
    /// What there must be, in every version that can have it.
    Present(Vec<Feature>),
    /// What there must not be.
    Absent(Vec<Feature>),
    /// Flaws that there must not be.
    Unaffected(Vec<String>),
    /// What cannot be measured from outside, and why.
    Unmeasured(String),
}

/// Versions that must be, may be and must not be.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Versions {
    /// Every one of them.
    #[serde(default)]
    pub(super) required: Vec<Named<Version>>,
    /// None but these.
    pub(super) allowed: Option<Vec<Named<Version>>>,
    /// None of these.
    #[serde(default)]
    pub(super) forbidden: Vec<Named<Version>>,
}

/// Suites by name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Suites {
    /// Only of these versions.
    #[serde(default)]
    pub(super) versions: Vec<Named<Version>>,
    /// None but these.
    pub(super) allowed: Option<Vec<Named<CipherSuite>>>,
    /// At least one of these in each version.
    #[serde(default)]
    pub(super) one_of: Vec<Named<CipherSuite>>,
    /// None of these.
    #[serde(default)]
    pub(super) forbidden: Vec<Named<CipherSuite>>,
}

/// What suites must be made of.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parts {
    /// Only of these versions.
    #[serde(default)]
    pub(super) versions: Vec<Named<Version>>,
    /// A key that is stolen later must not open what was recorded.
    #[serde(default)]
    pub(super) forward_secret: bool,
    /// The cipher must authenticate by itself.
    #[serde(default)]
    pub(super) aead: bool,
    /// The server must show who it is.
    #[serde(default)]
    pub(super) authenticated: bool,
    /// Bits of strength at least.
    #[serde(default)]
    pub(super) bits: u16,
    /// Beginnings of the names of ciphers: "3DES", "CAMELLIA".
    #[serde(default, deserialize_with = "ciphers")]
    pub(super) forbidden_ciphers: Vec<String>,
    /// Hashes that a suite's name must not end in.
    #[serde(default, deserialize_with = "hashes")]
    pub(super) forbidden_hashes: Vec<String>,
}

/// Beginnings of ciphers' names. One that no suite has would forbid nothing, and look as if it did.
fn ciphers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    known(deserializer, "cipher", |word, parts| {
        parts.cipher.starts_with(word)
    })
}

/// Hashes of suites.
fn hashes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    known(deserializer, "hash", |word, parts| parts.hash == word)
}

fn known<'de, D: Deserializer<'de>>(
    deserializer: D,
    what: &str,
    fits: fn(&str, &suite::Parts) -> bool,
) -> Result<Vec<String>, D::Error> {
    let words = Vec::<String>::deserialize(deserializer)?;
    let unknown = words.iter().find(|word| {
        let mut suites = CipherSuite::registered().filter_map(CipherSuite::parts);
        !suites.any(|parts| fits(word, &parts))
    });
    match unknown {
        Some(word) => {
            let parts = || CipherSuite::registered().filter_map(CipherSuite::parts);
            let all: BTreeSet<&str> = parts()
                .flat_map(|parts| {
                    // "3DES" is a beginning of "3DES_EDE".
                    let family = parts.cipher.split('_').next().unwrap_or_default();
                    [family, parts.cipher, parts.hash]
                })
                .collect();
            let all: Vec<&str> = all
                .into_iter()
                .filter(|name| parts().any(|parts| fits(name, &parts)))
                .collect();
            Err(de::Error::custom(format!(
                "no suite has the {what} {word:?}{}",
                meant(word, all)
            )))
        }
        None => Ok(words),
    }
}

/// Flaws by their ids. One that nobody judges would be open for ever, and look as if somebody did.
fn flaws<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    let ids = catalogue::known()
        .iter()
        .map(|known| known.flaw.id.as_str())
        .collect();
    listed(deserializer, "flaw that Holter knows", ids).map(Some)
}

/// Kinds of keys.
fn keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    listed(deserializer, "kind of key", certificate::KEYS.to_vec()).map(Some)
}

/// Curves of certificates' keys.
fn curves<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    listed(deserializer, "curve of a key", certificate::CURVES.to_vec()).map(Some)
}

/// What certificates are signed with.
fn signatures<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    listed(
        deserializer,
        "signature of a certificate",
        certificate::SIGNATURES.to_vec(),
    )
    .map(Some)
}

/// Words of a list. One that is not in it is never met, and a rule with it would say what nobody meant.
fn listed<'de, D: Deserializer<'de>>(
    deserializer: D,
    what: &str,
    all: Vec<&str>,
) -> Result<Vec<String>, D::Error> {
    let words = Vec::<String>::deserialize(deserializer)?;
    match words.iter().find(|word| !all.contains(&word.as_str())) {
        Some(word) => Err(de::Error::custom(format!(
            "{word:?} is no {what}{}",
            meant(word, all)
        ))),
        None => Ok(words),
    }
}

/// Groups by name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Groups {
    /// Only of these versions.
    #[serde(default)]
    pub(super) versions: Vec<Named<Version>>,
    /// None but these.
    pub(super) allowed: Option<Vec<Named<NamedGroup>>>,
    /// At least one of these, where groups are used at all.
    #[serde(default)]
    pub(super) one_of: Vec<Named<NamedGroup>>,
}

/// Signature schemes by name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Schemes {
    /// Only of these versions.
    #[serde(default)]
    pub(super) versions: Vec<Named<Version>>,
    /// None but these.
    pub(super) allowed: Vec<Named<SignatureScheme>>,
}

/// What the service's own certificate must be.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Certificate {
    /// Kinds of keys: "rsa", "ec", "ed25519".
    #[serde(default, deserialize_with = "keys")]
    pub(super) keys: Option<Vec<String>>,
    /// Bits of an RSA or DSA key at least.
    pub(super) rsa_bits: Option<u32>,
    /// Bits of an elliptic-curve key at least.
    pub(super) ec_bits: Option<u32>,
    /// Curves: "P-256".
    #[serde(default, deserialize_with = "curves")]
    pub(super) curves: Option<Vec<String>>,
    /// What it may be signed with: "rsa-sha256", "ecdsa-sha384".
    #[serde(default, deserialize_with = "signatures")]
    pub(super) signatures: Option<Vec<String>>,
    /// The longest time that it may be meant for.
    pub(super) days: Option<i64>,
    /// Whether one certificate that is so is enough, where there are several.
    #[serde(default)]
    pub(super) one_is_enough: bool,
}

/// `true`, and nothing else: that something need not be is no rule.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "bool")]
pub(super) struct Demanded;

impl TryFrom<bool> for Demanded {
    type Error = &'static str;

    fn try_from(demanded: bool) -> Result<Self, Self::Error> {
        if demanded {
            Ok(Self)
        } else {
            Err("it can only be demanded: write true, or leave the rule out")
        }
    }
}

impl Rule {
    /// Takes out what it demands: one thing, if it is well written.
    pub(super) fn demands(&mut self) -> Vec<Demand> {
        [
            self.versions.take().map(Demand::Versions),
            self.suites.take().map(Demand::Suites),
            self.parts.take().map(Demand::Parts),
            self.groups.take().map(Demand::Groups),
            self.schemes.take().map(Demand::Schemes),
            self.certificate.take().map(Demand::Certificate),
            self.dh_bits.take().map(Demand::DhBits),
            self.hsts_seconds.take().map(Demand::Hsts),
            self.ticket_seconds.take().map(Demand::Ticket),
            self.order.take().map(Demand::Order),
            self.stapling.take().map(|Demanded| Demand::Stapling),
            self.no_heartbeats.take().map(|Demanded| Demand::NoHeartbeats),
            self.present.take().map(Demand::Present),
            self.absent.take().map(Demand::Absent),
            self.unaffected.take().map(Demand::Unaffected),
            self.unmeasured.take().map(Demand::Unmeasured),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
