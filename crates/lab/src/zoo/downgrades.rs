//! Servers that show one face to a new hello and another to an old one.

use std::net::IpAddr;

use super::flight::{self, Flight, RENEGOTIATION_EXTENSION};
use super::peer::{Attempt, BadPeer, Expectation, Transport};
use super::record;
use super::running::{Running, serve};
use super::talk;
use crate::LabError;

const TLS_1_2: u16 = 0x0303;
const SUPPORTED_VERSIONS: u16 = 43;
const TLS_1_3_SUITE: u16 = 0x1301;
const WARNING: u8 = 1;
const FATAL: u8 = 2;
const CLOSE_NOTIFY: u8 = 0;
const HANDSHAKE_FAILURE: u8 = 40;

/// Clean in TLS 1.2; below it offers heartbeats and says goodbye.
pub(crate) const GOODBYE_IN_OLDER: BadPeer = BadPeer {
    name: "goodbye-after-an-older-offer",
    about: "offers no heartbeats in TLS 1.2; in older versions it offers them and says goodbye (close_notify) at once",
    transport: Transport::Tcp,
    start: goodbye_in_older,
    expect: Expectation {
        verdicts: &["inconclusive"],
        attempt: Attempt::Broken,
        why: "heartbeats are offered in a version that it speaks, and could not be asked for",
    },
};

/// Refuses every hello but that of TLS 1.3, and answers that one in TLS 1.2.
pub(crate) const TLS13_ANSWERED_BELOW: BadPeer = BadPeer {
    name: "tls13-hello-answered-in-tls12",
    about: "refuses every hello that offers heartbeats; answers the TLS 1.3 hello, which does not, in TLS 1.2",
    transport: Transport::Tcp,
    start: tls13_answered_below,
    expect: Expectation {
        verdicts: &["inconclusive"],
        attempt: Attempt::Broken,
        why: "that it does not offer what nobody asked for says nothing",
    },
};

fn goodbye_in_older(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        let (hello, flight) = talk::hear_plain_hello(line)?;
        if flight.version == TLS_1_2 {
            line.send(&flight.bytes())?;
            return line.wait_for_end();
        }
        let flight = flight.with_heartbeats(&hello);
        let mut bytes = flight.in_records(&flight::message(2, &flight.server_hello()));
        bytes.extend(record::alert(flight.version, WARNING, CLOSE_NOTIFY));
        line.send(&bytes)?;
        talk::close(line)
    })
}

fn tls13_answered_below(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        let hello = super::hello::read(line)?;
        if !hello.offers(SUPPORTED_VERSIONS) {
            line.send(&record::alert(hello.version, FATAL, HANDSHAKE_FAILURE))?;
            return talk::close(line);
        }
        let flight = Flight {
            version: TLS_1_2,
            suite: TLS_1_3_SUITE,
            extensions: vec![(RENEGOTIATION_EXTENSION, vec![0])],
            demands_certificate: false,
            certificate: flight::junk_certificate(""),
        };
        line.send(&flight.bytes())?;
        line.wait_for_end()
    })
}
