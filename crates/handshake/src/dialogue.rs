//! The messages of one handshake, both ways, and into the transcript.

use holter_net::Line;
use holter_wire::client_hello::ClientHello;
use holter_wire::handshake::{self, Joiner};
use holter_wire::{ContentType, HandshakeType, Version};
use zeroize::Zeroize as _;

use crate::HandshakeError;
use crate::protect::Protection;
use crate::records::Records;
use crate::session::heed;
use crate::transcript::Transcript;

/// The longest message that is kept, as OpenSSL's default for chains: dozens of certificates fit.
pub(crate) const LONGEST_MESSAGE: usize = 100 << 10;

/// The longest handshake that is kept. Hundreds of peers may be asked at once, and each may send as much.
const LONGEST_HANDSHAKE: usize = 160 << 10;

/// A handshake under way.
#[derive(Debug)]
pub(crate) struct Dialogue<'a> {
    pub(crate) line: &'a mut Line,
    pub(crate) records: Records,
    pub(crate) joiner: Joiner,
    pub(crate) transcript: Transcript,
}

/// What comes next from the server.
#[derive(Debug)]
pub(crate) enum Next {
    Message(HandshakeType, Vec<u8>),
    ChangeCipherSpec,
}

impl<'a> Dialogue<'a> {
    /// On a line that has carried no TLS yet. `version` is the highest that is offered.
    pub(crate) fn new(line: &'a mut Line, version: Version) -> Self {
        // The lowest version that the peer must read: some drop a first record that claims more than TLS 1.0.
        Self::over(line, Records::new(version.min(Version::TLS10)))
    }

    /// Inside a session that goes on.
    pub(crate) fn over(line: &'a mut Line, records: Records) -> Self {
        Self {
            line,
            records,
            joiner: Joiner::new(LONGEST_MESSAGE),
            transcript: Transcript::default(),
        }
    }

    /// Sends the hello by itself.
    pub(crate) async fn say_hello(&mut self, hello: &ClientHello) -> Result<(), HandshakeError> {
        let mut message = Vec::new();
        hello.encode(&mut message);
        self.transcript.add_encoded(&message);
        let mut out = Vec::new();
        self.records.seal(&mut out, ContentType::HANDSHAKE, &message)?;
        Ok(self.line.send(&out).await?)
    }

    /// Appends a handshake message to what is sent next.
    pub(crate) fn say(
        &mut self,
        out: &mut Vec<u8>,
        kind: HandshakeType,
        body: &[u8],
    ) -> Result<(), HandshakeError> {
        self.transcript.add(kind, body);
        let mut message = Vec::new();
        handshake::encode(&mut message, kind, |out| out.extend_from_slice(body));
        self.records.seal(out, ContentType::HANDSHAKE, &message)
    }

    /// Appends a ChangeCipherSpec to what is sent next; what comes after it is protected.
    pub(crate) fn change_writing(
        &mut self,
        out: &mut Vec<u8>,
        protection: Protection,
    ) -> Result<(), HandshakeError> {
        self.records.seal(out, ContentType::CHANGE_CIPHER_SPEC, &[1])?;
        self.records.protect_writing(protection);
        Ok(())
    }

    /// The next message, which must be of this type. It is in the transcript when this returns.
    pub(crate) async fn message(&mut self, kind: HandshakeType) -> Result<Vec<u8>, HandshakeError> {
        match self.next().await? {
            Next::Message(next, body) if next == kind => Ok(body),
            _ => Err(HandshakeError::PeerMisbehaved(
                "its handshake messages are out of order",
            )),
        }
    }

    /// What comes next, and into the transcript. A HelloRequest is neither: it is passed over.
    pub(crate) async fn next(&mut self) -> Result<Next, HandshakeError> {
        loop {
            while let Some(message) = self.joiner.next_message() {
                let body = message.body.ok_or(HandshakeError::Unsupported(
                    "a handshake message of more than 100 KiB",
                ))?;
                if message.kind == HandshakeType::HELLO_REQUEST {
                    continue;
                }
                if self.transcript.messages().len() + body.len() > LONGEST_HANDSHAKE {
                    return Err(HandshakeError::Unsupported("a handshake of more than 160 KiB"));
                }
                self.transcript.add(message.kind, body);
                return Ok(Next::Message(message.kind, body.to_vec()));
            }
            let step = self.line.step();
            let (content, text) = self.records.receive(self.line, step).await?;
            match content {
                ContentType::HANDSHAKE => self.joiner.push(&text),
                ContentType::ALERT => heed(&text)?,
                ContentType::CHANGE_CIPHER_SPEC if text == [1] => return Ok(Next::ChangeCipherSpec),
                // A peer that may not yet send heartbeats is not worth failing for; nobody answers it.
                ContentType::HEARTBEAT => {}
                // The end of a session in which negotiation begins anew: nobody's to keep.
                ContentType::APPLICATION_DATA if self.records.is_protected() => {
                    let mut text = text;
                    text.zeroize();
                }
                _ => {
                    return Err(HandshakeError::PeerMisbehaved(
                        "a record that has no place in a handshake",
                    ));
                }
            }
        }
    }
}
