//! Certificates, each kept once however many servers show it.

use std::collections::{HashMap, HashSet};
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
    kept: Vec<Option<Kept>>,
    /// Places whose certificate nobody shows any more.
    free: Vec<u32>,
    places: HashMap<u64, u32>,
    bytes: usize,
    generation: u64,
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
            let known = self.at(*place)?;
            return (*known.der == *der).then_some(*place);
        }
        if self.bytes + der.len() > self.most {
            return None;
        }
        let kept = Kept {
            der: der.into(),
            sha256: Sha256::digest(der).into(),
            key: public_key(der).map(|key| Sha256::digest(key).into()),
        };
        let place = match self.free.pop() {
            Some(place) => {
                *self.kept.get_mut(usize::try_from(place).ok()?)? = Some(kept);
                place
            }
            None => {
                self.kept.push(Some(kept));
                u32::try_from(self.kept.len() - 1).ok()?
            }
        };
        self.bytes += der.len();
        self.places.insert(hash, place);
        Some(place)
    }

    pub(crate) fn at(&self, place: u32) -> Option<&Kept> {
        self.kept.get(usize::try_from(place).ok()?)?.as_ref()
    }

    /// The places of those with certain keys.
    pub(super) fn of_keys(&self, certain: impl Fn(&[u8; 32]) -> bool) -> HashSet<u32, RandomState> {
        let places = self.places.values().copied();
        places
            .filter(|place| {
                self.at(*place)
                    .and_then(|kept| kept.key)
                    .is_some_and(|key| certain(&key))
            })
            .collect()
    }

    /// Whether room is getting scarce.
    pub(super) const fn is_crowded(&self) -> bool {
        self.bytes > self.most / 2
    }

    /// Forgets all but those that are shown. Their places go to others.
    pub(super) fn keep(&mut self, shown: &HashSet<u32>) {
        let (kept, free) = (&mut self.kept, &mut self.free);
        let mut bytes = self.bytes;
        self.places.retain(|_, place| {
            let shown = shown.contains(place);
            if !shown && let Some(gone) = usize::try_from(*place).ok().and_then(|place| kept.get_mut(place)) {
                bytes -= gone.take().map_or(0, |gone| gone.der.len());
                free.push(*place);
            }
            shown
        });
        self.bytes = bytes;
        self.generation += 1;
    }

    /// How often certificates were forgotten: a place speaks of the same one only as long as this is the same.
    pub(crate) const fn generation(&self) -> u64 {
        self.generation
    }
}
