//! Servers whose heartbeat answers are right, but travel late or in crumbs.

use std::net::IpAddr;
use std::time::Duration;

use super::openssl::OpenSsl;
use super::peer::{Attempt, BadPeer, Expectation, Transport};
use super::running::{Running, serve};
use super::talk;
use crate::LabError;

/// Between what impatient scanners wait and the 3 s that measurements ask for.
const SLOW: Duration = Duration::from_millis(2500);

/// The answer in pieces of three bytes.
pub(crate) const IN_PIECES: BadPeer = BadPeer {
    name: "answer-in-pieces",
    about: "an affected server whose answers travel three bytes at a time",
    transport: Transport::Tcp,
    start: in_pieces,
    expect: Expectation {
        verdicts: &["affected"],
        attempt: Attempt::Completed,
        why: "the answer is whole, only its delivery is slow",
    },
};

/// The answer in so many bytes at a time,
const PIECE: usize = 512;
/// so that all of it takes longer than a scan waits for a silent peer.
const BETWEEN: Duration = Duration::from_millis(450);

/// The answer over seconds.
pub(crate) const TRICKLING: BadPeer = BadPeer {
    name: "answer-that-trickles",
    about: "an affected server whose answers take 4 s from their first byte to their last",
    transport: Transport::Tcp,
    start: trickling,
    expect: Expectation {
        verdicts: &["affected"],
        attempt: Attempt::Completed,
        why: "who is in the middle of an answer is not silent",
    },
};

/// Affected, but slow.
pub(crate) const SLOW_AFFECTED: BadPeer = BadPeer {
    name: "slow-affected",
    about: "an affected server that answers each heartbeat after 2.5 s",
    transport: Transport::Tcp,
    start: slow_affected,
    expect: Expectation {
        verdicts: &["affected"],
        attempt: Attempt::Completed,
        why: "a scan waits at least 3 s for an answer",
    },
};

/// Patched, but slow.
pub(crate) const SLOW_PATCHED: BadPeer = BadPeer {
    name: "slow-patched",
    about: "a patched server that answers each proper heartbeat after 2.5 s",
    transport: Transport::Tcp,
    start: slow_patched,
    expect: Expectation {
        verdicts: &["not_affected"],
        attempt: Attempt::Completed,
        why: "a scan waits at least 3 s for the answer to its control, too",
    },
};

fn in_pieces(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        let flight = talk::hear_hello(line)?;
        line.send(&flight.bytes())?;
        let mut openssl = OpenSsl::affected();
        talk::hear_beats(line, |line, beat| line.send_in_pieces(&openssl.write(beat), 3))
    })
}

fn trickling(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        let flight = talk::hear_hello(line)?;
        line.send(&flight.bytes())?;
        let mut openssl = OpenSsl::affected();
        talk::hear_beats(line, |line, beat| {
            for piece in openssl.write(beat).chunks(PIECE) {
                line.send(piece)?;
                line.pause(BETWEEN)?;
            }
            Ok(())
        })
    })
}

fn slow_affected(ip: IpAddr) -> Result<Running, LabError> {
    slow(ip, OpenSsl::affected)
}

fn slow_patched(ip: IpAddr) -> Result<Running, LabError> {
    slow(ip, OpenSsl::patched)
}

fn slow(ip: IpAddr, stack: fn() -> OpenSsl) -> Result<Running, LabError> {
    serve(ip, move |line| {
        let flight = talk::hear_hello(line)?;
        line.send(&flight.bytes())?;
        let mut openssl = stack();
        talk::hear_beats(line, |line, beat| {
            let answer = openssl.write(beat);
            if !answer.is_empty() {
                line.pause(SLOW)?;
            }
            line.send(&answer)
        })
    })
}
