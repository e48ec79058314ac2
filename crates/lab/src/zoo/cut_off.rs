//! Connections that end in the middle of the handshake, by a reset and by an orderly close.

use std::net::IpAddr;

use super::flight;
use super::line::{Ended, Line};
use super::peer::{Attempt, BadPeer, Expectation, Transport};
use super::running::{Running, serve};
use super::talk;
use crate::LabError;

const CUT: Expectation = Expectation {
    verdicts: &["inconclusive"],
    attempt: Attempt::Broken,
    why: "heartbeats were offered and could not be asked for",
};

/// RST after the ServerHello.
pub(crate) const RESET: BadPeer = BadPeer {
    name: "reset-in-mid-handshake",
    about: "resets the connection after a ServerHello that offers heartbeats",
    transport: Transport::Tcp,
    start: reset,
    expect: CUT,
};

/// FIN after the ServerHello.
pub(crate) const CLOSE: BadPeer = BadPeer {
    name: "close-in-mid-handshake",
    about: "closes the connection after a ServerHello that offers heartbeats and half a certificate",
    transport: Transport::Tcp,
    start: close,
    expect: CUT,
};

fn reset(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        half(line)?;
        line.reset_on_close();
        Ok(())
    })
}

fn close(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        half(line)?;
        talk::close(line)
    })
}

fn half(line: &mut Line) -> Result<(), Ended> {
    let flight = talk::hear_hello(line)?;
    let mut bytes = flight.in_records(&flight::message(2, &flight.server_hello()));
    let whole = flight.bytes();
    bytes = whole.get(..bytes.len() + 300).unwrap_or(&bytes).to_vec();
    line.send(&bytes)
}
