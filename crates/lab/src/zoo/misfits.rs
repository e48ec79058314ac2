//! ServerHellos that choose what was not offered: however much comes with them, nothing is negotiated.

use std::net::IpAddr;

use super::flight::{Flight, message};
use super::hello;
use super::line::{Ended, Line};
use super::peer::{Attempt, BadPeer, Expectation, Transport};
use super::record::{self, HANDSHAKE};
use super::running::{Running, serve};
use super::talk;
use crate::LabError;

const CERTIFICATE: u8 = 11;
const SUPPORTED_VERSIONS: u16 = 43;
const KEY_SHARE: u16 = 51;

/// Kept for private use, so that nobody offers it.
const PRIVATE_SUITE: u16 = 0xff22;
const ECDHE_RSA_AES_128_GCM: u16 = 0xc02f;
const AES_128_GCM: u16 = 0x1301;
const SECP384R1: u16 = 0x0018;
const BRAINPOOL: u16 = 0x001a;

/// The random of a HelloRetryRequest (RFC 8446 section 4.1.3).
const RETRY: [u8; 32] = *b"\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91\
                           \xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c";

const NOTHING_NEGOTIATED: Expectation = Expectation {
    verdicts: &["inconclusive"],
    attempt: Attempt::Broken,
    why: "its ServerHello is no answer to the hello, so that nothing it says or leaves out clears it",
};

/// Each of them; a scan with all checks clears none of anything.
pub const MISFITS: &[BadPeer] = &[
    PRIVATE,
    ALWAYS_THE_SAME,
    ENDLESS_CERTIFICATE,
    ENDLESS_PIECES,
    EMPTY_PIECES,
    RETRIES,
    UNASKED_SHARE,
];

/// A suite that nobody offers.
pub(crate) const PRIVATE: BadPeer = BadPeer {
    name: "suite-never-offered",
    about: "chooses a suite for private use, and answers soundly otherwise",
    transport: Transport::Tcp,
    start: |ip| serve(ip, |line| flight_with(line, PRIVATE_SUITE)),
    expect: NOTHING_NEGOTIATED,
};

/// One suite, whatever is offered.
pub(crate) const ALWAYS_THE_SAME: BadPeer = BadPeer {
    name: "suite-always-the-same",
    about: "chooses the same suite each time, whether or not it is offered, and answers soundly otherwise",
    transport: Transport::Tcp,
    start: |ip| serve(ip, |line| flight_with(line, ECDHE_RSA_AES_128_GCM)),
    expect: NOTHING_NEGOTIATED,
};

/// The same with a certificate of 16 MiB that never ends.
pub(crate) const ENDLESS_CERTIFICATE: BadPeer = BadPeer {
    name: "suite-always-the-same-endless-certificate",
    about: "chooses the same suite each time, then sends one Certificate message without end",
    transport: Transport::Tcp,
    start: |ip| endless(ip, &[0; 16_000]),
    expect: NOTHING_NEGOTIATED,
};

/// The same, a byte a record.
pub(crate) const ENDLESS_PIECES: BadPeer = BadPeer {
    name: "suite-always-the-same-endless-pieces",
    about: "chooses the same suite each time, then sends one Certificate message without end, a byte a record",
    transport: Transport::Tcp,
    start: |ip| endless(ip, &[0]),
    expect: NOTHING_NEGOTIATED,
};

/// The same, no byte a record.
pub(crate) const EMPTY_PIECES: BadPeer = BadPeer {
    name: "suite-always-the-same-empty-records",
    about: "chooses the same suite each time, then sends empty records without end",
    transport: Transport::Tcp,
    start: |ip| endless(ip, &[]),
    expect: NOTHING_NEGOTIATED,
};

/// HelloRetryRequests only.
pub(crate) const RETRIES: BadPeer = BadPeer {
    name: "retries-without-end",
    about: "answers every hello, older ones too, with a HelloRetryRequest for the same group",
    transport: Transport::Tcp,
    start: |ip| serve(ip, |line| modern(line, RETRY, &SECP384R1.to_be_bytes())),
    expect: NOTHING_NEGOTIATED,
};

/// A share of a group that it was sent none of.
pub(crate) const UNASKED_SHARE: BadPeer = BadPeer {
    name: "share-never-sent",
    about: "answers every hello in TLS 1.3 with a share of a group that it was sent no share of",
    transport: Transport::Tcp,
    start: |ip| {
        serve(ip, |line| {
            let share = [&BRAINPOOL.to_be_bytes()[..], &[0, 65], &[4; 65]].concat();
            modern(line, [7; 32], &share)
        })
    },
    expect: NOTHING_NEGOTIATED,
};

fn flight_with(line: &mut Line, suite: u16) -> Result<(), Ended> {
    let hello = hello::read(line)?;
    line.send(&flight(&hello, suite).bytes())?;
    talk::close(line)
}

fn endless(ip: IpAddr, piece: &'static [u8]) -> Result<Running, LabError> {
    serve(ip, move |line| {
        let hello = hello::read(line)?;
        let flight = flight(&hello, ECDHE_RSA_AES_128_GCM);
        line.send(&flight.in_records(&message(2, &flight.server_hello())))?;
        line.send(&flight.in_records(&[CERTIFICATE, 0xff, 0xff, 0xff]))?;
        let pieces = record::record(HANDSHAKE, flight.version, piece).repeat(200);
        loop {
            line.send(&pieces)?;
        }
    })
}

fn flight(hello: &hello::ClientHello, suite: u16) -> Flight {
    Flight {
        version: hello.version.min(0x0303),
        suite,
        extensions: vec![(super::flight::RENEGOTIATION_EXTENSION, vec![0])],
        demands_certificate: false,
        certificate: super::flight::junk_certificate(""),
    }
}

/// A ServerHello of TLS 1.3 by hand.
fn modern(line: &mut Line, random: [u8; 32], share: &[u8]) -> Result<(), Ended> {
    hello::read(line)?;
    let mut extensions = Vec::new();
    for (kind, body) in [(SUPPORTED_VERSIONS, &[3, 4][..]), (KEY_SHARE, share)] {
        extensions.extend(kind.to_be_bytes());
        extensions.extend(record::length16(body.len()));
        extensions.extend(body);
    }
    let body = [
        &[3, 3],
        &random[..],
        &[0],
        &AES_128_GCM.to_be_bytes(),
        &[0],
        &record::length16(extensions.len()),
        &extensions,
    ]
    .concat();
    line.send(&record::record(HANDSHAKE, 0x0303, &message(2, &body)))?;
    talk::close(line)
}
