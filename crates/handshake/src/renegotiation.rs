//! A handshake that the client begins inside a session (RFC 5246 section 7.4.1.2). Whether a server takes part is
//! asked, and no more: a second handshake costs it a signature, and from many clients its processor.

use std::time::Duration;

use holter_model::seam::Dice;
use holter_net::{Line, LineError};
use holter_wire::client_hello::ClientHello;
use holter_wire::dtls::HelloVerifyRequest;
use holter_wire::extension::Extension;
use holter_wire::handshake::Joiner;
use holter_wire::{AlertDescription, CipherSuite, ContentType, ExtensionType, HandshakeType};
use tokio::time::Instant;
use zeroize::Zeroize as _;

use crate::flight::read_hello;
use crate::session::{GOODBYE, Session, heed};
use crate::{HandshakeError, Offer, hello};

/// A ServerHello is far shorter.
const LONGEST: usize = 16 << 10;

/// How to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// As RFC 5746 has it: the hello is bound to the session.
    Secure,
    /// As before it: nothing binds the hello, and whoever stands between may begin a session and leave it to another
    /// (CVE-2009-3555).
    Unbound,
}

/// How the server took it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It answered with a ServerHello. The handshake was left there.
    Accepted,
    /// It declined by this alert; most by `no_renegotiation`.
    Refused(AlertDescription),
    /// It closed the connection in order.
    Closed,
    /// It reset the connection.
    Reset,
    /// It passed the hello over.
    Silence,
}

/// What came of one hello.
enum Answer {
    Outcome(Outcome),
    /// Over datagrams: it is to be said again with this.
    Cookie(Vec<u8>),
}

impl Session {
    /// Asks for another handshake with the same offer, and ends the session.
    ///
    /// # Errors
    /// [`HandshakeError::Unsupported`] in TLS 1.3, which has none; what of the line is this machine's fault; a server
    /// that answers in something else.
    pub async fn renegotiate(
        mut self,
        line: &mut Line,
        offer: &Offer<'_>,
        how: How,
        dice: &dyn Dice,
        wait: Duration,
    ) -> Result<Outcome, HandshakeError> {
        let Some(finished) = self.finished.take() else {
            return Err(HandshakeError::Unsupported("renegotiation in TLS 1.3"));
        };
        let again = Offer {
            version: self.version,
            resume: None,
            session_id: None,
            ..offer.clone()
        };
        let mut random = [0; 32];
        dice.fill(&mut random);
        let mut hello = hello::client_hello(&again, random)?;
        let signal = CipherSuite::EMPTY_RENEGOTIATION_INFO_SCSV;
        hello.suites.retain(|suite| *suite != signal);
        let bound = ExtensionType::RENEGOTIATION_INFO;
        hello.extensions.retain(|extension| extension.kind != bound);
        if how == How::Secure {
            hello
                .extensions
                .push(Extension::renegotiation_again(&finished.client));
        }
        if let Some(datagrams) = self.records.datagrams() {
            datagrams.begin_handshake();
        }
        let mut said = self.say(line, &hello, wait).await;
        if let Ok(Answer::Cookie(cookie)) = said {
            hello.cookie = Some(cookie);
            said = self.say(line, &hello, wait).await;
        }
        if line.is_datagram() && !matches!(said, Err(HandshakeError::Alert(_))) {
            // The handshake that is left here, and the session.
            let _ = self.send(line, ContentType::ALERT, &GOODBYE.encode()).await;
        }
        match said {
            Ok(Answer::Outcome(outcome)) => Ok(outcome),
            Ok(Answer::Cookie(_)) => Err(HandshakeError::PeerMisbehaved(
                "it asks for one cookie after another",
            )),
            Err(HandshakeError::Alert(description)) => Ok(Outcome::Refused(description)),
            Err(HandshakeError::Line(LineError::Closed)) => Ok(Outcome::Closed),
            Err(HandshakeError::Line(LineError::Reset)) => Ok(Outcome::Reset),
            Err(HandshakeError::Line(LineError::Silence | LineError::Deadline)) => Ok(Outcome::Silence),
            Err(error) => Err(error),
        }
    }

    async fn say(
        &mut self,
        line: &mut Line,
        hello: &ClientHello,
        wait: Duration,
    ) -> Result<Answer, HandshakeError> {
        let mut message = Vec::new();
        hello.encode(&mut message);
        self.send(line, ContentType::HANDSHAKE, &message).await?;
        self.answer(line, hello, wait).await
    }

    /// A ServerHello, or a word against it. What the server still had to say of the session is passed over.
    async fn answer(
        &mut self,
        line: &mut Line,
        hello: &ClientHello,
        wait: Duration,
    ) -> Result<Answer, HandshakeError> {
        let until = Instant::now() + wait;
        let mut joiner = Joiner::new(LONGEST);
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let (content, mut text) = self.records.receive(line, left).await?;
            match content {
                ContentType::ALERT => {
                    // Here this warning is the answer.
                    if text.get(1) == Some(&AlertDescription::NO_RENEGOTIATION.0) {
                        return Ok(Answer::Outcome(Outcome::Refused(
                            AlertDescription::NO_RENEGOTIATION,
                        )));
                    }
                    heed(&text)?;
                }
                ContentType::HANDSHAKE => {
                    joiner.push(&text);
                    while let Some(message) = joiner.next_message() {
                        if message.kind == HandshakeType::SERVER_HELLO {
                            read_hello(message.body.unwrap_or_default().to_vec(), hello)?;
                            return Ok(Answer::Outcome(Outcome::Accepted));
                        }
                        if message.kind == HandshakeType::HELLO_VERIFY_REQUEST {
                            let (verify, _) = HelloVerifyRequest::read(message.body.unwrap_or_default());
                            return Ok(Answer::Cookie(
                                verify.map(|verify| verify.cookie).unwrap_or_default(),
                            ));
                        }
                    }
                }
                _ => text.zeroize(),
            }
        }
    }
}
