//! What policies and grades ask of a certificate.

use holter_cert::key::Algorithm;
use holter_cert::signature::{Hash, Scheme};
use holter_cert::{Certificate, Signature};
use holter_checks::Configuration;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// The kinds of keys that [`Leaf::key`] can name.
pub(crate) const KEYS: [&str; 7] = ["rsa", "rsa-pss", "dsa", "ec", "ed25519", "ed448", "ml-dsa"];

/// The curves that [`Leaf::curve`] can name.
pub(crate) const CURVES: [&str; 13] = [
    "P-192",
    "P-224",
    "P-256",
    "P-384",
    "P-521",
    "secp256k1",
    "brainpoolP256r1",
    "brainpoolP384r1",
    "brainpoolP512r1",
    "sect283k1",
    "sect283r1",
    "sect409r1",
    "sect571r1",
];

/// What [`Leaf::signature`] can name.
pub(crate) const SIGNATURES: [&str; 26] = [
    "rsa-sha256",
    "rsa-sha384",
    "rsa-sha512",
    "rsa-sha224",
    "rsa-sha1",
    "rsa-md5",
    "rsa-md4",
    "rsa-md2",
    "rsa-pss-sha256",
    "rsa-pss-sha384",
    "rsa-pss-sha512",
    "rsa-pss-sha224",
    "rsa-pss-sha1",
    "ecdsa-sha256",
    "ecdsa-sha384",
    "ecdsa-sha512",
    "ecdsa-sha224",
    "ecdsa-sha1",
    "dsa-sha256",
    "dsa-sha384",
    "dsa-sha512",
    "dsa-sha224",
    "dsa-sha1",
    "eddsa",
    "ml-dsa",
    "rsa-pss",
];

/// The server's own certificate, as far as rules ask for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Leaf {
    /// "rsa", "ec", "dsa", "ed25519" …
    pub(crate) key: String,
    /// Bits of its key.
    pub(crate) bits: Option<u32>,
    /// Its curve, where it has one: "P-256".
    pub(crate) curve: Option<String>,
    /// What it was signed with: "rsa-sha256", "ecdsa-sha384".
    pub(crate) signature: String,
    /// How long it is meant to be used, in whole days, upwards.
    pub(crate) days: Option<i64>,
    /// Whether it names somebody who can be asked whether it is revoked (OCSP).
    pub(crate) ocsp: bool,
}

impl Leaf {
    /// The length of an RSA key about as strong (NIST SP 800-57 part 1, table 2).
    pub(crate) fn rsa_equivalent(&self) -> Option<u32> {
        let bits = self.bits?;
        Some(match self.key.as_str() {
            "rsa" | "rsa-pss" | "dsa" => bits,
            _ => of_curve(bits),
        })
    }
}

/// The length of an RSA key about as strong as an elliptic-curve one of so many bits.
pub(crate) const fn of_curve(bits: u32) -> u32 {
    match bits {
        0..160 => 512,
        160..224 => 1024,
        224..256 => 2048,
        256..384 => 3072,
        384..512 => 7680,
        _ => 15360,
    }
}

/// The certificates that a service showed for itself, one a chain.
pub(crate) fn leaves(configuration: &Configuration) -> Vec<Leaf> {
    let first = configuration.chains.iter().filter_map(|chain| chain.first());
    first
        .map(|der| Leaf::of(&Certificate::read(&der.0).0))
        .filter(|leaf| !leaf.key.is_empty())
        .collect()
}

impl Leaf {
    fn of(certificate: &Certificate) -> Self {
        let key = match certificate.key.algorithm {
            Algorithm::Rsa => "rsa",
            Algorithm::RsaPss => "rsa-pss",
            Algorithm::Dsa => "dsa",
            Algorithm::Ec => "ec",
            Algorithm::Ed25519 => "ed25519",
            Algorithm::Ed448 => "ed448",
            Algorithm::MlDsa44 | Algorithm::MlDsa65 | Algorithm::MlDsa87 => "ml-dsa",
            Algorithm::Other(_) => "unknown",
            _ => "",
        };
        let seconds = match (certificate.not_before, certificate.not_after) {
            (Some(begins), Some(ends)) => Some(ends.as_second().saturating_sub(begins.as_second())),
            _ => None,
        };
        Self {
            key: key.to_owned(),
            bits: certificate.key.bits,
            curve: certificate.key.curve.clone(),
            signature: signature(&certificate.signature),
            // The last second counts, too (RFC 5280 section 4.1.2.5).
            days: seconds.map(|seconds| seconds.saturating_add(DAY) / DAY),
            ocsp: !certificate.extensions.ocsp.is_empty(),
        }
    }
}

fn signature(signature: &Signature) -> String {
    let scheme = match signature.scheme {
        Scheme::Rsa => "rsa",
        Scheme::RsaPss => "rsa-pss",
        Scheme::Dsa => "dsa",
        Scheme::Ecdsa => "ecdsa",
        Scheme::Eddsa => "eddsa",
        Scheme::MlDsa => "ml-dsa",
        _ => "unknown",
    };
    let hash = match signature.hash {
        Some(Hash::Md2) => "-md2",
        Some(Hash::Md4) => "-md4",
        Some(Hash::Md5) => "-md5",
        Some(Hash::Sha1) => "-sha1",
        Some(Hash::Sha224) => "-sha224",
        Some(Hash::Sha256) => "-sha256",
        Some(Hash::Sha384) => "-sha384",
        Some(Hash::Sha512) => "-sha512",
        _ => "",
    };
    format!("{scheme}{hash}")
}
