//! Shares of the key exchange (RFC 8446 section 4.2.8), on elliptic curves and, together with one, by ML-KEM-768
//! (draft-ietf-tls-ecdhe-mlkem section 4).

use aws_lc_rs::kem::{Ciphertext, DecapsulationKey, ML_KEM_768};
use holter_model::seam::Dice;
use holter_wire::NamedGroup;

use crate::key_agreement::ecdhe::Half;

/// The groups that a share can be made of.
pub const GROUPS: [NamedGroup; 5] = [
    NamedGroup::X25519,
    NamedGroup::SECP256R1,
    NamedGroup::SECP384R1,
    NamedGroup::SECP521R1,
    NamedGroup::X25519_MLKEM768,
];

/// The length of an encapsulated ML-KEM-768 secret.
const ENCAPSULATED: usize = 1088;

/// Our half of an exchange.
pub struct Share {
    group: NamedGroup,
    half: Half,
    lattice: Option<DecapsulationKey>,
}

impl Share {
    /// A new share; `None` for a group that is not of [`GROUPS`].
    #[must_use]
    pub fn new(group: NamedGroup, dice: &dyn Dice) -> Option<Self> {
        if group != NamedGroup::X25519_MLKEM768 {
            return Some(Self {
                group,
                half: Half::new(group, dice)?,
                lattice: None,
            });
        }
        Some(Self {
            group,
            half: Half::new(NamedGroup::X25519, dice)?,
            // The library takes its chance from the system alone, so this group does not replay from a tape.
            lattice: Some(DecapsulationKey::generate(&ML_KEM_768).ok()?),
        })
    }

    /// Its group.
    #[must_use]
    pub const fn group(&self) -> NamedGroup {
        self.group
    }

    /// What the server is told.
    #[must_use]
    pub fn public(&self) -> Vec<u8> {
        let mut public = Vec::new();
        if let Some(lattice) = &self.lattice {
            let key = lattice.encapsulation_key().and_then(|key| key.key_bytes());
            public.extend(key.map(|bytes| bytes.as_ref().to_vec()).unwrap_or_default());
        }
        public.extend(self.half.point());
        public
    }

    /// The common secret; `None` when the server's share is none of the group.
    #[must_use]
    pub fn agree_on(&self, theirs: &[u8]) -> Option<Vec<u8>> {
        let Some(lattice) = &self.lattice else {
            return self.half.agree_on(theirs);
        };
        let (encapsulated, point) = theirs.split_at_checked(ENCAPSULATED)?;
        let mut secret = lattice
            .decapsulate(Ciphertext::from(encapsulated))
            .ok()?
            .as_ref()
            .to_vec();
        secret.extend(self.half.agree_on(point)?);
        Some(secret)
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
        for (group, length) in GROUPS.into_iter().zip([32, 65, 97, 133, 1216]) {
            let share = Share::new(group, &FixedDice(1)).unwrap();
            assert_eq!(share.public().len(), length, "{group}");
            assert_eq!(share.agree_on(b"no share"), None, "{group}");
        }
        assert!(Share::new(NamedGroup::X448, &FixedDice(1)).is_none());
    }
}
