//! Certificates, each kept once however many servers show it.

use std::collections::HashMap;
use std::hash::BuildHasher as _;

use foldhash::quality::RandomState;
use holter_cert::certificate::public_key;
use sha2::{Digest as _, Sha256};

/// A certificate.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) der: Box<[u8]>,
    /// SHA-256 of all of it.
    pub(crate) sha256: [u8; 32],
    /// SHA-256 of its public key, with its head.
    pub(crate) key: Option<[u8; 32]>,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Certificates {
    kept: Vec<Kept>,
    places: HashMap<u64, u32>,
    bytes: usize,
    // Certificates are long, and shown in every session: the standard library's takes ten times as long.
    hasher: RandomState,
    most: usize,
}

impl Certificates {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            ..Self::default()
        }
    }

    /// Its place; `None`: there is no room for it.
    pub(crate) fn place(&mut self, der: &[u8]) -> Option<u32> {
        // No stranger gains by two that hash alike: the second is not kept, and that is said.
        let hash = self.hasher.hash_one(der);
        if let Some(place) = self.places.get(&hash) {
            let known = self.kept.get(usize::try_from(*place).ok()?)?;
            return (*known.der == *der).then_some(*place);
        }
        if self.bytes + der.len() > self.most {
            return None;
        }
        let place = u32::try_from(self.kept.len()).ok()?;
        self.bytes += der.len();
        self.places.insert(hash, place);
        self.kept.push(Kept {
            der: der.into(),
            sha256: Sha256::digest(der).into(),
            key: public_key(der).map(|key| Sha256::digest(key).into()),
        });
        Some(place)
    }

    pub(crate) fn at(&self, place: u32) -> Option<&Kept> {
        self.kept.get(usize::try_from(place).ok()?)
    }
}
