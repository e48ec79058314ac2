//! Key exchange with whatever a server brings: a secret and a message, or a word about who is to blame.

use holter_handshake::key_agreement::{ServerPart, agree};
use holter_handshake::suite::Exchange;
use holter_handshake::tls13::shares::Share;
use holter_model::seam::FixedDice;
use holter_wire::{NamedGroup, Version};

/// The groups whose shares are made fast enough.
const GROUPS: [NamedGroup; 3] = [
    NamedGroup::X25519,
    NamedGroup::SECP256R1,
    NamedGroup::X25519_MLKEM768,
];

/// Takes `data` as a leaf certificate, as the body of a ServerKeyExchange and as a share.
pub fn run(data: &[u8]) {
    let server = ServerPart {
        leaf: Some(data),
        parameters: Some(data),
    };
    for version in [Version::SSL3, Version::TLS12] {
        for exchange in [Exchange::Rsa, Exchange::Ecdhe, Exchange::Dhe] {
            let Ok(agreement) = agree(exchange, version, version, server, &FixedDice(1)) else {
                continue;
            };
            // A secret of RSA is ours alone, and everything sent is bounded by the largest modulus.
            assert!(exchange != Exchange::Rsa || agreement.pre_master.len() == 48);
            assert!((1..=1026).contains(&agreement.message.len()));
        }
    }
    for share in GROUPS
        .iter()
        .filter_map(|group| Share::new(*group, &FixedDice(1)))
    {
        let secret = share.agree_on(data);
        assert!(secret.is_none_or(|secret| secret.len() == 32 || secret.len() == 64));
    }
}
