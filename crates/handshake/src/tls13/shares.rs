//! Shares of the key exchange (RFC 8446 section 4.2.8): on elliptic curves, in finite fields (RFC 7919), by ML-KEM
//! (draft-ietf-tls-mlkem), and by ML-KEM together with a curve (draft-ietf-tls-ecdhe-mlkem section 4).

use aws_lc_rs::kem::{Algorithm, Ciphertext, DecapsulationKey, ML_KEM_512, ML_KEM_768, ML_KEM_1024};
use holter_model::seam::Dice;
use holter_wire::NamedGroup;

use super::field::Field;
use crate::key_agreement::ecdhe::Half;

/// The groups that a share can be made of, in order of preference: the quick ones first.
pub const GROUPS: [NamedGroup; 19] = [
    NamedGroup::X25519,
    NamedGroup::SECP256R1,
    NamedGroup::SECP384R1,
    NamedGroup::SECP521R1,
    NamedGroup::X448,
    NamedGroup::BRAINPOOL_P256R1_TLS13,
    NamedGroup::BRAINPOOL_P384R1_TLS13,
    NamedGroup::BRAINPOOL_P512R1_TLS13,
    NamedGroup::X25519_MLKEM768,
    NamedGroup::SECP256R1_MLKEM768,
    NamedGroup::SECP384R1_MLKEM1024,
    NamedGroup::MLKEM768,
    NamedGroup::MLKEM1024,
    NamedGroup::MLKEM512,
    NamedGroup::FFDHE2048,
    NamedGroup::FFDHE3072,
    NamedGroup::FFDHE4096,
    NamedGroup::FFDHE6144,
    NamedGroup::FFDHE8192,
];

/// Those that take next to no time, in order of preference.
pub const QUICK: [NamedGroup; 4] = crate::key_agreement::GROUPS;

/// The lengths of encapsulated secrets (FIPS 203 table 3).
const ENCAPSULATED_512: usize = 768;
const ENCAPSULATED_768: usize = 1088;
const ENCAPSULATED_1024: usize = 1568;

/// Our half of an exchange.
pub struct Share {
    group: NamedGroup,
    secret: Secret,
}

enum Secret {
    Curve(Half),
    Field(Field),
    Lattice(Lattice),
    /// The curve's part stands first.
    CurveFirst(Half, Lattice),
    LatticeFirst(Lattice, Half),
}

impl Share {
    /// A new share; `None` for a group that is not of [`GROUPS`].
    #[must_use]
    pub fn new(group: NamedGroup, dice: &dyn Dice) -> Option<Self> {
        let half = |curve| Half::new(curve, dice);
        let secret = match group {
            NamedGroup::X25519_MLKEM768 => Secret::LatticeFirst(
                Lattice::new(&ML_KEM_768, ENCAPSULATED_768)?,
                half(NamedGroup::X25519)?,
            ),
            NamedGroup::SECP256R1_MLKEM768 => Secret::CurveFirst(
                half(NamedGroup::SECP256R1)?,
                Lattice::new(&ML_KEM_768, ENCAPSULATED_768)?,
            ),
            NamedGroup::SECP384R1_MLKEM1024 => Secret::CurveFirst(
                half(NamedGroup::SECP384R1)?,
                Lattice::new(&ML_KEM_1024, ENCAPSULATED_1024)?,
            ),
            NamedGroup::MLKEM512 => Secret::Lattice(Lattice::new(&ML_KEM_512, ENCAPSULATED_512)?),
            NamedGroup::MLKEM768 => Secret::Lattice(Lattice::new(&ML_KEM_768, ENCAPSULATED_768)?),
            NamedGroup::MLKEM1024 => Secret::Lattice(Lattice::new(&ML_KEM_1024, ENCAPSULATED_1024)?),
            _ => match Half::new(group, dice) {
                Some(half) => Secret::Curve(half),
                None => Secret::Field(Field::new(group, dice)?),
            },
        };
        Some(Self { group, secret })
    }

    /// Its group.
    #[must_use]
    pub const fn group(&self) -> NamedGroup {
        self.group
    }

    /// What the server is told.
    #[must_use]
    pub fn public(&self) -> Vec<u8> {
        match &self.secret {
            Secret::Curve(half) => half.point(),
            Secret::Field(field) => field.public().to_vec(),
            Secret::Lattice(lattice) => lattice.public(),
            Secret::CurveFirst(half, lattice) => [half.point(), lattice.public()].concat(),
            Secret::LatticeFirst(lattice, half) => [lattice.public(), half.point()].concat(),
        }
    }

    /// The common secret; `None` when the server's share is none of the group.
    #[must_use]
    pub fn agree_on(&self, theirs: &[u8]) -> Option<Vec<u8>> {
        match &self.secret {
            Secret::Curve(half) => half.agree_on(theirs),
            Secret::Field(field) => field.agree_on(theirs),
            Secret::Lattice(lattice) => lattice.agree_on(theirs),
            Secret::CurveFirst(half, lattice) => {
                let (point, encapsulated) = theirs.split_at_checked(half.point().len())?;
                Some([half.agree_on(point)?, lattice.agree_on(encapsulated)?].concat())
            }
            Secret::LatticeFirst(lattice, half) => {
                let (encapsulated, point) = theirs.split_at_checked(lattice.encapsulated)?;
                Some([lattice.agree_on(encapsulated)?, half.agree_on(point)?].concat())
            }
        }
    }
}

/// A key of ML-KEM. The library takes its chance from the system alone, so these groups do not replay from a tape.
struct Lattice {
    key: DecapsulationKey,
    /// The length of what comes back.
    encapsulated: usize,
}

impl Lattice {
    fn new(algorithm: &'static Algorithm, encapsulated: usize) -> Option<Self> {
        Some(Self {
            key: DecapsulationKey::generate(algorithm).ok()?,
            encapsulated,
        })
    }

    fn public(&self) -> Vec<u8> {
        let key = self.key.encapsulation_key().and_then(|key| key.key_bytes());
        key.map(|bytes| bytes.as_ref().to_vec()).unwrap_or_default()
    }

    fn agree_on(&self, encapsulated: &[u8]) -> Option<Vec<u8>> {
        if encapsulated.len() != self.encapsulated {
            return None;
        }
        let secret = self.key.decapsulate(Ciphertext::from(encapsulated)).ok()?;
        Some(secret.as_ref().to_vec())
    }
}

impl std::fmt::Debug for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Share")
            .field("group", &self.group)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use holter_model::seam::FixedDice;

    use super::*;

    #[test]
    fn shares_have_the_lengths_of_their_groups_and_foreign_ones_are_none() {
        for (group, length) in GROUPS.into_iter().zip([
            32, 65, 97, 133, 56, 65, 97, 129, 1216, 1249, 1665, 1184, 1568, 800, 256, 384, 512, 768, 1024,
        ]) {
            let share = Share::new(group, &FixedDice(1)).unwrap();
            assert_eq!(share.public().len(), length, "{group}");
            assert_eq!(share.agree_on(b"no share"), None, "{group}");
        }
        assert!(Share::new(NamedGroup(0x0029), &FixedDice(1)).is_none());
    }
}
