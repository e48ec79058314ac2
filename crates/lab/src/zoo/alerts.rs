//! Warnings without end.

use std::net::IpAddr;

use super::peer::{Attempt, BadPeer, Expectation, Transport};
use super::record;
use super::running::{Running, serve};
use super::talk;
use crate::LabError;

const WARNING: u8 = 1;
const UNRECOGNIZED_NAME: u8 = 112;

/// Warning alerts without end.
pub(crate) const WARNINGS: BadPeer = BadPeer {
    name: "warning-flood",
    about: "answers the hello with unrecognized_name warnings, without end",
    transport: Transport::Tcp,
    start: warnings,
    expect: Expectation {
        verdicts: &["inconclusive"],
        attempt: Attempt::Broken,
        why: "a client goes on after one warning, and must not do so for ever",
    },
};

fn warnings(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        let flight = talk::hear_hello(line)?;
        let many = record::alert(flight.version, WARNING, UNRECOGNIZED_NAME).repeat(200);
        loop {
            line.send(&many)?;
        }
    })
}
