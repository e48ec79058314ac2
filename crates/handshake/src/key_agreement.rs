//! The client's part of a key exchange (RFC 5246 section 7.4.7, RFC 8422 section 5.7).

mod brainpool_p512;
mod dhe;
pub(crate) mod ecdhe;
pub(crate) mod rsa;
mod x448;

use holter_model::seam::Dice;
use holter_wire::{NamedGroup, Version};

use crate::HandshakeError;
use crate::suite::Exchange;

/// The groups that nearly every server has one of, in order of preference.
pub const GROUPS: [NamedGroup; 4] = [
    NamedGroup::X25519,
    NamedGroup::SECP256R1,
    NamedGroup::SECP384R1,
    NamedGroup::SECP521R1,
];

/// All groups that ECDHE can be finished in up to TLS 1.2, in order of preference: for the server that has none of [`GROUPS`].
/// Those are among them, for its certificate may be on one.
pub const EVERY_GROUP: [NamedGroup; 9] = [
    NamedGroup::X25519,
    NamedGroup::SECP256R1,
    NamedGroup::SECP384R1,
    NamedGroup::SECP521R1,
    NamedGroup::X448,
    NamedGroup::SECP256K1,
    NamedGroup::BRAINPOOL_P256R1,
    NamedGroup::BRAINPOOL_P384R1,
    NamedGroup::BRAINPOOL_P512R1,
];

/// What the server brought to the exchange.
#[derive(Clone, Copy, Debug, Default)]
pub struct ServerPart<'a> {
    /// Its leaf certificate.
    pub leaf: Option<&'a [u8]>,
    /// The body of its ServerKeyExchange.
    pub parameters: Option<&'a [u8]>,
}

/// A common secret, and what tells the server its half.
pub struct Agreement {
    /// The pre-master secret.
    pub pre_master: Vec<u8>,
    /// The body of the ClientKeyExchange.
    pub message: Vec<u8>,
}

/// Agrees on a secret. `offered` is the version of the ClientHello, `chosen` that of the ServerHello.
///
/// # Errors
/// Blames the peer for parts that are missing or impossible, and names what Holter cannot do.
pub fn agree(
    exchange: Exchange,
    offered: Version,
    chosen: Version,
    server: ServerPart<'_>,
    dice: &dyn Dice,
) -> Result<Agreement, HandshakeError> {
    let parameters = || {
        server.parameters.ok_or(HandshakeError::PeerMisbehaved(
            "it sends no ServerKeyExchange where its suite needs one",
        ))
    };
    match exchange {
        Exchange::Rsa => {
            let leaf = server.leaf.ok_or(HandshakeError::PeerMisbehaved(
                "it sends no certificate where its suite needs one",
            ))?;
            rsa::agree(offered, chosen, leaf, dice)
        }
        Exchange::Ecdhe => ecdhe::agree(parameters()?, dice),
        Exchange::Dhe => dhe::agree(parameters()?, dice),
        Exchange::Share => Err(HandshakeError::PeerMisbehaved(
            "it chooses a suite that its version does not have",
        )),
    }
}

impl std::fmt::Debug for Agreement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Agreement").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use holter_model::seam::FixedDice;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn hostile_parts_never_panic(
            leaf in proptest::collection::vec(any::<u8>(), 0..200),
            parameters in proptest::collection::vec(any::<u8>(), 0..200),
            group in 0x16..0x1f_u8,
        ) {
            let curve = [&[3, 0, group][..], &parameters].concat();
            for (exchange, parameters) in [
                (Exchange::Rsa, &parameters),
                (Exchange::Dhe, &parameters),
                (Exchange::Ecdhe, &parameters),
                (Exchange::Ecdhe, &curve),
            ] {
                let server = ServerPart { leaf: Some(&leaf), parameters: Some(parameters) };
                let _ = agree(exchange, Version::TLS12, Version::TLS12, server, &FixedDice(1));
            }
        }
    }
}
