//! No heartbeat of a default scan claims a byte that it does not bring: seen on the wire, over TCP and over DTLS, in
//! every version, before a handshake is finished and, opened with its keys, after.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod datagrams;
mod peer;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use holter_checks::Questions;
use holter_model::Stage;
use holter_model::seam::FixedDice;
use holter_wire::Version;
use support::{scan_by, verdict};

/// A heartbeat that came over the wire.
#[derive(Clone, Debug)]
struct Seen {
    version: Version,
    stage: Stage,
    /// The body of its record.
    body: Vec<u8>,
}

/// What a peer has seen so far.
type Log = Arc<Mutex<Vec<Seen>>>;

/// What a peer does with a heartbeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    /// Keeps silent.
    Nothing,
    /// Answers as RFC 6520 has it, and keeps silent where the padding is short.
    Right,
    /// Echoes whatever comes.
    Echo,
    /// Ends the connection.
    Close,
}

/// The chance that the scan uses, so that a peer can follow it behind its handshake without a private key.
const DICE: FixedDice = FixedDice(1);

const TLS: [Version; 4] = [Version::TLS12, Version::TLS11, Version::TLS10, Version::SSL3];
const DTLS: [Version; 2] = [Version::DTLS12, Version::DTLS10];

#[test]
fn over_tcp_in_each_version_and_at_each_stage() {
    use Does::{Close, Echo, Nothing, Right};
    for (mid, finished, right) in [
        (Nothing, Nothing, "inconclusive"),
        (Nothing, Right, "not_affected"),
        (Nothing, Echo, "affected"),
        (Close, Right, "not_affected"),
        (Close, Close, "inconclusive"),
        (Right, Nothing, "not_affected"),
        (Echo, Nothing, "affected"),
    ] {
        // SSLv3 has no extensions once a handshake is to be finished, so nothing is asked behind it there.
        let versions = if finished == Nothing { &TLS[..] } else { &TLS[..3] };
        for version in versions {
            let log = Log::default();
            let address = peer::start(*version, (mid, finished), &log);
            let story = format!("{version}, {mid:?} in mid-handshake, {finished:?} after it");
            assert_eq!(scanned(address, false), right, "{story}");
            check(&log, &story);
            let stages: BTreeSet<bool> = seen(&log).iter().map(|s| s.stage == Stage::Finished).collect();
            let goes_on = matches!(mid, Nothing | Close) && *version != Version::SSL3;
            let expected = if goes_on { vec![false, true] } else { vec![false] };
            assert_eq!(stages.into_iter().collect::<Vec<_>>(), expected, "{story}");
        }
    }
}

#[test]
fn over_dtls_in_each_version() {
    // The last two lose the first heartbeat on the way: silence to it must clear nobody.
    for (does, lost, right) in [
        (Does::Nothing, 0, "inconclusive"),
        (Does::Right, 0, "not_affected"),
        (Does::Echo, 0, "affected"),
        (Does::Right, 1, "not_affected"),
        (Does::Echo, 1, "affected"),
    ] {
        for version in DTLS {
            let log = Log::default();
            let address = datagrams::start(version, does, lost, &log);
            assert_eq!(scanned(address, true), right, "{version}, {does:?}, {lost} lost");
            check(&log, &format!("{version}, {does:?}"));
        }
    }
}

/// Scans as the command does when nothing is asked for, but for shorter waits.
fn scanned(address: SocketAddr, udp: bool) -> &'static str {
    let questions = Questions {
        heartbeat_wait: Duration::from_millis(500),
        ..Questions::default()
    };
    let service = scan_by(address, udp, Some("tls"), questions, Box::new(DICE), |dialer| {
        dialer
    });
    verdict(&service)
}

fn seen(log: &Log) -> Vec<Seen> {
    log.lock().unwrap().clone()
}

/// Reads the bytes itself: what is checked must not be checked by its own code.
fn check(log: &Log, story: &str) {
    let all = seen(log);
    assert!(!all.is_empty(), "{story}: no heartbeat came, so none was checked");
    for Seen { version, stage, body } in all {
        let claimed = usize::from(body[1]) << 8 | usize::from(body[2]);
        assert_eq!(body[0], 1, "{story}: a request");
        assert!(
            3 + claimed <= body.len(),
            "{story}: a heartbeat of {version} {stage:?} claims {claimed} bytes and brings {}",
            body.len() - 3
        );
    }
}

/// The answer to a heartbeat, if there is one.
fn answer(does: Does, body: &[u8]) -> Option<Vec<u8>> {
    let claimed = usize::from(body[1]) << 8 | usize::from(body[2]);
    let fits = 3 + claimed + 16 <= body.len();
    let echoes = does == Does::Echo || (does == Does::Right && fits);
    echoes.then(|| [&[2, body[1], body[2]], &body[3..3 + claimed], &[7; 16]].concat())
}
