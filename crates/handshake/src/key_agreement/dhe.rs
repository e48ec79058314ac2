//! Finite-field Diffie-Hellman (RFC 5246 sections 7.4.7.2 and 8.1.2), in the group that the server brings.

use holter_model::seam::Dice;
use holter_wire::{key_exchange, writer};

use super::Agreement;
use crate::HandshakeError;
use crate::power::{power, trimmed};

/// 256 bits: enough for every group, and quick in the largest.
const EXPONENT: usize = 32;

pub(super) fn agree(parameters: &[u8], dice: &dyn Dice) -> Result<Agreement, HandshakeError> {
    let (params, _) = key_exchange::read_dhe(parameters);
    let params = params.ok_or(HandshakeError::PeerMisbehaved(
        "its ServerKeyExchange is cut short",
    ))?;
    let mut exponent = [0; EXPONENT];
    dice.fill(&mut exponent);
    if let Some(first) = exponent.first_mut() {
        *first |= 0x80;
    }
    let impossible = HandshakeError::Unsupported("a Diffie-Hellman group of this size or form");
    let ours = power(params.generator, &exponent, params.prime).ok_or(impossible)?;
    let secret = power(params.public, &exponent, params.prime).ok_or(HandshakeError::PeerMisbehaved(
        "its Diffie-Hellman value is not of its group",
    ))?;
    let mut message = Vec::new();
    writer::vec16(&mut message, |out| out.extend(ours));
    Ok(Agreement {
        // Up to TLS 1.2 leading zeros are not part of the secret.
        pre_master: trimmed(&secret).to_vec(),
        message,
    })
}
