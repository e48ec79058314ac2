//! Peers that make a client wait: one that never speaks, and one that speaks a byte a second.

use std::net::IpAddr;
use std::time::Duration;

use super::line::{Ended, Line};
use super::peer::{Attempt, BadPeer, Expectation, Transport};
use super::running::{Running, serve};
use super::talk;
use crate::LabError;

/// Accepts and never writes.
pub(crate) const TARPIT: BadPeer = BadPeer {
    name: "tarpit",
    about: "accepts the connection and never writes a byte",
    transport: Transport::Tcp,
    start: tarpit,
    expect: Expectation {
        verdicts: &["inconclusive"],
        attempt: Attempt::Broken,
        why: "nothing was heard, so nothing is known",
    },
};

/// A valid flight, one byte a second.
pub(crate) const ONE_BYTE_A_SECOND: BadPeer = BadPeer {
    name: "one-byte-a-second",
    about: "sends a valid ServerHello flight, one byte a second",
    transport: Transport::Tcp,
    start: one_byte_a_second,
    expect: Expectation {
        verdicts: &["inconclusive"],
        attempt: Attempt::Broken,
        why: "the flight takes eleven minutes; every single read succeeds, so only a deadline for the whole ends it",
    },
};

fn tarpit(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, Line::wait_for_end)
}

fn one_byte_a_second(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| -> Result<(), Ended> {
        let flight = talk::hear_hello(line)?;
        for byte in flight.bytes() {
            line.send(&[byte])?;
            line.pause(Duration::from_secs(1))?;
        }
        line.wait_for_end()
    })
}
