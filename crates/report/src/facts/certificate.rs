//! A certificate's facts, as every format shows them.

use holter_cert::Signed;
use holter_cert::key::Algorithm;
use holter_model::Der;
use jiff::Timestamp;
use serde::Serialize;

/// What a certificate says. What it does not say, or could not be read, is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Certificate {
    /// The subject's name.
    pub(crate) subject: String,
    /// The issuer's name.
    pub(crate) issuer: String,
    /// The host names and addresses that it is for.
    pub(crate) names: Vec<String>,
    /// In hexadecimal.
    pub(crate) serial: String,
    /// The first moment that it is meant for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) not_before: Option<Timestamp>,
    /// The last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) not_after: Option<Timestamp>,
    /// Its key.
    pub(crate) key: Key,
    /// What it was signed with.
    pub(crate) signature: String,
    /// Whether it may sign others.
    pub(crate) ca: bool,
    /// Whether it was signed with its own key.
    pub(crate) self_signed: bool,
    /// Whether a server must staple an OCSP response to it.
    pub(crate) must_staple: bool,
    /// Promises of transparency logs in it.
    pub(crate) scts: usize,
    /// SHA-256 of all of it.
    pub(crate) sha256: String,
    /// What was strange about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) oddities: Vec<String>,
}

/// A public key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Key {
    /// "rsa", "ec", "ed25519".
    pub(crate) algorithm: String,
    /// How long it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bits: Option<u32>,
    /// The curve.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) curve: Option<String>,
    /// SHA-256 of the SubjectPublicKeyInfo.
    pub(crate) sha256: String,
}

impl Key {
    /// "RSA 2048", "EC P-256".
    pub(crate) fn name(&self) -> String {
        let size = self
            .curve
            .clone()
            .or_else(|| self.bits.map(|bits| bits.to_string()));
        let algorithm = self.algorithm.to_uppercase();
        size.map_or_else(|| algorithm.clone(), |size| format!("{algorithm} {size}"))
    }
}

impl Certificate {
    /// "2025-01-01 to 2026-01-01".
    pub(crate) fn validity(&self) -> String {
        let day = |at: Option<Timestamp>| {
            at.map_or_else(|| "?".to_owned(), |at| at.strftime("%Y-%m-%d").to_string())
        };
        format!("{} to {}", day(self.not_before), day(self.not_after))
    }

    /// Reads one.
    pub(crate) fn of(der: &Der) -> Self {
        let (read, oddities) = holter_cert::Certificate::read(&der.0);
        let names = read.extensions.names;
        let addresses = names.ip.iter().map(ToString::to_string);
        Self {
            subject: read.subject,
            issuer: read.issuer,
            names: names.dns.into_iter().chain(addresses).collect(),
            serial: read.serial,
            not_before: read.not_before,
            not_after: read.not_after,
            key: Key {
                algorithm: algorithm(&read.key.algorithm),
                bits: read.key.bits,
                curve: read.key.curve,
                sha256: read.key.sha256,
            },
            signature: read.signature.name,
            ca: read.extensions.is_ca,
            self_signed: read.self_signed == Signed::Yes,
            must_staple: read.extensions.must_staple,
            scts: read.extensions.scts.len(),
            sha256: read.sha256,
            oddities: oddities.iter().map(ToString::to_string).collect(),
        }
    }
}

/// A kind of key as it stands in every format.
fn algorithm(algorithm: &Algorithm) -> String {
    match algorithm {
        Algorithm::Rsa => "rsa",
        Algorithm::RsaPss => "rsa-pss",
        Algorithm::Dsa => "dsa",
        Algorithm::Ec => "ec",
        Algorithm::Ed25519 => "ed25519",
        Algorithm::Ed448 => "ed448",
        Algorithm::MlDsa44 => "ml-dsa-44",
        Algorithm::MlDsa65 => "ml-dsa-65",
        Algorithm::MlDsa87 => "ml-dsa-87",
        Algorithm::Other(oid) => oid,
        _ => "unknown",
    }
    .to_owned()
}
