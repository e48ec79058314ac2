//! Walks up and down the ladder, each connection played from a tape.

#![cfg(test)]

use std::time::Duration;

use holter_model::seam::{Dice as _, FixedClock, FixedDice};
use holter_model::{Endpoint, HeartbeatAnswer, Verdict};
use holter_net::tape::{End, Event, Tape};
use holter_net::{Care, Dialer, Limits, Pace, Scope};
use holter_wire::extension::Extension;
use holter_wire::heartbeat::{LEAST_PADDING, ProveConsent};
use holter_wire::server_hello::ServerHello;
use holter_wire::{CipherSuite, ContentType, HandshakeType, dtls, handshake, record, writer};

use super::*;
use crate::visit::Notes;
use crate::{Approach, Questions};

const DICE: FixedDice = FixedDice(1);
const SILENCE: Event = Event::End(End::Silence);

/// Walks among these connections; what the visit brings home, and its verdict.
fn walk(
    transport: Transport,
    name: Option<&str>,
    prove: bool,
    connections: Vec<Vec<Event>>,
) -> (Notes, Option<Verdict>) {
    walk_up_to(true, transport, name, prove, connections)
}

/// As [`walk`], to an endpoint that the user has named, or not.
pub(super) fn walk_up_to(
    named: bool,
    transport: Transport,
    name: Option<&str>,
    prove: bool,
    connections: Vec<Vec<Event>>,
) -> (Notes, Option<Verdict>) {
    let endpoint = Endpoint {
        address: [127, 0, 0, 1].into(),
        port: 443,
        transport,
    };
    let questions = Questions {
        prove: prove.then(ProveConsent::given_by_user),
        ..Questions::default()
    };
    let pace = Pace::new(1, None, Duration::ZERO);
    let dialer = Dialer::new(Scope::default(), pace, Limits::default()).replaying(Tape { connections });
    let clock = FixedClock(jiff::Timestamp::UNIX_EPOCH);
    let chosen = holter_protocols::by_id("tls", 443).unwrap();
    let mut visit = Visit::new(
        endpoint,
        name,
        Approach {
            chosen,
            guessed: false,
            named,
            care: Care::ROBUST,
            line: None,
        },
        &questions,
        &dialer,
        (&clock, &DICE),
    );
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(ask(&mut visit));
    let notes = visit.leave();
    let verdict = super::super::judge::judge(&notes.observations, notes.attempt);
    (notes, verdict.map(|judgement| judgement.verdict))
}

/// Walks over TCP; how the attempt ended, its verdict, and the versions offered, a connection each.
#[track_caller]
fn check(connections: Vec<Vec<Event>>, attempt: Attempt, verdict: Option<Verdict>, offered: &[u16]) -> Notes {
    let (notes, found) = walk(Transport::Tcp, None, false, connections);
    assert_eq!((notes.attempt, found), (attempt, verdict), "{notes:#?}");
    assert_eq!(offers(&notes), offered, "{notes:#?}");
    assert_eq!(usize::try_from(notes.connections), Ok(offered.len()));
    notes
}

fn offers(notes: &Notes) -> Vec<u16> {
    let offered = |fact: &Fact| match fact {
        Fact::Hello { offered, .. } | Fact::HelloRefused { offered, .. } => Some(*offered),
        _ => None,
    };
    notes
        .observations
        .iter()
        .filter_map(|seen| offered(&seen.fact))
        .collect()
}

fn records(content: ContentType, body: &[u8]) -> Event {
    let mut out = Vec::new();
    record::encode(&mut out, content, Version::TLS10, body);
    Event::Received(out)
}

fn alert(code: u8) -> Vec<Event> {
    vec![records(ContentType::ALERT, &[2, code])]
}

pub(super) fn hello(version: Version, extensions: Vec<Extension>) -> Vec<Event> {
    flight(version, extensions, &[])
}

/// A flight with the certificate of somebody whose names are these.
pub(super) fn flight(version: Version, extensions: Vec<Extension>, names: &[u8]) -> Vec<Event> {
    let hello = ServerHello {
        legacy_version: version,
        random: [3; 32],
        session_id: Vec::new(),
        suite: crate::testing::suite_beside(&extensions),
        compression: 0,
        extensions,
    };
    let mut out = Vec::new();
    handshake::encode(&mut out, HandshakeType::SERVER_HELLO, |out| {
        hello.encode_body(out)
    });
    if !names.is_empty() {
        handshake::encode(&mut out, HandshakeType::CERTIFICATE, |out| {
            writer::vec24(out, |out| writer::vec24(out, |out| out.extend_from_slice(names)));
        });
    }
    handshake::encode(&mut out, HandshakeType::SERVER_HELLO_DONE, |_| ());
    vec![records(ContentType::HANDSHAKE, &out)]
}

fn plain(version: Version) -> Vec<Event> {
    hello(version, vec![Extension::renegotiation_info()])
}

/// As OpenSSL 1.0.1 says it.
fn offering() -> Vec<Event> {
    let extensions = vec![
        Extension::renegotiation_info(),
        Extension::session_ticket(),
        Extension::heartbeat(),
    ];
    hello(Version::TLS12, extensions)
}

/// An answer of `payload` bytes, of which the first are the nonce of `padding` over and over.
pub(super) fn echo(payload: usize, padding: usize) -> Event {
    let mut nonce = [0; 16];
    DICE.fill(&mut nonce);
    nonce[15] = u8::try_from(padding).unwrap();
    answer(nonce.into_iter().cycle().take(payload))
}

fn answer(payload: impl Iterator<Item = u8>) -> Event {
    let mut body = vec![2];
    writer::vec16(&mut body, |out| out.extend(payload));
    body.extend([7; LEAST_PADDING]);
    records(ContentType::HEARTBEAT, &body)
}

#[test]
fn each_older_version_is_asked_once() {
    use Verdict::NotAffected;
    let all = [0x0303, 0x0302, 0x0301, 0x0300];
    let versions = [Version::TLS12, Version::TLS11, Version::TLS10, Version::SSL3];
    check(
        versions.map(plain).to_vec(),
        Attempt::Completed,
        Some(NotAffected),
        &all,
    );
    // Another exchange of keys, then a peer that knows nothing older.
    check(
        vec![alert(40), plain(Version::TLS12), alert(70), alert(70), alert(40)],
        Attempt::Completed,
        Some(NotAffected),
        &[0x0303, 0x0303, 0x0302, 0x0301, 0x0300],
    );
    check(
        vec![plain(Version::TLS10), alert(40), alert(40)],
        Attempt::Completed,
        Some(NotAffected),
        &[0x0303, 0x0300, 0x0300],
    );
    // What is refused with RSA alone is asked for with every exchange, unless the version was the reason.
    check(
        vec![plain(Version::TLS11), alert(40), plain(Version::TLS10), alert(70)],
        Attempt::Completed,
        Some(NotAffected),
        &[0x0303, 0x0301, 0x0301, 0x0300],
    );
    // It skips TLS 1.1 downwards: TLS 1.0 need not be asked again.
    check(
        vec![plain(Version::TLS12), plain(Version::TLS10), alert(70)],
        Attempt::Completed,
        Some(NotAffected),
        &[0x0303, 0x0302, 0x0300],
    );
}

#[test]
fn a_peer_of_tls_13_alone_is_found_and_not_asked_for_more() {
    let modern = || hello(Version::TLS12, crate::testing::modern());
    let cleared = Some(Verdict::NotAffected);
    check(
        vec![alert(70), modern()],
        Attempt::Completed,
        cleared,
        &[0x0303, 0x0304],
    );
    check(
        vec![alert(40), alert(40), alert(40), modern()],
        Attempt::Completed,
        cleared,
        &[0x0303, 0x0303, 0x0303, 0x0304],
    );
    // An offer of heartbeats has no place in that ServerHello, and is not taken up.
    let odd = hello(
        Version::TLS12,
        [crate::testing::modern(), vec![Extension::heartbeat()]].concat(),
    );
    let notes = check(
        vec![alert(70), odd],
        Attempt::Completed,
        Some(Verdict::Inconclusive),
        &[0x0303, 0x0304],
    );
    assert_eq!(notes.observations.len(), 2, "no heartbeat was sent");
}

#[test]
fn who_falls_silent_is_not_taken_for_one_that_knows_nothing_older() {
    let silent = || vec![SILENCE];
    let walked = |connections| {
        let (notes, verdict) = walk(Transport::Tcp, None, false, connections);
        (notes.attempt, verdict, notes.connections)
    };
    let dead = vec![plain(Version::TLS12), silent(), silent()];
    assert_eq!(walked(dead), (Attempt::TimedOut, Some(Verdict::Inconclusive), 3));
    // It swallows what it does not speak, and answers what it does.
    let alive = vec![plain(Version::TLS10), silent(), plain(Version::TLS10)];
    assert_eq!(walked(alive), (Attempt::Completed, Some(Verdict::NotAffected), 3));
}

#[test]
fn a_datagram_port_that_closes_has_lost_its_service() {
    let closed = || vec![Event::End(End::Reset)];
    let hello = vec![datagram_hello(Version::DTLS12)];
    let dead = vec![hello.clone(), closed(), closed()];
    let (notes, verdict) = walk(Transport::Udp, None, false, dead);
    assert_eq!(
        (notes.attempt, verdict),
        (Attempt::TimedOut, Some(Verdict::Inconclusive))
    );
    assert!(notes.suffers.is_some());
    let (notes, verdict) = walk(Transport::Udp, None, false, vec![hello.clone(), closed(), hello]);
    assert_eq!(
        (notes.attempt, verdict),
        (Attempt::Completed, Some(Verdict::NotAffected))
    );
}

/// A ServerHello as a datagram.
fn datagram_hello(version: Version) -> Event {
    let hello = ServerHello {
        legacy_version: version,
        random: [3; 32],
        session_id: Vec::new(),
        suite: CipherSuite(0x002f),
        compression: 0,
        extensions: vec![Extension::renegotiation_info()],
    };
    let (mut body, mut message, mut out) = (Vec::new(), Vec::new(), Vec::new());
    hello.encode_body(&mut body);
    dtls::encode_message(&mut message, HandshakeType::SERVER_HELLO, 0, &body);
    dtls::encode(&mut out, ContentType::HANDSHAKE, version, 0, &message);
    Event::Received(out)
}

#[test]
fn who_answers_no_hello_ends_in_an_attempt() {
    let silent = || vec![SILENCE];
    check(
        vec![silent(), silent()],
        Attempt::TimedOut,
        Some(Verdict::Inconclusive),
        &[0x0303, 0x0301],
    );
    check(
        vec![alert(40); 7],
        Attempt::HandshakeRefused,
        Some(Verdict::Inconclusive),
        &[0x0303, 0x0303, 0x0303, 0x0304, 0x0302, 0x0301, 0x0300],
    );
    check(
        vec![vec![]; 7],
        Attempt::Closed,
        Some(Verdict::Inconclusive),
        &[0x0303, 0x0303, 0x0303, 0x0304, 0x0302, 0x0301, 0x0300],
    );
    let words = vec![Event::Received(b"SSH-2.0-x\r\n".to_vec()), SILENCE];
    let (notes, verdict) = walk(Transport::Tcp, None, false, vec![words]);
    assert_eq!(
        (notes.attempt, verdict),
        (Attempt::NotSpoken, Some(Verdict::Inconclusive))
    );
}

#[test]
fn a_version_that_was_not_offered_is_no_agreement() {
    let (notes, verdict) = walk(Transport::Tcp, None, false, vec![plain(Version(0x0305))]);
    assert_eq!(
        (notes.attempt, verdict),
        (Attempt::Misbehaved, Some(Verdict::Inconclusive))
    );
}

#[test]
fn an_unknown_name_does_not_hide_what_serves_the_address() {
    let connections = vec![alert(112), plain(Version::TLS12), alert(70), alert(70), alert(70)];
    let (notes, verdict) = walk(Transport::Tcp, Some("ward.example"), false, connections);
    assert_eq!(
        (notes.attempt, verdict),
        (Attempt::Completed, Some(Verdict::NotAffected))
    );
    assert!(
        notes
            .oddities
            .iter()
            .any(|odd| odd.contains("does not know the name"))
    );
}

#[test]
fn datagrams_are_given_up_on_sooner() {
    let (notes, _) = walk(Transport::Udp, None, false, vec![vec![SILENCE; 3]]);
    assert_eq!((notes.attempt, notes.connections), (Attempt::TimedOut, 1));
    let closed = vec![vec![Event::End(End::Reset)]; 4];
    let (notes, verdict) = walk(Transport::Udp, None, false, closed);
    assert_eq!((notes.attempt, verdict), (Attempt::Refused, None));
}

#[test]
fn what_is_found_ends_the_walk() {
    let found = [offering(), vec![echo(4096, 15)]].concat();
    let (notes, verdict) = walk(Transport::Tcp, None, false, vec![found]);
    assert_eq!((verdict, notes.connections), (Some(Verdict::Affected), 1));
    // Silence to the short one, an answer to the other; nothing older.
    let fixed = [offering(), vec![SILENCE, echo(4096, 16)]].concat();
    let rest = vec![alert(70); 3];
    let (notes, verdict) = walk(Transport::Tcp, None, false, [vec![fixed], rest].concat());
    assert_eq!((verdict, notes.connections), (Some(Verdict::NotAffected), 4));
}

/// The proof of a peer that echoed a short heartbeat on the first connection and does this on the second.
fn proved(second: Vec<Event>) -> (Vec<Fact>, Option<Verdict>) {
    let first = [offering(), vec![echo(4096, 15)]].concat();
    let (notes, verdict) = walk(Transport::Tcp, None, true, vec![first, second]);
    assert_eq!(notes.connections, 2);
    let facts = notes.observations.into_iter().skip(2).map(|seen| seen.fact);
    (facts.collect(), verdict)
}

#[test]
fn the_proof_goes_no_further_than_the_peer_invites() {
    let mut nonce = [0; 16];
    DICE.fill(&mut nonce);
    let marker = |count| nonce.into_iter().cycle().take(count);
    let affected = Some(Verdict::Affected);

    let (facts, verdict) = proved([offering(), vec![answer(marker(16_365)), answer(marker(8192))]].concat());
    assert_eq!(verdict, affected);
    assert!(
        matches!(
            facts[..],
            [
                Fact::Heartbeat { payload: 16_365, .. },
                Fact::OverRead {
                    own: 8176,
                    foreign: 0,
                    answered: true,
                    ..
                }
            ]
        ),
        "{facts:?}"
    );

    // Another machine, without an offer: nothing is sent to it. One that does not echo: nothing is claimed.
    assert_eq!(proved(plain(Version::TLS12)), (Vec::new(), affected));
    let (facts, verdict) = proved([offering(), vec![SILENCE]].concat());
    assert_eq!(verdict, affected);
    assert!(
        matches!(
            facts[..],
            [Fact::Heartbeat {
                answer: HeartbeatAnswer::Silence { .. },
                ..
            }]
        ),
        "{facts:?}"
    );
}
