//! A full handshake as a client of SSLv3–TLS 1.2 (RFC 5246 section 7.3, figure 1), or an abbreviated one (figure 2).
//! TLS 1.3 begins here and goes on in [`crate::tls13`].

use holter_model::seam::Dice;
use holter_net::Line;
use holter_wire::client_hello::ClientHello;
use holter_wire::session_ticket::Ticket;
use holter_wire::{ContentType, HandshakeType, Version};

use crate::datagrams::leave;
use crate::dialogue::{Dialogue, Next};
use crate::facts::Facts;
use crate::flight::Flight;
use crate::key_agreement::{self, Agreement, ServerPart};
use crate::keys::Secrets;
use crate::prf::{Prf, Sender};
use crate::protect::Protection;
use crate::resumption::Resumption;
use crate::session::Finished;
use crate::{HandshakeError, Offer, Session, bleed, client_auth, hello, tls13};

/// Finishes a handshake on a line that has carried no TLS yet.
///
/// # Errors
/// See [`HandshakeError`].
pub async fn handshake(
    line: &mut Line,
    offer: &Offer<'_>,
    dice: &dyn Dice,
) -> Result<Session, HandshakeError> {
    if offer.version.rules() >= Version::TLS13 {
        return tls13::handshake(line, offer, dice).await;
    }
    let mut random = [0; 32];
    dice.fill(&mut random);
    let hello = hello::client_hello(offer, random)?;
    let datagram = line.is_datagram();
    let session = begun(line, offer, &hello, dice).await;
    // Who has refused is gone, and may take what comes behind for another's first word.
    if datagram && !matches!(session, Ok(_) | Err(HandshakeError::Alert(_))) {
        leave(line, offer.version).await;
    }
    session
}

async fn begun(
    line: &mut Line,
    offer: &Offer<'_>,
    hello: &ClientHello,
    dice: &dyn Dice,
) -> Result<Session, HandshakeError> {
    let mut dialogue = Dialogue::new(line, offer.version);
    let answer = dialogue.greet(hello).await?;
    go_on(dialogue, offer, hello, answer, dice).await
}

/// Goes on after a ServerHello of SSLv3–TLS 1.2.
pub(crate) async fn go_on(
    mut dialogue: Dialogue<'_>,
    offer: &Offer<'_>,
    hello: &ClientHello,
    mut answer: holter_wire::server_hello::ServerHello,
    dice: &dyn Dice,
) -> Result<Session, HandshakeError> {
    if bleed::measure(hello, &mut answer).is_bleeding() {
        return Err(HandshakeError::PeerMisbehaved(
            "it says more of a session id again than was sent",
        ));
    }
    let resume = offer.resume.filter(|resume| !resume.suite().is_tls13());
    let flight = dialogue.first_flight(hello, answer, resume.is_some()).await?;
    match resume {
        Some(resume) if flight.resumes => resumed(dialogue, hello, flight, resume, dice).await,
        _ => full(dialogue, offer, hello, flight, dice).await,
    }
}

/// What the client has to say to a full flight, up to its ClientKeyExchange.
pub(crate) fn answer(
    dialogue: &mut Dialogue<'_>,
    out: &mut Vec<u8>,
    offer: &Offer<'_>,
    flight: &Flight,
    agreement: &Agreement,
) -> Result<(), HandshakeError> {
    if flight.request.is_some() {
        introduce(dialogue, out, offer, flight.version)?;
    }
    dialogue.say(out, HandshakeType::CLIENT_KEY_EXCHANGE, &agreement.message)
}

/// The client's part of the key exchange of a flight.
pub(crate) fn agree(
    hello: &ClientHello,
    flight: &Flight,
    dice: &dyn Dice,
) -> Result<Agreement, HandshakeError> {
    let server = ServerPart {
        leaf: flight.chain.first().map(Vec::as_slice),
        parameters: flight.parameters.as_deref(),
    };
    key_agreement::agree(flight.suite.exchange, hello.version, flight.version, server, dice)
}

/// The secrets that follow, once the ClientKeyExchange is in the transcript.
pub(crate) fn secrets(
    dialogue: &Dialogue<'_>,
    hello: &ClientHello,
    flight: &Flight,
    pre_master: &[u8],
) -> Secrets {
    const EXTENDED: holter_wire::ExtensionType = holter_wire::ExtensionType::EXTENDED_MASTER_SECRET;
    let prf = Prf::of(flight.version, &flight.suite);
    if flight.hello.extension(EXTENDED).is_some() && prf != Prf::Ssl3 {
        Secrets::extended(prf, pre_master, dialogue.transcript.messages())
    } else {
        Secrets::new(prf, pre_master, &hello.random, &flight.hello.random)
    }
}

/// The protection of the client's direction and of the server's.
pub(crate) fn protections(
    secrets: &Secrets,
    hello: &ClientHello,
    flight: &Flight,
    dice: &dyn Dice,
) -> Result<[Protection; 2], HandshakeError> {
    let (suite, version) = (&flight.suite, flight.version);
    let (ours, theirs) = secrets.keys(suite, version, &hello.random, &flight.hello.random);
    let mut chance = [0; 32];
    dice.fill(&mut chance);
    let made = [
        Protection::new(suite, version, ours, chance)?,
        Protection::new(suite, version, theirs, chance)?,
    ];
    let first = holter_wire::ExtensionType::ENCRYPT_THEN_MAC;
    Ok(if flight.hello.extension(first).is_some() {
        made.map(Protection::encrypting_first)
    } else {
        made
    })
}

async fn full(
    mut dialogue: Dialogue<'_>,
    offer: &Offer<'_>,
    hello: &ClientHello,
    mut flight: Flight,
    dice: &dyn Dice,
) -> Result<Session, HandshakeError> {
    let agreement = agree(hello, &flight, dice)?;
    let (secrets, finished) = conclude(&mut dialogue, offer, hello, (&mut flight, &agreement), dice).await?;
    Ok(session(dialogue, flight, secrets, finished))
}

/// From the ClientKeyExchange on to the server's Finished.
pub(crate) async fn conclude(
    dialogue: &mut Dialogue<'_>,
    offer: &Offer<'_>,
    hello: &ClientHello,
    (flight, agreement): (&mut Flight, &Agreement),
    dice: &dyn Dice,
) -> Result<(Secrets, Finished), HandshakeError> {
    let mut out = Vec::new();
    answer(dialogue, &mut out, offer, flight, agreement)?;
    let secrets = secrets(dialogue, hello, flight, &agreement.pre_master);
    if let (Some(identity), Some(request)) = (offer.identity, &flight.request) {
        let messages = dialogue.transcript.messages();
        let proof =
            client_auth::certificate_verify(identity, request, flight.version, messages, secrets.master())?;
        dialogue.say(&mut out, HandshakeType::CERTIFICATE_VERIFY, &proof)?;
    }

    let [ours, theirs] = protections(&secrets, hello, flight, dice)?;
    dialogue.change_writing(&mut out, ours)?;
    let client = secrets.verify_data(Sender::Client, dialogue.transcript.messages());
    dialogue.say(&mut out, HandshakeType::FINISHED, &client)?;
    dialogue.send(&out).await?;

    await_change(dialogue, &mut flight.ticket, theirs).await?;
    let server = finished(dialogue, &secrets).await?;
    Ok((secrets, Finished { client, server }))
}

async fn resumed(
    mut dialogue: Dialogue<'_>,
    hello: &ClientHello,
    mut flight: Flight,
    resume: &Resumption,
    dice: &dyn Dice,
) -> Result<Session, HandshakeError> {
    if resume.suite() != flight.suite || resume.version() != flight.version {
        return Err(HandshakeError::PeerMisbehaved(
            "it goes on with a session in another suite or version",
        ));
    }
    let secrets = Secrets::again(Prf::of(flight.version, &flight.suite), resume.secret.clone());
    let [ours, theirs] = protections(&secrets, hello, &flight, dice)?;
    dialogue.records.protect_reading(theirs);
    let server = finished(&mut dialogue, &secrets).await?;
    let mut out = Vec::new();
    dialogue.change_writing(&mut out, ours)?;
    let client = secrets.verify_data(Sender::Client, dialogue.transcript.messages());
    dialogue.say(&mut out, HandshakeType::FINISHED, &client)?;
    dialogue.send(&out).await?;
    flight.resumes = true;
    Ok(session(dialogue, flight, secrets, Finished { client, server }))
}

fn session(dialogue: Dialogue<'_>, flight: Flight, secrets: Secrets, finished: Finished) -> Session {
    Session {
        facts: Facts::of(&flight),
        records: dialogue.records,
        version: flight.version,
        suite: flight.suite,
        server_hello: flight.hello,
        chain: flight.chain,
        client_certificate_requested: flight.request.is_some(),
        tickets: flight.ticket.into_iter().collect(),
        secret: secrets.master().to_vec(),
        finished: Some(finished),
        later: None,
    }
}

/// The server's Finished, which must be right.
async fn finished(dialogue: &mut Dialogue<'_>, secrets: &Secrets) -> Result<Vec<u8>, HandshakeError> {
    const MISMATCH: HandshakeError =
        HandshakeError::PeerMisbehaved("its Finished does not match the handshake");
    loop {
        let expected = secrets.verify_data(Sender::Server, dialogue.transcript.messages());
        match dialogue.next().await? {
            Next::Message(HandshakeType::FINISHED, body) if body == expected => return Ok(expected),
            Next::Message(HandshakeType::FINISHED, _) => return Err(MISMATCH),
            // A datagram with the ticket may be overtaken by the one that changes keys.
            Next::Message(HandshakeType::NEW_SESSION_TICKET, _) if dialogue.line.is_datagram() => {}
            _ => {
                return Err(HandshakeError::PeerMisbehaved(
                    "its handshake messages are out of order",
                ));
            }
        }
    }
}

/// Answers a CertificateRequest. Without an identity the list is empty; SSLv3 warns instead (RFC 6101 section
/// 5.6.6).
pub(crate) fn introduce(
    dialogue: &mut Dialogue<'_>,
    out: &mut Vec<u8>,
    offer: &Offer<'_>,
    version: Version,
) -> Result<(), HandshakeError> {
    const NO_CERTIFICATE: [u8; 2] = [1, 41];
    if offer.identity.is_none() && version <= Version::SSL3 {
        return dialogue.records.seal(out, ContentType::ALERT, &NO_CERTIFICATE);
    }
    let chain = client_auth::certificate(offer.identity);
    dialogue.say(out, HandshakeType::CERTIFICATE, &chain)
}

/// Waits for the server to change its keys; a ticket may come before.
async fn await_change(
    dialogue: &mut Dialogue<'_>,
    ticket: &mut Option<Ticket>,
    protection: Protection,
) -> Result<(), HandshakeError> {
    loop {
        match dialogue.next().await? {
            Next::ChangeCipherSpec => {
                dialogue.records.protect_reading(protection);
                return Ok(());
            }
            Next::Message(HandshakeType::FINISHED, _) => {
                return Err(HandshakeError::PeerMisbehaved("it finishes without protection"));
            }
            Next::Message(HandshakeType::NEW_SESSION_TICKET, body) => *ticket = Ticket::read(&body).0,
            Next::Message(..) => {}
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
    use holter_wire::handshake;
    use holter_wire::server_hello::ServerHello;
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
