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
    let mut pre_master = [0; 48];
    dice.fill(&mut pre_master);
    // The offered version, not the chosen one: this is how a server notices a forced downgrade.
    let [first, second, ..] = &mut pre_master;
    [*first, *second] = offered.0.to_be_bytes();
    let message = message(chosen, leaf, |length| padded(&pre_master, length, dice))?;
    Ok(Agreement {
        pre_master: pre_master.to_vec(),
        message,
    })
}

/// The body of a ClientKeyExchange: a block as long as the key's modulus, which `block` fills, encrypted to the key.
pub(crate) fn message(
    chosen: Version,
    leaf: &[u8],
    block: impl FnOnce(usize) -> Option<Vec<u8>>,
) -> Result<Vec<u8>, HandshakeError> {
    let key = der::rsa_public(leaf).ok_or(HandshakeError::PeerMisbehaved(
        "its certificate holds no RSA key where its suite needs one",
    ))?;
    let unusable = HandshakeError::Unsupported("an RSA key of this size or form");
    // A longer one would cost a peer nothing and us seconds.
    if key.exponent.len() > LONGEST_EXPONENT {
        return Err(unusable);
    }
    let encrypted = block(key.modulus.len())
        .and_then(|block| power(&block, key.exponent, key.modulus))
        .ok_or(unusable)?;
    if chosen <= Version::SSL3 {
        // Nearly all SSLv3 stacks leave the length out (RFC 5246 section 7.4.7.1, implementation note).
        return Ok(encrypted);
    }
    let mut message = Vec::new();
    writer::vec16(&mut message, |out| out.extend(encrypted));
    Ok(message)
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

#[cfg(test)]
mod tests {
    use holter_model::seam::FixedDice;

    use super::*;

    /// A certificate cut down to the fields that are read.
    fn certificate(exponent: usize) -> Vec<u8> {
        let field = |tag: u8, body: &[u8]| {
            let [high, low] = u16::try_from(body.len()).unwrap().to_be_bytes();
            [&[tag, 0x82, high, low], body].concat()
        };
        let numbers = [field(2, &[0xfb; 128]), field(2, &vec![3; exponent])].concat();
        let algorithm = field(
            0x30,
            &field(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01]),
        );
        let bits = field(3, &[&[0], &field(0x30, &numbers)[..]].concat());
        let key = field(0x30, &[algorithm, bits].concat());
        let before = field(0x30, &[]).repeat(4);
        let body = [field(2, &[1]), before, key].concat();
        field(0x30, &field(0x30, &body))
    }

    #[test]
    fn a_long_exponent_is_not_worked_out() {
        let agreed = |exponent| {
            agree(
                Version::TLS12,
                Version::TLS12,
                &certificate(exponent),
                &FixedDice(1),
            )
            .is_ok()
        };
        assert!(agreed(3));
        assert!(agreed(LONGEST_EXPONENT));
        assert!(!agreed(LONGEST_EXPONENT + 1));
        assert!(!agreed(128));
    }
}
