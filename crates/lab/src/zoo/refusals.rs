//! A server that offers heartbeats and ends the connection at the first one.

use std::net::IpAddr;

use super::peer::{Attempt, BadPeer, Expectation, Transport};
use super::record;
use super::running::{Running, serve};
use super::talk;
use crate::LabError;

const FATAL: u8 = 2;
const UNEXPECTED_MESSAGE: u8 = 10;

/// A fatal alert for a heartbeat.
pub(crate) const ALERT_ON_HEARTBEAT: BadPeer = BadPeer {
    name: "alert-on-heartbeat",
    about: "offers heartbeats, answers the first one with a fatal unexpected_message alert and closes",
    transport: Transport::Tcp,
    start: alert_on_heartbeat,
    expect: Expectation {
        verdicts: &["not_affected", "inconclusive"],
        attempt: Attempt::Either,
        why: "an affected OpenSSL would have echoed, but no control was ever answered either",
    },
};

fn alert_on_heartbeat(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        let flight = talk::hear_hello(line)?;
        line.send(&flight.bytes())?;
        talk::hear_beats(line, |line, beat| {
            line.send(&record::alert(beat.version, FATAL, UNEXPECTED_MESSAGE))?;
            talk::close(line)
        })
    })
}
