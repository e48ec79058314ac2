//! ServerHellos that no standard allows.

use std::net::IpAddr;

use super::flight::{self, Flight, HEARTBEAT_EXTENSION};
use super::line::{Ended, Line};
use super::openssl::OpenSsl;
use super::peer::{Attempt, BadPeer, Expectation, Transport};
use super::record::{self, HANDSHAKE};
use super::running::{Running, serve};
use super::talk;
use crate::LabError;

/// A version that does not exist.
pub(crate) const UNKNOWN_VERSION: BadPeer = BadPeer {
    name: "version-0399",
    about: "its ServerHello and records are of version 0x0399; it offers heartbeats and answers none",
    transport: Transport::Tcp,
    start: unknown_version,
    expect: WRONG_VERSION,
};

/// A version higher than the client's.
pub(crate) const HIGHER_VERSION: BadPeer = BadPeer {
    name: "version-never-offered",
    about: "its ServerHello is one version above the client's highest; it offers heartbeats and answers none",
    transport: Transport::Tcp,
    start: higher_version,
    expect: WRONG_VERSION,
};

/// An extension block that is cut off.
pub(crate) const TRUNCATED_EXTENSIONS: BadPeer = BadPeer {
    name: "truncated-extensions",
    about: "its ServerHello ends in the middle of the heartbeat extension; it answers no heartbeat",
    transport: Transport::Tcp,
    start: truncated_extensions,
    expect: Expectation {
        verdicts: &["inconclusive"],
        attempt: Attempt::Either,
        why: "whether heartbeats are offered cannot be read: that is neither an offer nor its absence",
    },
};

/// The heartbeat extension twice.
pub(crate) const DUPLICATE_EXTENSION: BadPeer = BadPeer {
    name: "duplicate-heartbeat-extension",
    about: "its ServerHello has the heartbeat extension twice; it is an affected OpenSSL",
    transport: Transport::Tcp,
    start: duplicate_extension,
    expect: Expectation {
        verdicts: &["affected", "inconclusive"],
        attempt: Attempt::Either,
        why: "a lenient client finds it affected, a strict one stops; only 'not affected' would be wrong",
    },
};

const WRONG_VERSION: Expectation = Expectation {
    verdicts: &["inconclusive"],
    attempt: Attempt::Either,
    why: "heartbeats are offered in a handshake that cannot be trusted, and none is answered",
};

fn unknown_version(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        let mut flight = talk::hear_hello(line)?;
        flight.version = 0x0399;
        send_and_ignore(line, &flight.bytes())
    })
}

fn higher_version(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        let (hello, mut flight) = talk::hear_plain_hello(line)?;
        flight = flight.with_heartbeats(&hello);
        flight.version = hello.version.saturating_add(1);
        send_and_ignore(line, &flight.bytes())
    })
}

fn truncated_extensions(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        let flight = talk::hear_hello(line)?;
        // The block claims five bytes and the extension one, but the message ends before that one.
        let [high, low] = HEARTBEAT_EXTENSION.to_be_bytes();
        let hello = flight.server_hello_with(&[high, low, 0, 1], 5);
        let mut bytes = record::record(HANDSHAKE, flight.version, &flight::message(2, &hello));
        bytes.extend(after_server_hello(&flight));
        send_and_ignore(line, &bytes)
    })
}

fn duplicate_extension(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        let mut flight = talk::hear_hello(line)?;
        // Heartbeats come last, if at all.
        flight.extensions.extend(
            flight
                .extensions
                .last()
                .cloned()
                .filter(|last| last.0 == HEARTBEAT_EXTENSION),
        );
        line.send(&flight.bytes())?;
        let mut openssl = OpenSsl::affected();
        talk::hear_beats(line, |line, beat| line.send(&openssl.write(beat)))
    })
}

fn after_server_hello(flight: &Flight) -> Vec<u8> {
    let messages = flight.messages();
    let rest = messages.iter().skip(1);
    rest.flat_map(|(kind, body)| flight.in_records(&flight::message(*kind, body)))
        .collect()
}

fn send_and_ignore(line: &mut Line, bytes: &[u8]) -> Result<(), Ended> {
    line.send(bytes)?;
    talk::hear_beats(line, |_, _| Ok(()))
}
