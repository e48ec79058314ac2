//! Public keys as certificates carry them (RFC 5280 section 4.1.2.7, RFC 3279, RFC 5480, RFC 8410, RFC 9881).

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::Oddity;
use crate::fields::{Element, Fields, dotted, tag};
use crate::number::{Number, hex};

/// A larger number is in no key that anybody uses.
const LARGEST: usize = 4096;

/// What a public key is, without what it is good for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// The kind of key.
    pub algorithm: Algorithm,
    /// How many bits it has: of the modulus, of the field, of the curve's order.
    pub bits: Option<u32>,
    /// The curve's name, or its OID where it has none here; "explicit" for one that is spelt out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub curve: Option<String>,
    /// An RSA key's numbers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rsa: Option<Rsa>,
    /// SHA-256 of the SubjectPublicKeyInfo, in hexadecimal: what HPKP and DANE call the key's pin.
    pub sha256: String,
}

/// An RSA key's numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rsa {
    /// The modulus.
    pub modulus: Number,
    /// The public exponent.
    pub exponent: Number,
}

/// Kinds of keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Algorithm {
    /// It could not be read.
    #[default]
    Unknown,
    /// RSA.
    Rsa,
    /// RSA for PSS only.
    RsaPss,
    /// DSA.
    Dsa,
    /// Elliptic curves in Weierstrass's form.
    Ec,
    /// Ed25519.
    Ed25519,
    /// Ed448.
    Ed448,
    /// ML-DSA-44.
    MlDsa44,
    /// ML-DSA-65.
    MlDsa65,
    /// ML-DSA-87.
    MlDsa87,
    /// Another, by its OID.
    Other(String),
}

impl Key {
    /// About how many bits of work breaking it takes (NIST SP 800-57 part 1, table 2; RFC 3766 between its rows); `None`
    /// when nothing can be said.
    #[must_use]
    pub fn strength(&self) -> Option<u32> {
        let bits = self.bits?;
        Some(match self.algorithm {
            Algorithm::Rsa | Algorithm::RsaPss | Algorithm::Dsa => match bits {
                0..512 => 0,
                512..768 => 40,
                768..1024 => 60,
                1024..1536 => 80,
                1536..2048 => 96,
                2048..3072 => 112,
                3072..7680 => 128,
                7680..15360 => 192,
                _ => 256,
            },
            Algorithm::Ec | Algorithm::Ed25519 => bits / 2,
            Algorithm::Ed448 => 224,
            Algorithm::MlDsa44 => 128,
            Algorithm::MlDsa65 => 192,
            Algorithm::MlDsa87 => 256,
            Algorithm::Unknown | Algorithm::Other(_) => return None,
        })
    }
}

/// The parts of a SubjectPublicKeyInfo: the algorithm's OID, its parameters, and the key's octets.
pub(crate) struct Parted<'a> {
    pub(crate) oid: String,
    pub(crate) parameters: Option<Element<'a>>,
    pub(crate) octets: &'a [u8],
}

/// Takes a SubjectPublicKeyInfo apart; `None` when it is none.
pub(crate) fn parted(info: &[u8]) -> Option<Parted<'_>> {
    let mut fields = Fields(info).sequence()?;
    let mut algorithm = fields.sequence()?;
    let oid = dotted(algorithm.take(tag::OID)?.content);
    Some(Parted {
        oid,
        parameters: algorithm.next(),
        octets: fields.bits()?,
    })
}

/// The numbers in an RSA key's octets (RFC 8017 appendix A.1.1).
pub(crate) fn rsa(octets: &[u8]) -> Option<Rsa> {
    let mut numbers = Fields(octets).sequence()?;
    let mut number = || {
        numbers
            .take(tag::INTEGER)
            .filter(|number| number.content.len() <= LARGEST)
            .map(|number| Number::new(number.content))
    };
    Some(Rsa {
        modulus: number()?,
        exponent: number()?,
    })
}

/// Reads a SubjectPublicKeyInfo.
#[must_use]
pub fn read(info: &[u8]) -> (Key, Vec<Oddity>) {
    let sha256 = if info.is_empty() {
        String::new()
    } else {
        hex(&Sha256::digest(info))
    };
    let mut key = Key {
        sha256,
        ..Key::default()
    };
    let Some(parts) = parted(info) else {
        return (key, vec![Oddity::Unreadable("the public key")]);
    };
    let mut oddities = Vec::new();
    key.algorithm = algorithm(&parts.oid);
    key.bits = match key.algorithm {
        Algorithm::Rsa | Algorithm::RsaPss => {
            key.rsa = rsa(parts.octets);
            key.rsa.as_ref().map(|rsa| rsa.modulus.bits())
        }
        Algorithm::Ec => {
            let (curve, bits) = parts
                .parameters
                .map_or((None, None), |parameters| curve(&parameters));
            key.curve = curve;
            bits.or_else(|| point(parts.octets))
        }
        Algorithm::Dsa => parts
            .parameters
            .and_then(|parameters| parameters.fields().take(tag::INTEGER))
            .map(|prime| Number::new(prime.content).bits()),
        Algorithm::Ed25519 => Some(256),
        Algorithm::Ed448 => Some(456),
        _ => u32::try_from(parts.octets.len())
            .ok()
            .map(|length| length.saturating_mul(8)),
    };
    if key.bits.is_none() {
        oddities.push(Oddity::Unreadable("the public key"));
    }
    (key, oddities)
}

fn algorithm(oid: &str) -> Algorithm {
    match oid {
        "1.2.840.113549.1.1.1" | "2.5.8.1.1" => Algorithm::Rsa,
        "1.2.840.113549.1.1.10" => Algorithm::RsaPss,
        "1.2.840.10040.4.1" => Algorithm::Dsa,
        "1.2.840.10045.2.1" => Algorithm::Ec,
        "1.3.101.112" => Algorithm::Ed25519,
        "1.3.101.113" => Algorithm::Ed448,
        "2.16.840.1.101.3.4.3.17" => Algorithm::MlDsa44,
        "2.16.840.1.101.3.4.3.18" => Algorithm::MlDsa65,
        "2.16.840.1.101.3.4.3.19" => Algorithm::MlDsa87,
        "" => Algorithm::Unknown,
        other => Algorithm::Other(other.to_owned()),
    }
}

/// A curve's name and the bits of its field.
fn curve(parameters: &Element<'_>) -> (Option<String>, Option<u32>) {
    if !parameters.is(tag::OID) {
        // Parameters that are spelt out may be anybody's: CVE-2020-0601 lived on them.
        return (Some("explicit".to_owned()), None);
    }
    let oid = dotted(parameters.content);
    let (name, bits) = match oid.as_str() {
        "1.2.840.10045.3.1.1" => ("P-192", 192),
        "1.3.132.0.33" => ("P-224", 224),
        "1.2.840.10045.3.1.7" => ("P-256", 256),
        "1.3.132.0.34" => ("P-384", 384),
        "1.3.132.0.35" => ("P-521", 521),
        "1.3.132.0.10" => ("secp256k1", 256),
        "1.3.132.0.6" => ("secp112r1", 112),
        "1.3.132.0.28" => ("secp128r1", 128),
        "1.3.132.0.8" => ("secp160r1", 160),
        "1.3.132.0.30" => ("secp160r2", 160),
        "1.3.132.0.9" => ("secp160k1", 160),
        "1.3.132.0.31" => ("secp192k1", 192),
        "1.3.132.0.32" => ("secp224k1", 224),
        "1.3.132.0.1" => ("sect163k1", 163),
        "1.3.132.0.15" => ("sect163r2", 163),
        "1.3.132.0.26" => ("sect233k1", 233),
        "1.3.132.0.27" => ("sect233r1", 233),
        "1.3.132.0.16" => ("sect283k1", 283),
        "1.3.132.0.17" => ("sect283r1", 283),
        "1.3.132.0.36" => ("sect409k1", 409),
        "1.3.132.0.37" => ("sect409r1", 409),
        "1.3.132.0.38" => ("sect571k1", 571),
        "1.3.132.0.39" => ("sect571r1", 571),
        "1.3.36.3.3.2.8.1.1.7" => ("brainpoolP256r1", 256),
        "1.3.36.3.3.2.8.1.1.11" => ("brainpoolP384r1", 384),
        "1.3.36.3.3.2.8.1.1.13" => ("brainpoolP512r1", 512),
        "1.2.156.10197.1.301" => ("SM2", 256),
        _ => return (Some(oid), None),
    };
    (Some(name.to_owned()), Some(bits))
}

/// A curve's bits by the length of a point on it (SEC 1 section 2.3.3).
fn point(octets: &[u8]) -> Option<u32> {
    let length = match octets.split_first()? {
        (4, both) => both.len() / 2,
        (2 | 3, one) => one.len(),
        _ => return None,
    };
    u32::try_from(length).ok().map(|length| length.saturating_mul(8))
}
