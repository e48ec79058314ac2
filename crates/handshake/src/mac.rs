//! The hashes that authenticate records (RFC 5246 section 6.2.3.1), by the names that suites give them.

use hmac::{EagerHash, Hmac, KeyInit as _, Mac as _};
use holter_legacy::mac::MacHash;
use sha1::Sha1;
use sha2::{Sha256, Sha384};

/// The hash of a suite's MAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mac {
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// One that only old suites use.
    Obsolete(MacHash),
}

impl Mac {
    /// The hash that ends a suite's name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "SHA" => Some(Self::Sha1),
            "SHA256" => Some(Self::Sha256),
            "SHA384" => Some(Self::Sha384),
            other => MacHash::named(other).map(Self::Obsolete),
        }
    }

    /// The length of its tags, and of its keys.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Obsolete(hash) => hash.length(),
        }
    }

    /// The HMAC of these parts, one after the other.
    #[must_use]
    pub fn tag(self, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::Sha1 => hmac::<Sha1>(key, parts),
            Self::Sha256 => hmac::<Sha256>(key, parts),
            Self::Sha384 => hmac::<Sha384>(key, parts),
            Self::Obsolete(hash) => hash.tag(key, parts),
        }
    }
}

fn hmac<D: EagerHash>(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    // HMAC takes keys of any length, so there is always a tag.
    Hmac::<D>::new_from_slice(key)
        .map(|mac| {
            parts
                .iter()
                .fold(mac, |mac, part| mac.chain_update(part))
                .finalize()
                .into_bytes()
                .to_vec()
        })
        .unwrap_or_default()
}
