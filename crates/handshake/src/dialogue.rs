//! The messages of one handshake, both ways, and into the transcript.

use holter_net::Line;
use holter_wire::client_hello::ClientHello;
use holter_wire::dtls::HelloVerifyRequest;
use holter_wire::handshake::{self, Joiner};
use holter_wire::server_hello::ServerHello;
use holter_wire::{ContentType, HandshakeType, Version};

use crate::HandshakeError;
use crate::datagrams;
use crate::flight::read_hello;
use crate::protect::Protection;
use crate::records::Records;
use crate::session::heed;
use crate::transcript::Transcript;

/// The longest message that is kept, as OpenSSL's default for chains: dozens of certificates fit.
pub(crate) const LONGEST_MESSAGE: usize = 100 << 10;

/// The longest handshake that is kept. Hundreds of peers may be asked at once, and each may send as much.
const LONGEST_HANDSHAKE: usize = 160 << 10;

const OUT_OF_ORDER: HandshakeError =
    HandshakeError::PeerMisbehaved("its handshake messages are out of order");

/// A handshake under way.
#[derive(Debug)]
pub(crate) struct Dialogue<'a> {
    pub(crate) line: &'a mut Line,
    pub(crate) records: Records,
    pub(crate) joiner: Joiner,
    pub(crate) transcript: Transcript,
    /// Over datagrams: the number of the server's next message.
    heard: u16,
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
        let lowest = if version.is_datagram() {
            Version::DTLS10
        } else {
            version.min(Version::TLS10)
        };
        Self::over(line, Records::new(lowest))
    }

    /// Inside a session that goes on.
    pub(crate) fn over(line: &'a mut Line, records: Records) -> Self {
        Self {
            line,
            records,
            joiner: Joiner::new(LONGEST_MESSAGE),
            transcript: Transcript::default(),
            heard: 0,
        }
    }

    /// Sends the hello by itself.
    pub(crate) async fn say_hello(&mut self, hello: &ClientHello) -> Result<(), HandshakeError> {
        let (mut body, mut out) = (Vec::new(), Vec::new());
        hello.encode_body(&mut body);
        self.say(&mut out, HandshakeType::CLIENT_HELLO, &body)?;
        self.send(&out).await
    }

    /// Says hello and hears the ServerHello. Over datagrams a server may ask for a cookie first; what was said until
    /// then is no part of the handshake (RFC 6347 section 4.2.1).
    pub(crate) async fn greet(&mut self, hello: &ClientHello) -> Result<ServerHello, HandshakeError> {
        if self.line.is_datagram() != hello.version.is_datagram() {
            return Err(HandshakeError::Unsupported("this version on such a line"));
        }
        if !self.line.is_datagram() {
            self.say_hello(hello).await?;
            return self.server_hello(hello).await;
        }
        let mut hello = hello.clone();
        hello.cookie = Some(Vec::new());
        for _ in 0..3 {
            self.transcript.wipe();
            self.say_hello(&hello).await?;
            match self.next().await? {
                Next::Message(HandshakeType::SERVER_HELLO, body) => return read_hello(body, &hello),
                Next::Message(HandshakeType::HELLO_VERIFY_REQUEST, body) => {
                    hello.cookie = HelloVerifyRequest::read(&body).0.map(|verify| verify.cookie);
                }
                _ => return Err(OUT_OF_ORDER),
            }
        }
        Err(HandshakeError::PeerMisbehaved(
            "it asks for one cookie after another",
        ))
    }

    /// Sends what was said.
    pub(crate) async fn send(&mut self, out: &[u8]) -> Result<(), HandshakeError> {
        datagrams::send(self.line, out).await
    }

    /// Appends a handshake message to what is sent next.
    pub(crate) fn say(
        &mut self,
        out: &mut Vec<u8>,
        kind: HandshakeType,
        body: &[u8],
    ) -> Result<(), HandshakeError> {
        match self.records.datagrams() {
            Some(datagrams) => self.transcript.add_numbered(kind, datagrams.number(), body),
            None => self.transcript.add(kind, body),
        }
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
            _ => Err(OUT_OF_ORDER),
        }
    }

    /// What comes next, and into the transcript. A HelloRequest is neither: it is passed over.
    pub(crate) async fn next(&mut self) -> Result<Next, HandshakeError> {
        loop {
            while let Some(message) = self.joiner.next_message() {
                let number = self.heard;
                self.heard = self.heard.wrapping_add(1);
                let body = message.body.ok_or(HandshakeError::Unsupported(
                    "a handshake message of more than 100 KiB",
                ))?;
                if message.kind == HandshakeType::HELLO_REQUEST {
                    continue;
                }
                if self.transcript.messages().len() + body.len() > LONGEST_HANDSHAKE {
                    return Err(HandshakeError::Unsupported("a handshake of more than 160 KiB"));
                }
                if self.records.datagrams().is_some() {
                    self.transcript.add_numbered(message.kind, number, body);
                } else {
                    self.transcript.add(message.kind, body);
                }
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
                _ => {
                    return Err(HandshakeError::PeerMisbehaved(
                        "a record that has no place in a handshake",
                    ));
                }
            }
        }
    }
}
