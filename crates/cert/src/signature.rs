//! Signature algorithms by their OIDs (RFC 3279, RFC 4055, RFC 5758, RFC 8410, RFC 9881), and the hash in each.

use asn1_rs::{Any, FromBer as _};
use serde::{Deserialize, Serialize};
use x509_parser::signature_algorithm::RsaSsaPssParams;

use crate::fields::{Fields, dotted, tag};

/// With what something was signed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Its usual name, or its OID where it has none here.
    pub name: String,
    /// How it signs.
    pub scheme: Scheme,
    /// What it signs a hash of; `None` where the scheme brings its own or it is not known.
    pub hash: Option<Hash>,
}

/// Ways of signing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Scheme {
    /// Another.
    #[default]
    Unknown,
    /// RSASSA-PKCS1-v1_5.
    Rsa,
    /// RSASSA-PSS.
    RsaPss,
    /// DSA.
    Dsa,
    /// ECDSA.
    Ecdsa,
    /// Ed25519 or Ed448.
    Eddsa,
    /// ML-DSA.
    MlDsa,
}

/// Hashes, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Hash {
    /// MD2: broken.
    Md2,
    /// MD4: broken.
    Md4,
    /// MD5: false certificates were made with it (2008).
    Md5,
    /// SHA-1: collisions with chosen beginnings cost some ten thousand dollars (2020).
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    /// Whether two documents with the same hash can be made, so that a signature of one is a signature of the other.
    #[must_use]
    pub fn is_broken(self) -> bool {
        self <= Self::Sha1
    }
}

/// Reads an AlgorithmIdentifier; what is not known is named by its OID, and nothing by nothing.
#[must_use]
pub fn read(algorithm: &[u8]) -> Signature {
    let Some(mut fields) = Fields(algorithm).sequence() else {
        return Signature::default();
    };
    let oid = fields
        .take(tag::OID)
        .map(|oid| dotted(oid.content))
        .unwrap_or_default();
    let (name, scheme, hash) = match ALGORITHMS.iter().find(|row| row.0 == oid) {
        Some((_, name, Scheme::RsaPss, _)) => {
            let hash = pss_hash(fields);
            return Signature {
                name: hash.map_or_else(
                    || (*name).to_owned(),
                    |hash| format!("{name}-{hash:?}").to_uppercase(),
                ),
                scheme: Scheme::RsaPss,
                hash,
            };
        }
        Some((_, name, scheme, hash)) => ((*name).to_owned(), *scheme, *hash),
        None => (oid, Scheme::Unknown, None),
    };
    Signature { name, scheme, hash }
}

/// The hash that RSASSA-PSS's parameters name; SHA-1 where they name none (RFC 4055 section 3.1).
fn pss_hash(mut parameters: Fields<'_>) -> Option<Hash> {
    let (_, any) = Any::from_ber(parameters.next()?.whole).ok()?;
    let parameters = RsaSsaPssParams::try_from(&any).ok()?;
    hash(&parameters.hash_algorithm_oid().to_id_string())
}

/// The length of RSASSA-PSS's salt; `None` where nothing can be read.
pub(crate) fn pss_salt(algorithm: &[u8]) -> Option<u32> {
    let mut fields = Fields(algorithm).sequence()?;
    fields.take(tag::OID)?;
    let (_, any) = Any::from_ber(fields.next()?.whole).ok()?;
    Some(RsaSsaPssParams::try_from(&any).ok()?.salt_length())
}

/// A hash by its own OID.
pub(crate) fn hash(oid: &str) -> Option<Hash> {
    Some(match oid {
        "1.2.840.113549.2.2" => Hash::Md2,
        "1.2.840.113549.2.4" => Hash::Md4,
        "1.2.840.113549.2.5" => Hash::Md5,
        "1.3.14.3.2.26" => Hash::Sha1,
        "2.16.840.1.101.3.4.2.4" => Hash::Sha224,
        "2.16.840.1.101.3.4.2.1" => Hash::Sha256,
        "2.16.840.1.101.3.4.2.2" => Hash::Sha384,
        "2.16.840.1.101.3.4.2.3" => Hash::Sha512,
        _ => return None,
    })
}

const ALGORITHMS: [(&str, &str, Scheme, Option<Hash>); 27] = [
    (
        "1.2.840.113549.1.1.2",
        "md2WithRSAEncryption",
        Scheme::Rsa,
        Some(Hash::Md2),
    ),
    (
        "1.2.840.113549.1.1.3",
        "md4WithRSAEncryption",
        Scheme::Rsa,
        Some(Hash::Md4),
    ),
    (
        "1.2.840.113549.1.1.4",
        "md5WithRSAEncryption",
        Scheme::Rsa,
        Some(Hash::Md5),
    ),
    ("1.3.14.3.2.3", "md5WithRSA", Scheme::Rsa, Some(Hash::Md5)),
    (
        "1.2.840.113549.1.1.5",
        "sha1WithRSAEncryption",
        Scheme::Rsa,
        Some(Hash::Sha1),
    ),
    ("1.3.14.3.2.29", "sha1WithRSA", Scheme::Rsa, Some(Hash::Sha1)),
    (
        "1.2.840.113549.1.1.14",
        "sha224WithRSAEncryption",
        Scheme::Rsa,
        Some(Hash::Sha224),
    ),
    (
        "1.2.840.113549.1.1.11",
        "sha256WithRSAEncryption",
        Scheme::Rsa,
        Some(Hash::Sha256),
    ),
    (
        "1.2.840.113549.1.1.12",
        "sha384WithRSAEncryption",
        Scheme::Rsa,
        Some(Hash::Sha384),
    ),
    (
        "1.2.840.113549.1.1.13",
        "sha512WithRSAEncryption",
        Scheme::Rsa,
        Some(Hash::Sha512),
    ),
    ("1.2.840.113549.1.1.10", "RSASSA-PSS", Scheme::RsaPss, None),
    (
        "1.2.840.10040.4.3",
        "dsa-with-SHA1",
        Scheme::Dsa,
        Some(Hash::Sha1),
    ),
    ("1.3.14.3.2.27", "dsaWithSHA1", Scheme::Dsa, Some(Hash::Sha1)),
    (
        "2.16.840.1.101.3.4.3.1",
        "dsa-with-SHA224",
        Scheme::Dsa,
        Some(Hash::Sha224),
    ),
    (
        "2.16.840.1.101.3.4.3.2",
        "dsa-with-SHA256",
        Scheme::Dsa,
        Some(Hash::Sha256),
    ),
    (
        "1.2.840.10045.4.1",
        "ecdsa-with-SHA1",
        Scheme::Ecdsa,
        Some(Hash::Sha1),
    ),
    (
        "1.2.840.10045.4.3.1",
        "ecdsa-with-SHA224",
        Scheme::Ecdsa,
        Some(Hash::Sha224),
    ),
    (
        "1.2.840.10045.4.3.2",
        "ecdsa-with-SHA256",
        Scheme::Ecdsa,
        Some(Hash::Sha256),
    ),
    (
        "1.2.840.10045.4.3.3",
        "ecdsa-with-SHA384",
        Scheme::Ecdsa,
        Some(Hash::Sha384),
    ),
    (
        "1.2.840.10045.4.3.4",
        "ecdsa-with-SHA512",
        Scheme::Ecdsa,
        Some(Hash::Sha512),
    ),
    ("1.3.101.112", "Ed25519", Scheme::Eddsa, None),
    ("1.3.101.113", "Ed448", Scheme::Eddsa, None),
    ("2.16.840.1.101.3.4.3.17", "ML-DSA-44", Scheme::MlDsa, None),
    ("2.16.840.1.101.3.4.3.18", "ML-DSA-65", Scheme::MlDsa, None),
    ("2.16.840.1.101.3.4.3.19", "ML-DSA-87", Scheme::MlDsa, None),
    ("1.2.840.113549.1.1.1", "rsaEncryption", Scheme::Rsa, None),
    ("1.2.156.10197.1.501", "SM2-with-SM3", Scheme::Unknown, None),
];
