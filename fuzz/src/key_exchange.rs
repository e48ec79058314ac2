//! Ephemeral parameters and their signature are parts of the message.

use holter_wire::{Version, key_exchange};

/// Reads `data` as the body of a ServerKeyExchange, of both kinds.
pub fn run(data: &[u8]) {
    let (params, oddities) = key_exchange::read_ecdhe(data);
    match params {
        Some(params) => {
            assert!(params.point.len() + params.signed.len() < data.len());
            signature(params.signed);
        }
        None => assert!(!oddities.is_empty()),
    }
    let (params, oddities) = key_exchange::read_dhe(data);
    match params {
        Some(dhe) => {
            let numbers = dhe.prime.len() + dhe.generator.len() + dhe.public.len();
            assert!(numbers + dhe.signed.len() + 6 <= data.len());
            signature(dhe.signed);
        }
        None => assert!(!oddities.is_empty()),
    }
}

fn signature(signed: &[u8]) {
    for version in [Version::SSL3, Version::TLS12] {
        let (signature, _) = key_exchange::read_signature(signed, version);
        assert!(signature.is_none_or(|signature| signature.length <= signed.len()));
    }
}
