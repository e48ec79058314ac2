//! What a finished handshake told of the peer, beside its version, suite and chain.

use holter_wire::extension::Extension;
use holter_wire::key_exchange::{self, Signature};
use holter_wire::{ExtensionType, NamedGroup, SignatureScheme, Version};

use crate::flight::Flight;
use crate::power::trimmed;
use crate::suite::Exchange;

/// Facts of a session. None of them is a secret, and nobody has verified them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The named group of the key exchange.
    pub group: Option<NamedGroup>,
    /// The finite field of a DHE exchange up to TLS 1.2.
    pub field: Option<FiniteField>,
    /// The scheme of the server's signature; TLS 1.2 and 1.3.
    pub scheme: Option<SignatureScheme>,
    /// How many bytes the signature has.
    pub signature_length: Option<usize>,
    /// The application protocol that the server chose.
    pub protocol: Option<Vec<u8>>,
    /// The stapled OCSP response in DER.
    pub ocsp_response: Option<Vec<u8>>,
    /// Certificate timestamps that came by the extension, each as it stood.
    pub timestamps: Vec<Vec<u8>>,
    /// Whether the master secret covers the handshake (RFC 7627); TLS 1.3 always does.
    pub extended_master_secret: bool,
    /// Whether records are encrypted first and authenticated then.
    pub encrypt_then_mac: bool,
    /// Whether the server takes part in secure renegotiation (RFC 5746).
    pub secure_renegotiation: bool,
    /// Whether the session that was offered went on: an abbreviated handshake.
    pub resumed: bool,
    /// How many bytes of session id the server sent.
    pub session_id_length: usize,
    /// Whether the server asked for another share first (TLS 1.3).
    pub retried: bool,
    /// Whether early data was taken, where some was sent.
    pub early_data_accepted: Option<bool>,
}

/// The numbers of a finite-field exchange, big-endian without leading zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiniteField {
    /// The prime modulus.
    pub prime: Vec<u8>,
    /// The generator.
    pub generator: Vec<u8>,
    /// The server's public value.
    pub public: Vec<u8>,
}

impl FiniteField {
    /// The size of the prime in bits.
    #[must_use]
    pub fn bits(&self) -> usize {
        let first = self.prime.first().map_or(0, |byte| byte.leading_zeros());
        (self.prime.len() * 8).saturating_sub(usize::try_from(first).unwrap_or(0))
    }
}

impl Facts {
    /// The facts of a flight up to TLS 1.2.
    pub(crate) fn of(flight: &Flight) -> Self {
        let mut facts = Self {
            ocsp_response: flight.status.clone(),
            resumed: flight.resumes,
            session_id_length: flight.hello.session_id.len(),
            ..Self::default()
        };
        facts.hear(&flight.hello.extensions);
        let parameters = flight.parameters.as_deref();
        let signature =
            parameters.and_then(|body| facts.exchanged(flight.suite.exchange, body, flight.version));
        facts.scheme = signature.and_then(|signature| signature.scheme);
        facts.signature_length = signature.map(|signature| signature.length);
        facts
    }

    /// Takes what extensions of a server say.
    pub(crate) fn hear(&mut self, extensions: &[Extension]) {
        for extension in extensions {
            match extension.kind {
                ExtensionType::ALPN => self.protocol = extension.protocol().map(<[u8]>::to_vec),
                ExtensionType::SCT => {
                    self.timestamps = extension.timestamps().into_iter().map(<[u8]>::to_vec).collect();
                }
                ExtensionType::EXTENDED_MASTER_SECRET => self.extended_master_secret = true,
                ExtensionType::ENCRYPT_THEN_MAC => self.encrypt_then_mac = true,
                ExtensionType::RENEGOTIATION_INFO => self.secure_renegotiation = true,
                _ => {}
            }
        }
    }

    fn exchanged(&mut self, exchange: Exchange, body: &[u8], version: Version) -> Option<Signature> {
        match exchange {
            Exchange::Ecdhe => {
                let params = key_exchange::read_ecdhe(body).0?;
                self.group = Some(params.group);
                key_exchange::read_signature(params.signed, version).0
            }
            Exchange::Dhe => {
                let params = key_exchange::read_dhe(body).0?;
                self.field = Some(FiniteField {
                    prime: trimmed(params.prime).to_vec(),
                    generator: trimmed(params.generator).to_vec(),
                    public: trimmed(params.public).to_vec(),
                });
                key_exchange::read_signature(params.signed, version).0
            }
            Exchange::Rsa | Exchange::Share => None,
        }
    }
}
