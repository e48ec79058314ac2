//! The same over datagrams.

#![cfg(test)]

use super::*;

fn record(content: ContentType, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    dtls::encode(&mut out, content, Version::DTLS12, 0, body);
    out
}

fn message(kind: HandshakeType, sequence: u16, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    dtls::encode_message(&mut out, kind, sequence, body);
    record(ContentType::HANDSHAKE, &out)
}

fn cookie(sequence: u16) -> Vec<u8> {
    message(
        HandshakeType::HELLO_VERIFY_REQUEST,
        sequence,
        &[0xfe, 0xff, 2, 1, 2],
    )
}

fn offering(sequence: u16) -> Vec<u8> {
    let body = server_hello(Version::DTLS12, vec![Extension::heartbeat()]);
    message(HandshakeType::SERVER_HELLO, sequence, &body)
}

fn done(sequence: u16) -> Vec<u8> {
    message(HandshakeType::SERVER_HELLO_DONE, sequence, &[])
}

#[track_caller]
fn check(events: Vec<Event>, expected: &str) {
    let reply = run(async {
        let mut talk = Conversation::over(line(Transport::Udp, events).await);
        let hello = heartbeat(Version::DTLS12, Suites::Rsa, None, &FixedDice(1));
        talk.hello(&hello).await
    });
    assert_eq!(word(&reply), expected);
}

#[test]
fn a_flight_may_be_lost_doubled_and_overtaken() {
    check(vec![says(&[offering(0), done(1)].concat())], "flight");
    check(
        vec![
            says(&cookie(0)),
            says(&cookie(0)),
            says(&offering(1)),
            says(&done(2)),
        ],
        "flight",
    );
    check(
        vec![SILENCE, says(&done(1)), says(&offering(0)), says(&offering(0))],
        "flight",
    );
    check(vec![says(&offering(0)), SILENCE, says(&done(1))], "flight");
    let shown = message(HandshakeType::CERTIFICATE, 1, &chain(&[b"iDRAC"]));
    let reply = run(async {
        let events = vec![says(&done(2)), says(&shown), says(&offering(0))];
        let mut talk = Conversation::over(line(Transport::Udp, events).await);
        let hello = heartbeat(Version::DTLS12, Suites::Rsa, None, &FixedDice(1));
        talk.hello(&hello).await
    });
    assert_eq!(reply.flight().unwrap().mark.unwrap().id, "dell-idrac");
    let demand = message(HandshakeType::CERTIFICATE_REQUEST, 1, &[0, 0, 0]);
    check(
        vec![says(&[offering(0), demand, done(2)].concat())],
        "flight, wants a certificate",
    );
    // Another epoch's records are protected, and not for us.
    let mut strange = offering(0);
    strange[4] = 1;
    check(vec![says(&strange), says(&offering(0)), says(&done(1))], "flight");
}

#[test]
fn a_cookie_behind_an_offer_does_not_undo_it() {
    let plain = server_hello(Version::DTLS12, vec![Extension::renegotiation_info()]);
    let unsaid = message(HandshakeType::SERVER_HELLO, 2, &plain);
    check(
        vec![
            says(&offering(0)),
            says(&cookie(1)),
            says(&unsaid),
            SILENCE,
            SILENCE,
            SILENCE,
        ],
        "TimedOut after its ServerHello: the peer said nothing in time",
    );
}

#[test]
fn a_no_is_told_from_a_break() {
    check(vec![SILENCE, SILENCE, SILENCE], "refused Silence");
    check(vec![Event::End(End::Reset)], "refused Closed");
    check(
        vec![says(&record(ContentType::ALERT, &[2, 40]))],
        "refused Alert(40)",
    );
    check(
        vec![says(&cookie(0)), says(&cookie(1)), says(&cookie(2))],
        "Misbehaved: it asks for one cookie after another",
    );
    check(
        vec![says(&offering(0)), SILENCE, SILENCE, SILENCE],
        "TimedOut after its ServerHello: the peer said nothing in time",
    );
    check(
        vec![says(b"no DTLS"), SILENCE, SILENCE, SILENCE],
        "refused Silence",
    );
}

/// What a peer's datagrams behind its flight make of a heartbeat that follows an earlier one.
fn beaten(after: Vec<Event>) -> (HeartbeatAnswer, bool) {
    let flight = [offering(0), done(1)].concat();
    let events = [vec![says(&flight)], after].concat();
    run(async {
        let mut talk = Conversation::over(line(Transport::Udp, events).await);
        let hello = heartbeat(Version::DTLS12, Suites::Rsa, None, &FixedDice(1));
        assert_eq!(word(&talk.hello(&hello).await), "flight");
        talk.beat(&request(7), Some(&request(8)), WAIT).await
    })
}

#[test]
fn an_answer_is_told_from_everything_else() {
    let echo = HeartbeatAnswer::Echo {
        padding: 16,
        zero_padding: false,
    };
    let beat = |kind, byte| record(ContentType::HEARTBEAT, &super::beat(kind, &[byte; 16], &[1; 16]));
    assert_eq!(beaten(vec![says(&beat(2, 7))]), (echo, false));
    assert_eq!(beaten(vec![says(&beat(2, 8))]), (echo, true));
    assert_eq!(beaten(vec![says(&beat(1, 9)), says(&beat(2, 7))]), (echo, false));
    // The end of a flight that was sent again, and words that are no DTLS.
    assert_eq!(
        beaten(vec![says(&done(1)), says(b"?"), says(&beat(2, 7))]),
        (echo, false)
    );
    // A request is sent again and again before its silence counts.
    assert_eq!(beaten(vec![SILENCE, says(&beat(2, 7))]), (echo, false));
    assert_eq!(beaten(vec![SILENCE; 5]), (super::super::silence(WAIT), false));
    let refused = HeartbeatAnswer::Alert { code: 10 };
    assert_eq!(
        beaten(vec![says(&record(ContentType::ALERT, &[2, 10]))]),
        (refused, false)
    );
    assert_eq!(
        beaten(vec![Event::End(End::Reset)]),
        (HeartbeatAnswer::Closed, false)
    );
}
