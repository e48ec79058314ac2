//! A full handshake as a client of SSLv3–TLS 1.2 (RFC 5246 section 7.3, figure 1).

use holter_model::seam::Dice;
use holter_net::Line;
use holter_wire::certificate_request::CertificateRequest;
use holter_wire::client_hello::ClientHello;
use holter_wire::handshake::{self, Joiner};
use holter_wire::server_hello::ServerHello;
use holter_wire::{ContentType, HandshakeType, Oddity, Version, certificate};

use crate::key_agreement::{self, ServerPart};
use crate::keys::Secrets;
use crate::prf::{Prf, Sender};
use crate::protect::Protection;
use crate::records::Records;
use crate::session::heed;
use crate::transcript::Transcript;
use crate::{HandshakeError, Offer, Session, Suite, client_auth, hello};

/// The longest message that is kept, as OpenSSL's default for chains: dozens of certificates fit.
const LONGEST_MESSAGE: usize = 100 << 10;

/// The longest handshake that is kept. Hundreds of peers may be asked at once, and each may send as much.
const LONGEST_HANDSHAKE: usize = 160 << 10;

/// extended_master_secret (RFC 7627 section 5.1).
const EXTENDED: holter_wire::ExtensionType = holter_wire::ExtensionType::EXTENDED_MASTER_SECRET;

/// Finishes a handshake on a line that has carried no TLS yet.
///
/// # Errors
/// See [`HandshakeError`].
pub async fn handshake(
    line: &mut Line,
    offer: &Offer<'_>,
    dice: &dyn Dice,
) -> Result<Session, HandshakeError> {
    let mut random = [0; 32];
    dice.fill(&mut random);
    let hello = hello::client_hello(offer, random)?;
    let mut client = Client {
        line,
        // The lowest version that the peer must read: some drop a first record that claims more than TLS 1.0.
        records: Records::new(offer.version.min(Version::TLS10)),
        joiner: Joiner::new(LONGEST_MESSAGE),
        transcript: Transcript::default(),
    };
    client.say_hello(&hello).await?;
    let flight = client.first_flight(&hello).await?;
    client.finish(offer, &hello, flight, dice).await
}

/// A handshake under way.
struct Client<'a> {
    line: &'a mut Line,
    records: Records,
    joiner: Joiner,
    transcript: Transcript,
}

/// What the server said up to its ServerHelloDone.
struct Flight {
    hello: ServerHello,
    version: Version,
    suite: Suite,
    chain: Vec<Vec<u8>>,
    parameters: Option<Vec<u8>>,
    request: Option<CertificateRequest>,
}

/// What comes next from the server.
enum Next {
    Message(HandshakeType, Vec<u8>),
    ChangeCipherSpec,
}

impl Client<'_> {
    async fn say_hello(&mut self, hello: &ClientHello) -> Result<(), HandshakeError> {
        let mut message = Vec::new();
        hello.encode(&mut message);
        self.transcript.add_encoded(&message);
        let mut out = Vec::new();
        self.records.seal(&mut out, ContentType::HANDSHAKE, &message)?;
        Ok(self.line.send(&out).await?)
    }

    async fn first_flight(&mut self, offered: &ClientHello) -> Result<Flight, HandshakeError> {
        let body = self.message(HandshakeType::SERVER_HELLO).await?;
        let (hello, oddities) = ServerHello::read(&body);
        if oddities.contains(&Oddity::Truncated("the ServerHello")) {
            return Err(HandshakeError::PeerMisbehaved("its ServerHello is cut short"));
        }
        let (version, suite) = hello::chosen(offered, &hello)?;
        self.records.version = version;
        let mut flight = Flight {
            hello,
            version,
            suite,
            chain: Vec::new(),
            parameters: None,
            request: None,
        };
        loop {
            let Next::Message(kind, body) = self.next().await? else {
                return Err(HandshakeError::PeerMisbehaved(
                    "it changes keys before they are agreed",
                ));
            };
            match kind {
                HandshakeType::SERVER_HELLO_DONE => return Ok(flight),
                HandshakeType::CERTIFICATE => {
                    flight.chain = certificate::read(&body)
                        .0
                        .into_iter()
                        .map(<[u8]>::to_vec)
                        .collect();
                }
                HandshakeType::SERVER_KEY_EXCHANGE => flight.parameters = Some(body),
                HandshakeType::CERTIFICATE_REQUEST => {
                    flight.request = Some(CertificateRequest::read(&body, version).0);
                }
                HandshakeType::SERVER_HELLO | HandshakeType::FINISHED => {
                    return Err(HandshakeError::PeerMisbehaved(
                        "its handshake messages are out of order",
                    ));
                }
                // A CertificateStatus, supplemental data: nothing that the handshake needs.
                _ => {}
            }
        }
    }

    async fn finish(
        mut self,
        offer: &Offer<'_>,
        hello: &ClientHello,
        flight: Flight,
        dice: &dyn Dice,
    ) -> Result<Session, HandshakeError> {
        let Flight { version, suite, .. } = flight;
        let server = ServerPart {
            leaf: flight.chain.first().map(Vec::as_slice),
            parameters: flight.parameters.as_deref(),
        };
        let agreement = key_agreement::agree(suite.exchange, hello.version, version, server, dice)?;

        let mut out = Vec::new();
        let identity = flight.request.as_ref().and(offer.identity);
        if flight.request.is_some() {
            self.introduce(&mut out, offer, version)?;
        }
        self.say(&mut out, HandshakeType::CLIENT_KEY_EXCHANGE, &agreement.message)?;

        let prf = Prf::of(version, &suite);
        let secrets = if flight.hello.extension(EXTENDED).is_some() && prf != Prf::Ssl3 {
            Secrets::extended(prf, &agreement.pre_master, self.transcript.messages())
        } else {
            Secrets::new(prf, &agreement.pre_master, &hello.random, &flight.hello.random)
        };
        if let (Some(identity), Some(request)) = (identity, &flight.request) {
            let messages = self.transcript.messages();
            let proof =
                client_auth::certificate_verify(identity, request, version, messages, secrets.master())?;
            self.say(&mut out, HandshakeType::CERTIFICATE_VERIFY, &proof)?;
        }

        let (ours, theirs) = secrets.keys(&suite, version, &hello.random, &flight.hello.random);
        let mut chance = [0; 32];
        dice.fill(&mut chance);
        self.records
            .seal(&mut out, ContentType::CHANGE_CIPHER_SPEC, &[1])?;
        self.records
            .protect_writing(Protection::new(&suite, version, ours, chance)?);
        let finished = secrets.verify_data(Sender::Client, self.transcript.messages());
        self.say(&mut out, HandshakeType::FINISHED, &finished)?;
        self.line.send(&out).await?;

        self.await_change(Protection::new(&suite, version, theirs, chance)?)
            .await?;
        let expected = secrets.verify_data(Sender::Server, self.transcript.messages());
        if self.message(HandshakeType::FINISHED).await? != expected {
            return Err(HandshakeError::PeerMisbehaved(
                "its Finished does not match the handshake",
            ));
        }
        Ok(Session {
            records: self.records,
            version,
            suite,
            server_hello: flight.hello,
            chain: flight.chain,
            client_certificate_requested: flight.request.is_some(),
        })
    }

    /// Answers a CertificateRequest. Without an identity the list is empty; SSLv3 warns instead (RFC 6101 section
    /// 5.6.6).
    fn introduce(
        &mut self,
        out: &mut Vec<u8>,
        offer: &Offer<'_>,
        version: Version,
    ) -> Result<(), HandshakeError> {
        const NO_CERTIFICATE: [u8; 2] = [1, 41];
        if offer.identity.is_none() && version <= Version::SSL3 {
            return self.records.seal(out, ContentType::ALERT, &NO_CERTIFICATE);
        }
        self.say(
            out,
            HandshakeType::CERTIFICATE,
            &client_auth::certificate(offer.identity),
        )
    }

    /// Appends a handshake message to what is sent next.
    fn say(&mut self, out: &mut Vec<u8>, kind: HandshakeType, body: &[u8]) -> Result<(), HandshakeError> {
        self.transcript.add(kind, body);
        let mut message = Vec::new();
        handshake::encode(&mut message, kind, |out| out.extend_from_slice(body));
        self.records.seal(out, ContentType::HANDSHAKE, &message)
    }

    /// Waits for the server to change its keys; a ticket may come before.
    async fn await_change(&mut self, protection: Protection) -> Result<(), HandshakeError> {
        loop {
            match self.next().await? {
                Next::ChangeCipherSpec => {
                    self.records.protect_reading(protection);
                    return Ok(());
                }
                Next::Message(HandshakeType::FINISHED, _) => {
                    return Err(HandshakeError::PeerMisbehaved("it finishes without protection"));
                }
                Next::Message(..) => {}
            }
        }
    }

    /// The next message, which must be of this type. It is in the transcript when this returns.
    async fn message(&mut self, kind: HandshakeType) -> Result<Vec<u8>, HandshakeError> {
        match self.next().await? {
            Next::Message(next, body) if next == kind => Ok(body),
            _ => Err(HandshakeError::PeerMisbehaved(
                "its handshake messages are out of order",
            )),
        }
    }

    /// What comes next, and into the transcript. A HelloRequest is neither: it is passed over.
    async fn next(&mut self) -> Result<Next, HandshakeError> {
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
                _ => {
                    return Err(HandshakeError::PeerMisbehaved(
                        "a record that has no place in a handshake",
                    ));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use holter_model::seam::FixedDice;
    use holter_model::{Endpoint, Transport};
    use holter_net::tape::{End, Event, Tape};
    use holter_net::{Care, Dialer, Limits, Pace, Scope};
    use holter_wire::{CipherSuite, record};

    use super::*;

    /// How a handshake ends with a peer that says a ServerHello and then these messages, and falls silent.
    async fn ends(messages: &[(HandshakeType, Vec<u8>)]) -> String {
        let hello = ServerHello {
            legacy_version: Version::TLS12,
            random: [3; 32],
            session_id: Vec::new(),
            suite: CipherSuite(0x002f),
            compression: 0,
            extensions: Vec::new(),
        };
        let mut said = Vec::new();
        handshake::encode(&mut said, HandshakeType::SERVER_HELLO, |out| {
            hello.encode_body(out)
        });
        for (kind, body) in messages {
            handshake::encode(&mut said, *kind, |out| out.extend_from_slice(body));
        }
        let mut records = Vec::new();
        record::encode(&mut records, ContentType::HANDSHAKE, Version::TLS12, &said);
        let tape = Tape {
            connections: vec![vec![Event::Received(records), Event::End(End::Silence)]],
        };
        let endpoint = Endpoint {
            address: [127, 0, 0, 1].into(),
            port: 443,
            transport: Transport::Tcp,
        };
        let pace = Pace::new(1, None, Duration::ZERO);
        let dialer = Dialer::new(Scope::default(), pace, Limits::default()).replaying(tape);
        let mut line = dialer.dial(endpoint, Care::ROBUST).await.unwrap();
        super::handshake(&mut line, &Offer::new(Version::TLS12), &FixedDice(1))
            .await
            .unwrap_err()
            .to_string()
    }

    #[tokio::test]
    async fn a_peer_that_never_ends_fills_no_memory() {
        let chain = |length| (HandshakeType::CERTIFICATE, vec![0; length]);
        assert_eq!(ends(&[chain(90 << 10)]).await, "the peer said nothing in time");
        let wordy = ends(&[chain(90 << 10), chain(90 << 10)]).await;
        assert!(wordy.contains("a handshake of more than 160 KiB"), "{wordy}");
        let long = ends(&[chain(101 << 10)]).await;
        assert!(
            long.contains("a handshake message of more than 100 KiB"),
            "{long}"
        );
        let empty = vec![(HandshakeType::CERTIFICATE_REQUEST, Vec::new()); 50_000];
        let empty = ends(&empty).await;
        assert!(empty.contains("a handshake of more than 160 KiB"), "{empty}");
    }
}
