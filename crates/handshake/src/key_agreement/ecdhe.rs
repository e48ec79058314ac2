//! Elliptic-curve Diffie-Hellman (RFC 8422 sections 5.7 and 5.10, RFC 7027, RFC 8734) on X25519, X448, NIST's and brainpool's curves and
//! secp256k1.

use bp256::BrainpoolP256r1;
use bp384::BrainpoolP384r1;
use elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use elliptic_curve::{AffinePoint, CurveArithmetic, FieldBytesSize, PublicKey, SecretKey};
use holter_model::seam::Dice;
use holter_wire::{NamedGroup, key_exchange, writer};
use k256::Secp256k1;
use p256::NistP256;
use p384::NistP384;
use p521::NistP521;

use super::brainpool_p512::BrainpoolP512r1;
use super::{Agreement, x448};
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
    X448(x448::Secret),
    Points(Box<dyn Points>),
}

impl Half {
    /// A new one; `None` for a group that is not an elliptic curve known here.
    pub(crate) fn new(group: NamedGroup, dice: &dyn Dice) -> Option<Self> {
        match group {
            NamedGroup::X25519 => Some(Self::X25519(scalar::<32>(dice).into())),
            NamedGroup::X448 => Some(Self::X448(x448::Secret::new(dice))),
            NamedGroup::SECP256R1 => points::<NistP256>(&scalar::<32>(dice)),
            NamedGroup::SECP384R1 => points::<NistP384>(&scalar::<48>(dice)),
            NamedGroup::SECP521R1 => points::<NistP521>(&wide_scalar(dice)),
            NamedGroup::SECP256K1 => points::<Secp256k1>(&scalar::<32>(dice)),
            // The same curves have other numbers in TLS 1.3 (RFC 8734).
            NamedGroup::BRAINPOOL_P256R1 | NamedGroup::BRAINPOOL_P256R1_TLS13 => {
                points::<BrainpoolP256r1>(&scalar::<32>(dice))
            }
            NamedGroup::BRAINPOOL_P384R1 | NamedGroup::BRAINPOOL_P384R1_TLS13 => {
                points::<BrainpoolP384r1>(&scalar::<48>(dice))
            }
            NamedGroup::BRAINPOOL_P512R1 | NamedGroup::BRAINPOOL_P512R1_TLS13 => {
                points::<BrainpoolP512r1>(&scalar::<64>(dice))
            }
            _ => None,
        }
    }

    /// What the peer is told.
    pub(crate) fn point(&self) -> Vec<u8> {
        match self {
            Self::X25519(ours) => x25519_dalek::PublicKey::from(ours).to_bytes().to_vec(),
            Self::X448(ours) => ours.point(),
            Self::Points(ours) => ours.point(),
        }
    }

    /// The common secret; `None` when the peer's point is none.
    pub(crate) fn agree_on(&self, point: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::X25519(ours) => {
                let theirs: [u8; 32] = point.try_into().ok()?;
                Some(ours.diffie_hellman(&theirs.into()).to_bytes().to_vec())
            }
            Self::X448(ours) => ours.agree_on(point),
            Self::Points(ours) => ours.agree_on(point),
        }
    }
}

/// The curves whose points are written with both coordinates (SEC 1).
pub(crate) trait Points: Send + Sync {
    fn point(&self) -> Vec<u8>;
    fn agree_on(&self, point: &[u8]) -> Option<Vec<u8>>;
}

impl<C> Points for SecretKey<C>
where
    C: CurveArithmetic,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
{
    fn point(&self) -> Vec<u8> {
        self.public_key().to_sec1_point(false).as_bytes().to_vec()
    }

    fn agree_on(&self, point: &[u8]) -> Option<Vec<u8>> {
        let theirs = PublicKey::from_sec1_bytes(point).ok()?;
        Some(self.diffie_hellman(&theirs).raw_secret_bytes().to_vec())
    }
}

fn points<C>(secret: &[u8]) -> Option<Half>
where
    C: CurveArithmetic,
    SecretKey<C>: Points + 'static,
{
    let secret = SecretKey::<C>::from_slice(secret).ok()?;
    Some(Half::Points(Box::new(secret)))
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
    use proptest::prelude::*;

    use super::*;
    use crate::key_agreement::EVERY_GROUP;

    #[test]
    fn both_sides_come_to_the_same_secret_in_every_group() {
        for group in EVERY_GROUP {
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

    #[test]
    fn what_is_no_point_of_the_curve_is_refused() {
        let with_points = EVERY_GROUP
            .into_iter()
            .filter(|group| ![NamedGroup::X25519, NamedGroup::X448].contains(group));
        for group in with_points {
            let half = Half::new(group, &FixedDice(1)).unwrap();
            let mut beside = half.point();
            *beside.last_mut().unwrap() ^= 1;
            let mut above = vec![0xff; beside.len()];
            above[0] = 4;
            let mut nowhere = vec![0; beside.len()];
            nowhere[0] = 4;
            // Beside the curve, beyond its numbers, at zero, at infinity, cut short and empty.
            let cut = &half.point()[1..];
            for point in [&beside[..], &above, &nowhere, &[0], cut, &[]] {
                assert_eq!(half.agree_on(point), None, "{group:?} {point:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn hostile_points_never_panic(point in proptest::collection::vec(any::<u8>(), 0..140), at in 0..EVERY_GROUP.len()) {
            let half = Half::new(EVERY_GROUP[at], &FixedDice(1)).unwrap();
            let length = half.point().len();
            let mut fitting = point.clone();
            fitting.resize(length, 4);
            fitting[0] = 4 - fitting[0] % 3;
            let _ = half.agree_on(&point);
            let _ = half.agree_on(&fitting);
        }
    }
}
