//! What peers may answer, played from tapes, and what a conversation makes of it.

#![cfg(test)]

mod datagram;

use holter_model::seam::FixedDice;
use holter_model::{Endpoint, Transport};
use holter_net::tape::{End, Event, Tape};
use holter_net::{Care, Dialer, Limits, Pace, Scope};
use holter_wire::extension::Extension;
use holter_wire::{ContentType, HandshakeType, dtls, handshake, record, writer};

use super::*;
use crate::hello::{Suites, heartbeat};

const WAIT: Duration = Duration::from_secs(1);
const SILENCE: Event = Event::End(End::Silence);

/// A line over which the peer says this, one event a read.
async fn line(transport: Transport, events: Vec<Event>) -> Line {
    let tape = Tape {
        connections: vec![events],
    };
    let endpoint = Endpoint {
        address: [127, 0, 0, 1].into(),
        port: 443,
        transport,
    };
    let pace = Pace::new(1, None, Duration::ZERO);
    let dialer = Dialer::new(Scope::default(), pace, Limits::default()).replaying(tape);
    dialer.dial(endpoint, Care::ROBUST).await.unwrap()
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

fn says(bytes: &[u8]) -> Event {
    Event::Received(bytes.to_vec())
}

fn server_hello(version: Version, extensions: Vec<Extension>) -> Vec<u8> {
    let hello = ServerHello {
        legacy_version: version,
        random: [3; 32],
        session_id: Vec::new(),
        suite: crate::testing::suite_beside(&extensions),
        compression: 0,
        extensions,
    };
    let mut body = Vec::new();
    hello.encode_body(&mut body);
    body
}

/// A Certificate message of these, leaf first.
fn chain(certificates: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    writer::vec24(&mut out, |out| {
        for certificate in certificates {
            writer::vec24(out, |out| out.extend_from_slice(certificate));
        }
    });
    out
}

/// A whole answer as a word: what matters of it.
fn word(reply: &Reply) -> String {
    match reply {
        Reply::Flight(flight) => {
            let cut = if flight.cut_short { ", cut short" } else { "" };
            let client = if flight.client_certificate {
                ", wants a certificate"
            } else {
                ""
            };
            format!("flight{cut}{client}")
        }
        Reply::Refused(refusal) => format!("refused {refusal:?}"),
        Reply::NotTls(words) => format!("not TLS: {}", words.escape_ascii()),
        Reply::Misfit(misfit) => format!("misfit: {misfit}"),
        Reply::Broken(broken) => {
            let hello = broken.hello.as_ref().map_or("", |_| " after its ServerHello");
            format!("{:?}{hello}: {}", broken.attempt, broken.why)
        }
    }
}

mod stream {
    use super::*;

    fn records(content: ContentType, body: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        record::encode(&mut out, content, Version::TLS12, body);
        out
    }

    fn message(kind: HandshakeType, body: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        handshake::encode(&mut out, kind, |out| out.extend_from_slice(body));
        records(ContentType::HANDSHAKE, &out)
    }

    fn offering() -> Vec<u8> {
        let body = server_hello(Version::TLS12, vec![Extension::heartbeat()]);
        message(HandshakeType::SERVER_HELLO, &body)
    }

    fn done() -> Vec<u8> {
        message(HandshakeType::SERVER_HELLO_DONE, &[])
    }

    fn alert(level: u8, code: u8) -> Vec<u8> {
        records(ContentType::ALERT, &[level, code])
    }

    #[track_caller]
    fn check(events: Vec<Event>, expected: &str) {
        let reply = run(async {
            let mut talk = Conversation::over(line(Transport::Tcp, events).await);
            let hello = heartbeat(Version::TLS12, Suites::Rsa, None, &FixedDice(1));
            talk.hello(&hello).await
        });
        assert_eq!(word(&reply), expected);
    }

    /// How many certificates a flight without heartbeats came with.
    fn kept(events: Vec<Event>) -> usize {
        let reply = run(async {
            let mut talk = Conversation::over(line(Transport::Tcp, events).await);
            let hello = heartbeat(Version::TLS12, Suites::Rsa, None, &FixedDice(1));
            talk.hello(&hello).await
        });
        reply.flight().unwrap().chain.len()
    }

    #[test]
    fn its_own_certificate_is_waited_for_and_nothing_hangs_on_it() {
        let hello = message(
            HandshakeType::SERVER_HELLO,
            &server_hello(Version::TLS12, Vec::new()),
        );
        let chain = message(HandshakeType::CERTIFICATE, &chain(&[b"leaf", b"issuer"]));
        let (first, second) = chain.split_at(9);
        assert_eq!(kept(vec![says(&hello), says(first), says(second), SILENCE]), 1);
        assert_eq!(kept(vec![says(&[hello.clone(), chain.clone()].concat())]), 1);
        // Without one: at the flight's end, at the line's, after a while, and where an alert or nonsense comes.
        let nothing: [&[Event]; 6] = [
            &[says(&done())],
            &[],
            &[SILENCE],
            &[says(&alert(2, 40))],
            &[says(first), SILENCE],
            &[says(b"nonsense")],
        ];
        for after in nothing {
            assert_eq!(kept([&[says(&hello)], after].concat()), 0, "{after:?}");
        }
    }

    #[test]
    fn a_flight_is_read_as_far_as_it_matters() {
        let plain = server_hello(Version::TLS12, vec![Extension::renegotiation_info()]);
        check(
            vec![says(&message(HandshakeType::SERVER_HELLO, &plain))],
            "flight",
        );
        let whole = [offering(), done()].concat();
        check(vec![says(&whole)], "flight");
        check(whole.chunks(1).map(says).collect(), "flight");
        let mut cut = plain;
        cut.pop();
        check(
            vec![says(&message(HandshakeType::SERVER_HELLO, &cut))],
            "flight, cut short",
        );
        // A chain that is longer than what is kept, and a demand behind it.
        let chain = message(HandshakeType::CERTIFICATE, &vec![7; 100_000]);
        let demand = message(HandshakeType::CERTIFICATE_REQUEST, &[0, 0, 0]);
        let long = [offering(), chain, demand, done()].concat();
        check(vec![says(&long)], "flight, wants a certificate");
        // TLS 1.3 has nothing in the clear behind its ServerHello.
        let modern = [crate::testing::modern(), vec![Extension::heartbeat()]].concat();
        let modern = message(HandshakeType::SERVER_HELLO, &server_hello(Version::TLS12, modern));
        let reply = run(async {
            let mut talk = Conversation::over(line(Transport::Tcp, vec![says(&modern)]).await);
            talk.hello(&crate::hello::tls13(None, &FixedDice(1))).await
        });
        assert_eq!(word(&reply), "flight");
    }

    #[test]
    fn a_certificate_is_recognised_however_it_is_cut() {
        let mark = |events| {
            let reply = run(async {
                let mut talk = Conversation::over(line(Transport::Tcp, events).await);
                let hello = heartbeat(Version::TLS12, Suites::Rsa, None, &FixedDice(1));
                talk.hello(&hello).await
            });
            let mark = reply.flight().and_then(|flight| flight.mark);
            mark.map_or("nobody", |mark| mark.id)
        };
        let chain = message(HandshakeType::CERTIFICATE, &chain(&[b"iDRAC", b"HP Jetdirect"]));
        let whole = [offering(), chain.clone(), done()].concat();
        assert_eq!(mark(vec![says(&whole)]), "dell-idrac");
        assert_eq!(mark(whole.chunks(1).map(says).collect()), "dell-idrac");
        // Where no heartbeats are offered, too.
        let body = server_hello(Version::TLS12, vec![Extension::renegotiation_info()]);
        let plain = message(HandshakeType::SERVER_HELLO, &body);
        assert_eq!(
            mark(vec![says(&[plain.clone(), chain.clone()].concat())]),
            "dell-idrac"
        );
        assert_eq!(mark(vec![says(&plain), says(&chain)]), "dell-idrac");
        let garbage = [plain, b"HTTP/1.1".to_vec()].concat();
        check(vec![says(&garbage)], "flight");
        // A second Certificate is none, and one that is cut short is read as far as it goes.
        let more = message(HandshakeType::CERTIFICATE, &super::chain(&[b"HP Jetdirect"]));
        let none = message(HandshakeType::CERTIFICATE, &[0, 0, 9, 0, 0]);
        assert_eq!(
            mark(vec![says(&[offering(), none, more, done()].concat())]),
            "nobody"
        );
    }

    #[test]
    fn a_no_is_told_from_a_break() {
        check(vec![SILENCE], "refused Silence");
        check(vec![], "refused Closed");
        check(vec![Event::End(End::Reset)], "refused Closed");
        check(vec![says(&alert(2, 40))], "refused Alert(40)");
        check(vec![says(&alert(1, 0))], "refused Closed");
        check(vec![says(&done())], "refused Nonsense");
        // A warning is not a no, and neither is a wish for another hello.
        let warned = [
            alert(1, 112),
            message(HandshakeType::HELLO_REQUEST, &[]),
            offering(),
            done(),
        ];
        check(vec![says(&warned.concat())], "flight");
        check(
            vec![says(&offering())],
            "Closed after its ServerHello: the peer closed the connection",
        );
        check(
            vec![says(&offering()), SILENCE],
            "TimedOut after its ServerHello: the peer said nothing in time",
        );
        check(
            vec![says(&[0x16, 3]), SILENCE],
            "TimedOut: the peer said nothing in time",
        );
        check(
            vec![says(&[offering(), alert(2, 80)].concat())],
            "Misbehaved after its ServerHello: it ended its own flight: internal_error",
        );
        // A goodbye after an offer is no "not this version": the offer stands, and nothing could be asked.
        check(
            vec![says(&[offering(), alert(1, 0)].concat())],
            "Misbehaved after its ServerHello: it ended its own flight: close_notify",
        );
        check(
            vec![says(&[offering(), b"\x16\x03\x03\xff\xff".to_vec()].concat())],
            "Misbehaved after its ServerHello: a TLS record claims 65535 bytes, more than any version allows",
        );
        check(
            vec![says(&[offering(), b"HTTP/1.1".to_vec()].concat())],
            "Misbehaved after its ServerHello: the stream of TLS records breaks off in something else",
        );
    }

    #[test]
    fn nobody_leads_on_for_ever() {
        let empty = records(ContentType::HANDSHAKE, &[]).repeat(MOST_IDLE_RECORDS + 1);
        check(
            vec![says(&empty)],
            "Misbehaved: it sends records that carry nothing, without end",
        );
        let warnings = alert(1, 112).repeat(MOST_IDLE_RECORDS + 1);
        check(
            vec![says(&warnings)],
            "Misbehaved: it sends records that carry nothing, without end",
        );
        let requests = records(ContentType::HANDSHAKE, &[0; 4 * (MOST_IDLE_RECORDS + 1)]);
        check(
            vec![says(&requests)],
            "Misbehaved: it asks for a hello without end",
        );
    }

    #[test]
    fn words_that_are_no_tls_are_heard_out() {
        check(
            vec![says(b"220 mail"), says(b".example ESMTP\r\n")],
            "not TLS: 220 mail.example ESMTP\\r\\n",
        );
        check(vec![says(b"\xff\xfd\x25"), SILENCE], "not TLS: \\xff\\xfd%");
    }

    /// What a peer's records behind its flight make of a heartbeat of 16 and 15 bytes that follows an earlier one.
    fn beaten(after: Vec<Event>) -> (HeartbeatAnswer, bool) {
        let flight = [offering(), done()].concat();
        let events = [vec![says(&flight)], after].concat();
        run(async {
            let mut talk = Conversation::over(line(Transport::Tcp, events).await);
            let hello = heartbeat(Version::TLS12, Suites::Rsa, None, &FixedDice(1));
            assert_eq!(word(&talk.hello(&hello).await), "flight");
            talk.beat(&request(7), Some(&request(8)), WAIT).await
        })
    }

    fn beat(kind: u8, payload: &[u8], padding: &[u8]) -> Vec<u8> {
        records(ContentType::HEARTBEAT, &super::beat(kind, payload, padding))
    }

    #[test]
    fn an_answer_is_told_from_everything_else() {
        let echo = HeartbeatAnswer::Echo {
            padding: 16,
            zero_padding: false,
        };
        let mine = || beat(2, &[7; 16], &[1; 16]);
        let silent = super::super::silence(WAIT);
        assert_eq!(beaten(vec![says(&mine())]), (echo, false));
        assert_eq!(beaten(mine().chunks(1).map(says).collect()), (echo, false));
        assert_eq!(beaten(vec![says(&beat(2, &[8; 16], &[1; 16]))]), (echo, true));
        // A request of the peer's own, however long, answers nothing.
        let asked = beat(1, &[9; 4000], &[1; 16]);
        assert_eq!(beaten(vec![says(&asked), says(&mine())]), (echo, false));
        assert_eq!(beaten(vec![says(&asked), SILENCE]), (silent, false));
        let other = HeartbeatAnswer::Other {
            length: 135,
            beyond: 100,
        };
        assert_eq!(beaten(vec![says(&beat(2, &[9; 116], &[1; 16]))]), (other, false));
        assert_eq!(beaten(vec![SILENCE]), (silent, false));
        assert_eq!(beaten(vec![]), (HeartbeatAnswer::Closed, false));
        assert_eq!(beaten(vec![says(&alert(1, 0))]), (HeartbeatAnswer::Closed, false));
        let refused = HeartbeatAnswer::Alert { code: 10 };
        assert_eq!(
            beaten(vec![says(&alert(1, 112)), says(&alert(2, 10))]),
            (refused, false)
        );
        assert_eq!(beaten(vec![says(b"garbage")]), (HeartbeatAnswer::Closed, false));
        let warnings = alert(1, 112).repeat(MOST_IDLE_RECORDS + 1);
        assert_eq!(beaten(vec![says(&warnings)]), (HeartbeatAnswer::Closed, false));
    }
}

/// Sixteen bytes of payload and one byte too little of padding.
fn request(byte: u8) -> Request {
    Request::new(vec![byte; 16], vec![0; 15])
}

fn beat(kind: u8, payload: &[u8], padding: &[u8]) -> Vec<u8> {
    let mut out = vec![kind];
    writer::vec16(&mut out, |out| out.extend_from_slice(payload));
    out.extend_from_slice(padding);
    out
}
