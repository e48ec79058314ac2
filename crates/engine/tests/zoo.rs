//! Every scripted bad peer ends in a verdict or an honest attempt status, and none gets to misuse the scanner.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use holter_checks::Questions;
use holter_lab::zoo::{self, BadPeer, Expectation, Transport};
use holter_model::{Attempt, Service, Verdict};
use holter_wire::heartbeat::Seen;
use holter_wire::record::Deframer;
use holter_wire::{ContentType, dtls};
use support::{assess_fully, scan, verdict};

/// All in parallel: most of them only make us wait.
#[test]
fn every_bad_peer_is_met_rightly() {
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let met: Vec<_> = zoo::ALL
            .iter()
            .map(|peer| scope.spawn(move || meet(peer)))
            .collect();
        met.into_iter().filter_map(|met| met.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn meet(peer: &BadPeer) -> Option<String> {
    let running = (peer.start)(IpAddr::V4(Ipv4Addr::LOCALHOST)).unwrap();
    let service = scan(
        running.address,
        peer.transport == Transport::Udp,
        Some("tls"),
        Questions::default(),
    );
    let mut wrong = Vec::new();
    let Expectation {
        verdicts,
        attempt,
        why,
    } = &peer.expect;
    let found = verdict(&service);
    let unasked = found == "none" && verdicts.contains(&"inconclusive");
    if !verdicts.contains(&found) && !unasked {
        wrong.push(format!("verdict {found}, right would be {verdicts:?}: {why}"));
    }
    let completed = service.attempt == Attempt::Completed;
    if !match attempt {
        zoo::Attempt::Completed => completed,
        zoo::Attempt::Broken => !completed,
        zoo::Attempt::Either => true,
    } {
        wrong.push(format!(
            "attempt {:?} ({:?}), expected {attempt:?}: {why}",
            service.attempt, service.trouble
        ));
    }
    if serde_json::to_string(&service).unwrap().contains(zoo::SECRET) {
        wrong.push("foreign memory stands in the result".to_owned());
    }
    if running.hung() {
        wrong.push("the device hangs".to_owned());
    }
    wrong.extend(dishonest(peer, &running.conversations()));
    let story = |wrong: String| format!("{}: {wrong}\n    {}", peer.name, evidence(&service));
    (!wrong.is_empty()).then(|| story(wrong.join("; ")))
}

/// All checks, since each of them once took the answer for one.
#[test]
fn who_chooses_what_was_not_offered_is_cleared_of_nothing() {
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let met: Vec<_> = zoo::MISFITS
            .iter()
            .map(|peer| scope.spawn(move || cleared(peer)))
            .collect();
        met.into_iter().filter_map(|met| met.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn who_is_silent_behind_its_flight_is_called_neither_affected_nor_sound_for_that() {
    let peer = zoo::named("client-certificate-silent").unwrap();
    let running = (peer.start)(IpAddr::V4(Ipv4Addr::LOCALHOST)).unwrap();
    let service = assess_fully(running.address, "tls", Questions::default(), Duration::ZERO);
    for flaw in ["CVE-2014-0224", "ROBOT"] {
        let judged = service.judgements.iter().find(|judged| judged.flaw == flaw);
        let judged = judged.unwrap();
        assert_eq!(judged.verdict, Verdict::Inconclusive, "{}", judged.evidence);
    }
}

fn cleared(peer: &BadPeer) -> Option<String> {
    let running = (peer.start)(IpAddr::V4(Ipv4Addr::LOCALHOST)).unwrap();
    let service = assess_fully(running.address, "https", Questions::default(), Duration::ZERO);
    let flaws: Vec<&str> = service
        .judgements
        .iter()
        .filter(|judgement| judgement.verdict == Verdict::NotAffected)
        .map(|judgement| judgement.flaw.as_str())
        .collect();
    let fine = flaws.is_empty() && service.attempt == Attempt::Misbehaved && service.connections <= 12;
    (!fine).then(|| {
        format!(
            "{}: cleared of {flaws:?}, {:?} {:?}, {} connections",
            peer.name, service.attempt, service.trouble, service.connections
        )
    })
}

/// Heartbeats on the wire that claim more than they bring.
fn dishonest(peer: &BadPeer, conversations: &[Vec<u8>]) -> Option<String> {
    let mut claims = Vec::new();
    for bytes in conversations {
        if peer.transport == Transport::Udp {
            let (records, _) = dtls::records(bytes);
            claims.extend(
                records
                    .iter()
                    .filter(|r| r.content == ContentType::HEARTBEAT)
                    .map(|r| Seen::read(r.body)),
            );
        } else {
            let mut deframer = Deframer::default();
            deframer.push(bytes);
            while let Ok(Some(record)) = deframer.next_record() {
                if record.content == ContentType::HEARTBEAT {
                    claims.push(Seen::read(record.body));
                }
            }
        }
    }
    if claims.is_empty() && peer.expect.verdicts == ["affected"] {
        return Some("no heartbeat is seen on its wire, so none is checked".to_owned());
    }
    let honest = |seen: &Option<Seen>| seen.is_some_and(|seen| seen.is_honest());
    (!claims.iter().all(honest)).then(|| "a heartbeat claims more than it brings".to_owned())
}

fn evidence(service: &Service) -> String {
    format!(
        "{:?} {:?} {:?}",
        service.attempt,
        service.trouble,
        service.judgements.first().map(|j| &j.evidence)
    )
}
