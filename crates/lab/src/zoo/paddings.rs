//! Servers whose answers carry the right payload and a padding that misleads.

use std::net::IpAddr;

use super::beat::{self, PADDING};
use super::noise::Noise;
use super::peer::{Attempt, BadPeer, Expectation, Transport};
use super::record::{self, HEARTBEAT};
use super::running::{Running, serve};
use super::talk;
use super::write_buffer::WriteBuffer;
use crate::LabError;

/// More padding than any known stack puts behind an answer.
const MUCH: usize = 300;

/// Patched, and generous with padding.
pub(crate) const OVERPADDED: BadPeer = BadPeer {
    name: "overpadded-echo",
    about: "drops a heartbeat with short padding and echoes a proper one with 300 bytes of padding behind it",
    transport: Transport::Tcp,
    start: overpadded,
    expect: Expectation {
        verdicts: &["inconclusive", "not_affected"],
        attempt: Attempt::Completed,
        why: "RFC 6520 sets no upper bound for padding, so long padding accuses nobody",
    },
};

/// OpenSSL where its random numbers fail, as on some small devices.
pub(crate) const ZEROS_OF_OPENSSL: BadPeer = BadPeer {
    name: "openssl-affected-without-randomness",
    about: "an affected OpenSSL whose padding is zeros, for want of random numbers; extensions in OpenSSL's order",
    transport: Transport::Tcp,
    start: zeros_of_openssl,
    expect: Expectation {
        verdicts: &["affected"],
        attempt: Attempt::Completed,
        why: "zeros alone do not make it Botan: the order of its extensions is OpenSSL's",
    },
};

fn overpadded(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        let flight = talk::hear_hello(line)?;
        line.send(&flight.bytes())?;
        let mut noise = Noise::new(300);
        talk::hear_beats(line, |line, beat| match beat.payload() {
            Some(payload) if beat.is_proper() => {
                let answer = beat::response(payload, &noise.bytes(MUCH));
                line.send(&record::record(HEARTBEAT, beat.version, &answer))
            }
            _ => Ok(()),
        })
    })
}

fn zeros_of_openssl(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        let flight = talk::hear_hello(line)?;
        line.send(&flight.bytes())?;
        let mut buffer = WriteBuffer::default();
        talk::hear_beats(line, |line, beat| {
            let answer = beat::response(beat.payload().unwrap_or_default(), &[0; PADDING]);
            line.send(&buffer.write(&record::record(HEARTBEAT, beat.version, &answer)))
        })
    })
}
