//! Ephemeral parameters are parts of the message.

use holter_wire::key_exchange;

/// Reads `data` as the body of a ServerKeyExchange, of both kinds.
pub fn run(data: &[u8]) {
    let (params, oddities) = key_exchange::read_ecdhe(data);
    match params {
        Some(params) => assert!(params.point.len() < data.len()),
        None => assert!(!oddities.is_empty()),
    }
    let (params, oddities) = key_exchange::read_dhe(data);
    match params {
        Some(dhe) => {
            assert!(dhe.prime.len() + dhe.generator.len() + dhe.public.len() + 6 <= data.len());
        }
        None => assert!(!oddities.is_empty()),
    }
}
