//! A valid flight in the smallest possible parts: one byte a record, and one byte a TCP segment.

use std::net::IpAddr;

use super::openssl::OpenSsl;
use super::peer::{Attempt, BadPeer, Expectation, Transport};
use super::record::{self, HANDSHAKE};
use super::running::{Running, serve};
use super::talk;
use crate::LabError;

/// Each handshake byte in a record of its own; affected.
pub(crate) const ONE_BYTE_RECORDS: BadPeer = BadPeer {
    name: "one-byte-records",
    about: "each byte of its flight comes in a TLS record of its own; then it is an affected OpenSSL",
    transport: Transport::Tcp,
    start: one_byte_records,
    expect: Expectation {
        verdicts: &["affected"],
        attempt: Attempt::Completed,
        why: "messages may be cut anywhere by records (RFC 5246 section 6.2.1), so this is a valid affected server",
    },
};

/// So much of an answer travels byte by byte.
const CRUMBS: usize = 512;

/// Each byte in a write of its own; patched.
pub(crate) const ONE_BYTE_WRITES: BadPeer = BadPeer {
    name: "one-byte-writes",
    about: "each byte that it ever sends comes in a TCP segment of its own; it is a patched OpenSSL",
    transport: Transport::Tcp,
    start: one_byte_writes,
    expect: Expectation {
        verdicts: &["not_affected"],
        attempt: Attempt::Completed,
        why: "the probe is dropped and the control is answered, only slowly; a reader that loses its place \
              finds a heartbeat in the middle of a record",
    },
};

fn one_byte_records(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        let flight = talk::hear_hello(line)?;
        let mut bytes = Vec::new();
        for byte in flight.stream() {
            bytes.extend(record::record(HANDSHAKE, flight.version, &[byte]));
        }
        line.send(&bytes)?;
        let mut openssl = OpenSsl::affected();
        talk::hear_beats(line, |line, beat| line.send(&openssl.write(beat)))
    })
}

fn one_byte_writes(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        let flight = talk::hear_hello(line)?;
        line.send_in_pieces(&flight.bytes(), 1)?;
        let mut openssl = OpenSsl::patched();
        talk::hear_beats(line, |line, beat| {
            // The rest of a long answer shows nothing more, and takes a busy machine ten seconds.
            let answer = openssl.write(beat);
            let (begin, rest) = answer.split_at(answer.len().min(CRUMBS));
            line.send_in_pieces(begin, 1)?;
            line.send(rest)
        })
    })
}
