//! Elliptic-curve Diffie-Hellman (RFC 8422 sections 5.7 and 5.10) on X25519, P-256, P-384 and P-521.

use holter_model::seam::Dice;
use holter_wire::{NamedGroup, key_exchange, writer};
use p256::elliptic_curve::sec1::ToSec1Point as _;

use super::Agreement;
use crate::HandshakeError;

pub(super) fn agree(parameters: &[u8], dice: &dyn Dice) -> Result<Agreement, HandshakeError> {
    let (params, _) = key_exchange::read_ecdhe(parameters);
    let params = params.ok_or(HandshakeError::PeerMisbehaved(
        "its ServerKeyExchange is cut short",
    ))?;
    let ours = Half::new(params.group, dice).ok_or(HandshakeError::Unsupported(
        "the elliptic curve that the peer chose",
    ))?;
    let mut message = Vec::new();
    writer::vec8(&mut message, |out| out.extend(ours.point()));
    let pre_master = ours
        .agree_on(params.point)
        .ok_or(HandshakeError::PeerMisbehaved("its point is not on its curve"))?;
    Ok(Agreement { pre_master, message })
}

/// One side of an exchange, before the other is known.
pub(crate) enum Half {
    X25519(x25519_dalek::StaticSecret),
    P256(p256::SecretKey),
    P384(p384::SecretKey),
    P521(p521::SecretKey),
}

impl Half {
    /// A new one; `None` for a group that is not an elliptic curve known here.
    pub(crate) fn new(group: NamedGroup, dice: &dyn Dice) -> Option<Self> {
        match group {
            NamedGroup::X25519 => Some(Self::X25519(scalar(dice).into())),
            NamedGroup::SECP256R1 => p256::SecretKey::from_slice(&scalar::<32>(dice))
                .ok()
                .map(Self::P256),
            NamedGroup::SECP384R1 => p384::SecretKey::from_slice(&scalar::<48>(dice))
                .ok()
                .map(Self::P384),
            NamedGroup::SECP521R1 => p521::SecretKey::from_slice(&wide_scalar(dice))
                .ok()
                .map(Self::P521),
            _ => None,
        }
    }

    /// What the peer is told.
    pub(crate) fn point(&self) -> Vec<u8> {
        match self {
            Self::X25519(ours) => x25519_dalek::PublicKey::from(ours).to_bytes().to_vec(),
            Self::P256(ours) => ours.public_key().to_sec1_point(false).as_bytes().to_vec(),
            Self::P384(ours) => ours.public_key().to_sec1_point(false).as_bytes().to_vec(),
            Self::P521(ours) => ours.public_key().to_sec1_point(false).as_bytes().to_vec(),
        }
    }

    /// The common secret; `None` when the peer's point is none.
    pub(crate) fn agree_on(&self, point: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::X25519(ours) => {
                let theirs: [u8; 32] = point.try_into().ok()?;
                Some(ours.diffie_hellman(&theirs.into()).to_bytes().to_vec())
            }
            Self::P256(ours) => {
                let theirs = p256::PublicKey::from_sec1_bytes(point).ok()?;
                Some(ours.diffie_hellman(&theirs).raw_secret_bytes().to_vec())
            }
            Self::P384(ours) => {
                let theirs = p384::PublicKey::from_sec1_bytes(point).ok()?;
                Some(ours.diffie_hellman(&theirs).raw_secret_bytes().to_vec())
            }
            Self::P521(ours) => {
                let theirs = p521::PublicKey::from_sec1_bytes(point).ok()?;
                Some(ours.diffie_hellman(&theirs).raw_secret_bytes().to_vec())
            }
        }
    }
}

/// A number that is neither zero nor above the order of its curve.
fn scalar<const N: usize>(dice: &dyn Dice) -> [u8; N] {
    let mut bytes = [0; N];
    dice.fill(&mut bytes);
    if let [first, .., last] = &mut bytes[..] {
        *first &= 0x7f;
        *last |= 1;
    }
    bytes
}

/// The same for P-521, whose order fills its first byte's last bit only.
fn wide_scalar(dice: &dyn Dice) -> [u8; 66] {
    let mut bytes = scalar::<66>(dice);
    if let Some(first) = bytes.first_mut() {
        *first = 0;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use holter_model::seam::FixedDice;

    use super::*;

    #[test]
    fn both_sides_come_to_the_same_secret_in_every_group() {
        for group in super::super::GROUPS {
            let (ours, theirs) = (FixedDice(1), FixedDice(0xff));
            let (ours, theirs) = (
                Half::new(group, &ours).unwrap(),
                Half::new(group, &theirs).unwrap(),
            );
            let secret = ours.agree_on(&theirs.point());
            assert!(
                secret.is_some() && secret == theirs.agree_on(&ours.point()),
                "{group:?}"
            );
            assert_eq!(ours.agree_on(&[4; 5]), None, "{group:?}");
        }
    }
}
