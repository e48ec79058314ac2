//! Records without a body, without end.

use std::net::IpAddr;

use super::peer::{Attempt, BadPeer, Expectation, Transport};
use super::record::{self, HANDSHAKE};
use super::running::{Running, serve};
use super::talk;
use crate::LabError;

/// Empty handshake records without end.
pub(crate) const FLOOD: BadPeer = BadPeer {
    name: "empty-record-flood",
    about: "answers the hello with handshake records of zero length, without end",
    transport: Transport::Tcp,
    start: flood,
    expect: Expectation {
        verdicts: &["inconclusive"],
        attempt: Attempt::Broken,
        why: "records arrive but the handshake never moves; a count of bytes of body alone would never stop it",
    },
};

fn flood(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        let flight = talk::hear_hello(line)?;
        let many = record::record(HANDSHAKE, flight.version, &[]).repeat(200);
        loop {
            line.send(&many)?;
        }
    })
}
