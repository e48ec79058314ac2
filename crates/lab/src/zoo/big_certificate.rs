//! A Certificate message as long as the protocol allows.

use std::net::IpAddr;

use super::flight;
use super::peer::{Attempt, BadPeer, Expectation, Transport};
use super::running::{Running, serve};
use super::talk;
use crate::LabError;

const LONGEST_MESSAGE: usize = (1 << 24) - 1;

/// 16 MiB less one byte of certificates.
pub(crate) const SIXTEEN_MEBIBYTES: BadPeer = BadPeer {
    name: "sixteen-mebibyte-certificate",
    about: "a ServerHello that offers heartbeats, then one Certificate message of 16 MiB less one byte, then silence",
    transport: Transport::Tcp,
    start: sixteen_mebibytes,
    expect: Expectation {
        verdicts: &["inconclusive"],
        attempt: Attempt::Broken,
        why: "no client should take so much in, and ServerHelloDone does not come even to one that does",
    },
};

fn sixteen_mebibytes(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        let flight = talk::hear_hello(line)?;
        line.send(&flight.in_records(&flight::message(2, &flight.server_hello())))?;
        // List length and certificate length take three bytes each.
        let body = flight::certificates(&vec![0x30; LONGEST_MESSAGE - 6]);
        line.send(&flight.in_records(&flight::message(11, &body)))?;
        line.wait_for_end()
    })
}
