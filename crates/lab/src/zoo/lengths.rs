//! Lengths that lie: of a record, and of a handshake message.

use std::net::IpAddr;

use super::line::{Ended, Line};
use super::peer::{Attempt, BadPeer, Expectation, Transport};
use super::running::{Running, serve};
use super::talk;
use crate::LabError;

const LIED_TO: Expectation = Expectation {
    verdicts: &["inconclusive"],
    attempt: Attempt::Broken,
    why: "no ServerHello can be read, so nothing is known; nothing may be allocated by the length alone",
};

/// A record that brings 10 of its 16,384 bytes.
pub(crate) const STALLED_RECORD: BadPeer = BadPeer {
    name: "record-brings-ten-bytes",
    about: "a record header of 16,384 bytes, ten bytes, then silence",
    transport: Transport::Tcp,
    start: stalled_record,
    expect: LIED_TO,
};

/// A record longer than any may be.
pub(crate) const HUGE_RECORD: BadPeer = BadPeer {
    name: "record-length-ffff",
    about: "a record header of 65,535 bytes, more than any record may have, and the bytes too",
    transport: Transport::Tcp,
    start: huge_record,
    expect: LIED_TO,
};

/// A ServerHello that claims 16 MiB.
pub(crate) const LONG_MESSAGE: BadPeer = BadPeer {
    name: "handshake-longer-than-records",
    about: "a ServerHello that claims 16 MiB less one byte in a record of 100 bytes, then silence",
    transport: Transport::Tcp,
    start: long_message,
    expect: LIED_TO,
};

fn stalled_record(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        let flight = talk::hear_hello(line)?;
        let stream = flight.stream();
        send_with_header(line, 0x4000, stream.get(..10).unwrap_or_default())
    })
}

fn huge_record(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        let flight = talk::hear_hello(line)?;
        let mut body = flight.stream();
        body.resize(0xffff, 0);
        send_with_header(line, 0xffff, &body)
    })
}

fn long_message(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        let flight = talk::hear_hello(line)?;
        let mut body = vec![2, 0xff, 0xff, 0xff];
        body.extend(flight.server_hello());
        body.resize(100, 0);
        send_with_header(line, 100, &body)
    })
}

fn send_with_header(line: &mut Line, length: u16, body: &[u8]) -> Result<(), Ended> {
    let [high, low] = length.to_be_bytes();
    line.send(&[22, 3, 3, high, low])?;
    line.send(body)?;
    line.wait_for_end()
}
