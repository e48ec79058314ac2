//! Key exchange with whatever a server brings: a secret and a message, or a word about who is to blame.

use holter_handshake::key_agreement::{ServerPart, agree};
use holter_handshake::suite::Exchange;
use holter_model::seam::FixedDice;
use holter_wire::Version;

/// Takes `data` as a leaf certificate and as the body of a ServerKeyExchange.
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
}
