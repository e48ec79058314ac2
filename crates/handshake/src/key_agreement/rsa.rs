//! RSA key exchange (RFC 5246 section 7.4.7.1): a secret encrypted to the certificate's key by PKCS#1 v1.5 (RFC 8017
//! section 7.2.1).

use holter_model::seam::Dice;
use holter_wire::{Version, writer};

use super::Agreement;
use crate::power::power;
use crate::{HandshakeError, der};

/// 64 bits, as OpenSSL bounds it for large keys.
const LONGEST_EXPONENT: usize = 8;

pub(super) fn agree(
    offered: Version,
    chosen: Version,
    leaf: &[u8],
    dice: &dyn Dice,
) -> Result<Agreement, HandshakeError> {
    let key = der::rsa_public(leaf).ok_or(HandshakeError::PeerMisbehaved(
        "its certificate holds no RSA key where its suite needs one",
    ))?;
    let unusable = HandshakeError::Unsupported("an RSA key of this size or form");
    // A longer one would cost a peer nothing and us seconds.
    if key.exponent.len() > LONGEST_EXPONENT {
        return Err(unusable);
    }
    let mut pre_master = [0; 48];
    dice.fill(&mut pre_master);
    // The offered version, not the chosen one: this is how a server notices a forced downgrade.
    let [first, second, ..] = &mut pre_master;
    [*first, *second] = offered.0.to_be_bytes();
    let encrypted = padded(&pre_master, key.modulus.len(), dice)
        .and_then(|padded| power(&padded, key.exponent, key.modulus))
        .ok_or(unusable)?;
    let mut message = Vec::new();
    if chosen <= Version::SSL3 {
        // Nearly all SSLv3 stacks leave the length out (RFC 5246 section 7.4.7.1, implementation note).
        message = encrypted;
    } else {
        writer::vec16(&mut message, |out| out.extend(encrypted));
    }
    Ok(Agreement {
        pre_master: pre_master.to_vec(),
        message,
    })
}

fn padded(secret: &[u8], length: usize, dice: &dyn Dice) -> Option<Vec<u8>> {
    let count = length.checked_sub(secret.len() + 3).filter(|count| *count >= 8)?;
    if length > crate::power::MOST {
        return None;
    }
    let mut filler = vec![0; count];
    dice.fill(&mut filler);
    for byte in &mut filler {
        // A zero would end the padding.
        *byte = (*byte).max(1);
    }
    Some([&[0, 2], &filler[..], &[0], secret].concat())
}
