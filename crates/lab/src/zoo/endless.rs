//! Handshakes that never end, though each of their messages is valid.

use std::net::IpAddr;

use super::flight::{self, Flight};
use super::line::{Ended, Line};
use super::peer::{Attempt, BadPeer, Expectation, Transport};
use super::running::{Running, serve};
use super::talk;
use crate::LabError;

const HELLO_REQUEST: u8 = 0;
const SUPPLEMENTAL_DATA: u8 = 23;

const NEVER_DONE: Expectation = Expectation {
    verdicts: &["inconclusive"],
    attempt: Attempt::Broken,
    why: "ServerHelloDone never comes, so no heartbeat can be asked; a cap on bytes or time ends it",
};

/// HelloRequests after the ServerHello.
pub(crate) const HELLO_REQUESTS: BadPeer = BadPeer {
    name: "endless-hello-requests",
    about: "sends a ServerHello that offers heartbeats, then HelloRequests without end",
    transport: Transport::Tcp,
    start: hello_requests,
    expect: NEVER_DONE,
};

/// Messages with a body after the ServerHello.
pub(crate) const MESSAGES: BadPeer = BadPeer {
    name: "endless-messages",
    about: "sends a ServerHello that offers heartbeats, then SupplementalData messages without end",
    transport: Transport::Tcp,
    start: messages,
    expect: NEVER_DONE,
};

fn hello_requests(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| endless(line, &flight::message(HELLO_REQUEST, &[])))
}

fn messages(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        endless(line, &flight::message(SUPPLEMENTAL_DATA, &[0; 1000]))
    })
}

fn endless(line: &mut Line, message: &[u8]) -> Result<(), Ended> {
    let flight: Flight = talk::hear_hello(line)?;
    line.send(&flight.in_records(&flight::message(2, &flight.server_hello())))?;
    let record = flight.in_records(message);
    loop {
        line.send(&record)?;
    }
}
