//! Facts and the verdict that they must lead to: a row for each way through the judge.

#![cfg(test)]

use holter_model::{Endpoint, Method, Refusal, Transport};

use super::*;

const TLS12: u16 = 0x0303;
const TLS10: u16 = 0x0301;
const DTLS12: u16 = 0xfefd;
/// As OpenSSL 1.0.1 lays out its ServerHello, and as it never does.
const OPENSSL: &[u16] = &[0xff01, 0x0023, 0x000f];
const FOREIGN: &[u16] = &[0x000f, 0x0023, 0xff01];

const ECHO: HeartbeatAnswer = HeartbeatAnswer::Echo {
    padding: 16,
    zero_padding: false,
};
const ZEROS: HeartbeatAnswer = HeartbeatAnswer::Echo {
    padding: 16,
    zero_padding: true,
};
const SILENCE: HeartbeatAnswer = HeartbeatAnswer::Silence { waited_ms: 3200 };
const OTHER: HeartbeatAnswer = HeartbeatAnswer::Other {
    length: 100,
    beyond: 0,
};
const LEAK: HeartbeatAnswer = HeartbeatAnswer::Other {
    length: 5115,
    beyond: 1000,
};
const ALERT: HeartbeatAnswer = HeartbeatAnswer::Alert { code: 10 };

/// A ServerHello that says this of heartbeats.
fn hello(version: u16, heartbeat: Option<u8>, order: &[u16], cut_short: bool) -> Fact {
    Fact::Hello {
        offered: TLS12,
        version,
        suite: 0x002f,
        heartbeat,
        extensions: order.to_vec(),
        cut_short,
        client_certificate: false,
    }
}

fn offer(version: u16) -> Fact {
    hello(version, Some(1), OPENSSL, false)
}

fn none(version: u16) -> Fact {
    hello(version, None, &[0xff01], false)
}

fn beat(version: u16, stage: Stage, payload: u32, padding: u32, answer: HeartbeatAnswer) -> Fact {
    Fact::Heartbeat {
        version,
        stage,
        payload,
        padding,
        answer,
    }
}

/// In mid-handshake, one byte short.
fn short(version: u16, answer: HeartbeatAnswer) -> Fact {
    beat(version, Stage::MidHandshake, 4096, 15, answer)
}

/// In mid-handshake, in good order.
fn control(version: u16, answer: HeartbeatAnswer) -> Fact {
    beat(version, Stage::MidHandshake, 4096, 16, answer)
}

/// After the handshake.
fn later(padding: u32, answer: HeartbeatAnswer) -> Fact {
    beat(TLS12, Stage::Finished, 16, padding, answer)
}

fn proof(version: u16, own: u32, foreign: u32, answered: bool) -> Fact {
    Fact::OverRead {
        version,
        claimed: 8192,
        brought: 16,
        own,
        foreign,
        answered,
    }
}

fn judged(facts: &[Fact], attempt: Attempt) -> Option<Judgement> {
    let observations: Vec<Observation> = facts
        .iter()
        .map(|fact| Observation {
            at: jiff::Timestamp::UNIX_EPOCH,
            method: Method::Active,
            subject: Endpoint {
                address: [127, 0, 0, 1].into(),
                port: 443,
                transport: Transport::Tcp,
            },
            fact: fact.clone(),
        })
        .collect();
    judge(&observations, attempt)
}

/// Judges facts of a completed attempt. Every one of `words` must stand in the evidence.
#[track_caller]
fn check(facts: &[Fact], verdict: Verdict, foreign: u64, words: &[&str]) {
    check_after(facts, Attempt::Completed, verdict, foreign, words);
}

#[track_caller]
fn check_after(facts: &[Fact], attempt: Attempt, verdict: Verdict, foreign: u64, words: &[&str]) {
    let judgement = judged(facts, attempt).unwrap();
    assert_eq!(
        (judgement.verdict, judgement.foreign_bytes),
        (verdict, foreign),
        "{judgement:#?}"
    );
    for word in words {
        assert!(judgement.evidence.contains(word), "{word:?} in {judgement:#?}");
    }
    assert_eq!(
        (judgement.check.as_str(), judgement.flaw.as_str()),
        ("heartbleed", "CVE-2014-0160")
    );
}

#[test]
fn what_was_offered_decides_where_nothing_was_sent() {
    use Verdict::{Inconclusive, NotAffected};
    let one = |heartbeat, cut_short| [hello(TLS12, heartbeat, &[], cut_short)];
    check(
        &one(None, false),
        NotAffected,
        0,
        &["does not offer heartbeats (TLS 1.2)"],
    );
    check(&one(None, true), Inconclusive, 0, &["breaks off"]);
    check(&one(Some(2), false), Inconclusive, 0, &["forbids us"]);
    check(&one(Some(7), false), Inconclusive, 0, &["forbids us"]);
    check(&one(Some(1), false), Inconclusive, 0, &["none could be sent"]);
    check(&[none(0x0304)], NotAffected, 0, &["nothing older than TLS 1.3"]);
    check(&[], Inconclusive, 0, &["no version of TLS"]);
    let refused = Fact::HelloRefused {
        offered: TLS12,
        how: Refusal::Alert(40),
    };
    check(&[refused], Inconclusive, 0, &["no version of TLS"]);
}

#[test]
fn an_attempt_that_broke_off_is_never_not_affected() {
    use Verdict::{Affected, Inconclusive, NotApplicable};
    let cleared = [none(TLS12)];
    check_after(
        &cleared,
        Attempt::TimedOut,
        Inconclusive,
        0,
        &["not be asked to the end"],
    );
    check_after(
        &cleared,
        Attempt::Refused,
        Inconclusive,
        0,
        &["not be asked to the end"],
    );
    check_after(&[], Attempt::Closed, Inconclusive, 0, &["closed the connection"]);
    check_after(&[], Attempt::TlsDeclined, NotApplicable, 0, &["offers no TLS"]);
    let once = [offer(TLS12), short(TLS12, SILENCE)];
    check_after(&once, Attempt::TlsDeclined, Inconclusive, 0, &["to the end"]);
    let found = [offer(TLS12), short(TLS12, ECHO)];
    check_after(&found, Attempt::TimedOut, Affected, 0, &["was echoed"]);
    check_after(&found, Attempt::TlsDeclined, Affected, 0, &["was echoed"]);
    for nobody in [
        Attempt::Refused,
        Attempt::Unreachable,
        Attempt::Unresolved,
        Attempt::OutOfScope,
        Attempt::ProxyFailed,
        Attempt::Interrupted,
        Attempt::OurFault,
    ] {
        assert_eq!(judged(&[], nobody), None, "{nobody:?}");
    }
}

#[test]
fn a_short_echo_is_the_flaw() {
    let affected = |facts: &[Fact], words: &[&str]| check(facts, Verdict::Affected, 0, words);
    affected(
        &[offer(TLS12), short(TLS12, ECHO)],
        &["a heartbeat 1 byte short of RFC 6520's padding was echoed; 0 foreign bytes asked for (TLS 1.2)"],
    );
    affected(
        &[offer(TLS12), short(TLS12, SILENCE), later(15, ECHO)],
        &["was echoed"],
    );
    // It came late, in place of the control's.
    affected(
        &[offer(TLS12), short(TLS12, SILENCE), short(TLS12, ECHO)],
        &["was echoed"],
    );
    affected(
        &[
            hello(TLS12, Some(1), FOREIGN, false),
            short(TLS12, ECHO),
            beat(TLS12, Stage::MidHandshake, 16, 15, SILENCE),
        ],
        &["not laid out as OpenSSL's"],
    );
    // Datagrams know no buffer that would hold a small answer back.
    affected(
        &[offer(DTLS12), beat(DTLS12, Stage::MidHandshake, 16, 15, ECHO)],
        &["was echoed"],
    );
    // No padding at all is not a padding of zeros.
    let bare = HeartbeatAnswer::Echo {
        padding: 0,
        zero_padding: true,
    };
    affected(&[offer(TLS12), short(TLS12, bare)], &["was echoed"]);
}

#[test]
fn a_stack_that_echoes_within_its_bounds_is_told_apart() {
    let bounded = |facts: &[Fact], words: &[&str]| check(facts, Verdict::NotAffected, 0, words);
    let foreign = || hello(TLS12, Some(1), FOREIGN, false);
    bounded(&[foreign(), short(TLS12, ZEROS)], &["Botan", "update it"]);
    let small = beat(TLS12, Stage::MidHandshake, 4072, 15, ECHO);
    bounded(&[foreign(), short(TLS12, ECHO), small], &["holds it back"]);
    // OpenSSL on a device without randomness pads with zeros, too, and is affected all the same.
    let zeros = [offer(TLS12), short(TLS12, ZEROS)];
    check(&zeros, Verdict::Affected, 0, &["was echoed"]);
}

#[test]
fn silence_to_the_short_one_clears_only_beside_an_answer_to_the_other() {
    use Verdict::{Inconclusive, NotAffected};
    let check = |facts: &[Fact], verdict, words: &[&str]| check(facts, verdict, 0, words);
    let offer = || offer(TLS12);
    check(
        &[offer(), short(TLS12, SILENCE), control(TLS12, ECHO)],
        NotAffected,
        &["proven fixed", "in mid-handshake"],
    );
    check(
        &[offer(), short(TLS12, ALERT), later(15, ALERT), later(16, ECHO)],
        NotAffected,
        &["proven fixed", "after the handshake"],
    );
    check(
        &[offer(), control(TLS12, ECHO)],
        Inconclusive,
        &["not tried beside it"],
    );
    // A short one at another stage, or too small to leave OpenSSL's buffer, is no short one beside it.
    check(
        &[offer(), short(TLS12, SILENCE), later(16, ECHO)],
        Inconclusive,
        &["not tried beside it"],
    );
    let small = beat(TLS12, Stage::MidHandshake, 16, 15, SILENCE);
    check(
        &[offer(), small, control(TLS12, ECHO)],
        Inconclusive,
        &["not tried beside it"],
    );
    let both_silent = [offer(), short(TLS12, SILENCE), control(TLS12, SILENCE)];
    check(&both_silent, Inconclusive, &["answered none"]);
    check(
        &[offer(), short(TLS12, ALERT)],
        Inconclusive,
        &["ends the connection"],
    );
    let closed = HeartbeatAnswer::Closed;
    check(
        &[offer(), short(TLS12, closed)],
        Inconclusive,
        &["ends the connection"],
    );
    check(&[offer(), short(TLS12, OTHER)], Inconclusive, &["not its echo"]);
}

#[test]
fn bytes_beyond_an_honest_heartbeat_are_counted() {
    let facts = [offer(TLS12), short(TLS12, LEAK)];
    check(&facts, Verdict::Affected, 1000, &["1000 bytes beyond it"]);
    // They outweigh an echo, and count beside the proof's.
    let facts = [
        offer(TLS12),
        short(TLS12, ECHO),
        control(TLS12, LEAK),
        proof(TLS12, 0, 7, true),
    ];
    check(&facts, Verdict::Affected, 1007, &["1000 bytes beyond it"]);
}

#[test]
fn a_proof_says_what_it_met() {
    let proved = |own, foreign, answered, word: &str| {
        let facts = [
            offer(TLS12),
            short(TLS12, ECHO),
            proof(TLS12, own, foreign, answered),
        ];
        check(&facts, Verdict::Affected, foreign.into(), &[word]);
        let evidence = judged(&facts, Attempt::Completed).unwrap().evidence;
        assert!(!evidence.contains("0 foreign bytes asked for"), "{evidence}");
    };
    proved(
        8176,
        0,
        true,
        "read 8176 bytes beyond the request, all of them our own",
    );
    proved(8000, 176, true, "met 176 bytes that were not ours");
    proved(0, 0, true, "found no over-read");
    proved(0, 0, false, "got no answer");
}

#[test]
fn an_over_read_outweighs_every_sign_of_another_stack() {
    use Verdict::Affected;
    let proved = || proof(TLS12, 8176, 0, true);
    check(
        &[
            hello(TLS12, Some(1), FOREIGN, false),
            short(TLS12, ZEROS),
            proved(),
        ],
        Affected,
        0,
        &["proved"],
    );
    let small = beat(TLS12, Stage::MidHandshake, 16, 15, ECHO);
    check(&[offer(TLS12), small, proved()], Affected, 0, &["proved"]);
    check(
        &[
            offer(TLS12),
            short(TLS12, SILENCE),
            control(TLS12, ECHO),
            proved(),
        ],
        Affected,
        0,
        &["no short heartbeat came back", "proved"],
    );
    // Heard under a version whose hello was not: another machine answered the second time.
    check(
        &[offer(TLS12), short(TLS12, ECHO), proof(TLS10, 0, 5, true)],
        Affected,
        5,
        &["(TLS 1.2)", "5 bytes that were not ours", "(TLS 1.0)"],
    );
}

#[test]
fn the_machine_that_offers_most_counts() {
    use Verdict::{Inconclusive, NotAffected};
    let silent = || [offer(TLS12), short(TLS12, SILENCE), none(TLS12)];
    check(&silent(), Inconclusive, 0, &["answered none"]);
    check(
        &[none(TLS12), offer(TLS12)],
        Inconclusive,
        0,
        &["none could be sent"],
    );
    let cut = hello(TLS12, None, &[], true);
    check(&[cut, none(TLS12)], Inconclusive, 0, &["breaks off"]);
    check(&[none(TLS12), none(TLS12)], NotAffected, 0, &["(TLS 1.2)"]);
}

#[test]
fn what_was_left_alone_is_said_to_be() {
    use Verdict::{Affected, Inconclusive, NotAffected};
    let recognised = |mark: &str| Fact::Recognised {
        mark: mark.to_owned(),
    };
    let said = &[
        "its certificate says that it is a management controller (iLO)",
        "host:port",
    ];
    check(&[offer(TLS12), recognised("hp-ilo")], Inconclusive, 0, said);
    check(
        &[none(TLS12), recognised("hp-ilo")],
        NotAffected,
        0,
        &["does not offer"],
    );
    let words = &["its first words say that it is a printer (Lexmark)"];
    check(&[offer(TLS12), recognised("lexmark-ftp")], Inconclusive, 0, words);
    // It was asked after all: it was named.
    let asked = [offer(TLS12), recognised("hp-ilo"), short(TLS12, ECHO)];
    check(&asked, Affected, 0, &["was echoed"]);
    for sturdy in ["fortinet-fortigate", "a-mark-of-later"] {
        let facts = [offer(TLS12), recognised(sturdy)];
        check(&facts, Inconclusive, 0, &["none could be sent"]);
    }
}

#[test]
fn the_gravest_version_speaks_and_each_reason_stands_once() {
    use Verdict::{Affected, Inconclusive, NotAffected};
    let fixed = |version| [offer(version), short(version, SILENCE), control(version, ECHO)];
    let both = [fixed(TLS12), fixed(TLS10)].concat();
    check(&both, NotAffected, 0, &["(TLS 1.2, TLS 1.0)"]);
    let worse = [&fixed(TLS12)[..], &[offer(TLS10), short(TLS10, ECHO)]].concat();
    check(&worse, Affected, 0, &["was echoed", "(TLS 1.0)"]);
    assert!(
        !judged(&worse, Attempt::Completed)
            .unwrap()
            .evidence
            .contains("TLS 1.2")
    );
    let unsure = [&fixed(TLS12)[..], &[offer(TLS10), short(TLS10, SILENCE)]].concat();
    check(&unsure, Inconclusive, 0, &["answered none", "(TLS 1.0)"]);
}
