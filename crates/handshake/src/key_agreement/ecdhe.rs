//! Elliptic-curve Diffie-Hellman (RFC 8422 sections 5.7 and 5.10) on X25519, P-256 and P-384.

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
    let agreed = match params.group {
        NamedGroup::X25519 => x25519(params.point, dice),
        NamedGroup::SECP256R1 => p256(params.point, dice),
        NamedGroup::SECP384R1 => p384(params.point, dice),
        _ => {
            return Err(HandshakeError::Unsupported(
                "the elliptic curve that the peer chose",
            ));
        }
    };
    let (pre_master, point) =
        agreed.ok_or(HandshakeError::PeerMisbehaved("its point is not on its curve"))?;
    let mut message = Vec::new();
    writer::vec8(&mut message, |out| out.extend(point));
    Ok(Agreement { pre_master, message })
}

fn x25519(point: &[u8], dice: &dyn Dice) -> Option<(Vec<u8>, Vec<u8>)> {
    use x25519_dalek::{PublicKey, StaticSecret};
    let theirs: [u8; 32] = point.try_into().ok()?;
    let ours = StaticSecret::from(scalar(dice));
    let shared = ours.diffie_hellman(&PublicKey::from(theirs));
    Some((
        shared.to_bytes().to_vec(),
        PublicKey::from(&ours).to_bytes().to_vec(),
    ))
}

fn p256(point: &[u8], dice: &dyn Dice) -> Option<(Vec<u8>, Vec<u8>)> {
    let theirs = p256::PublicKey::from_sec1_bytes(point).ok()?;
    let ours = p256::SecretKey::from_slice(&scalar::<32>(dice)).ok()?;
    let shared = ours.diffie_hellman(&theirs);
    Some((
        shared.raw_secret_bytes().to_vec(),
        ours.public_key().to_sec1_point(false).as_bytes().to_vec(),
    ))
}

fn p384(point: &[u8], dice: &dyn Dice) -> Option<(Vec<u8>, Vec<u8>)> {
    let theirs = p384::PublicKey::from_sec1_bytes(point).ok()?;
    let ours = p384::SecretKey::from_slice(&scalar::<48>(dice)).ok()?;
    let shared = ours.diffie_hellman(&theirs);
    Some((
        shared.raw_secret_bytes().to_vec(),
        ours.public_key().to_sec1_point(false).as_bytes().to_vec(),
    ))
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
