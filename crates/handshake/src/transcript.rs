//! The messages of a handshake as they stood (RFC 5246 section 7.4.9). They are kept, not hashed as they come: which
//! hash is known only after the ServerHello, and a CertificateVerify may use another one.

use holter_wire::{HandshakeType, dtls, handshake};
use zeroize::Zeroize as _;

/// All handshake messages so far, with their headers.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    messages: Vec<u8>,
}

impl Transcript {
    /// Appends a message.
    pub fn add(&mut self, kind: HandshakeType, body: &[u8]) {
        handshake::encode(&mut self.messages, kind, |out| out.extend_from_slice(body));
    }

    /// Appends a message of DTLS, whose number is part of it; fragments are not (RFC 6347 section 4.2.6).
    pub fn add_numbered(&mut self, kind: HandshakeType, number: u16, body: &[u8]) {
        dtls::encode_message(&mut self.messages, kind, number, body);
    }

    /// Appends a message that has its header already.
    pub fn add_encoded(&mut self, message: &[u8]) {
        self.messages.extend_from_slice(message);
    }

    /// Overwrites and forgets all of them.
    pub fn wipe(&mut self) {
        self.messages.zeroize();
    }

    /// Puts a digest in place of the one message so far (RFC 8446 section 4.4.1).
    pub fn digested(&mut self, digest: &[u8]) {
        self.messages.clear();
        self.add(HandshakeType::MESSAGE_HASH, digest);
    }

    /// The messages, one after the other.
    #[must_use]
    pub fn messages(&self) -> &[u8] {
        &self.messages
    }
}
