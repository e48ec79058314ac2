//! Servers that offer heartbeats and treat them as one known stack did.

use std::net::IpAddr;

use super::beat::{self, PADDING};
use super::flight::{HEARTBEAT_EXTENSION, TICKET_EXTENSION};
use super::noise::Noise;
use super::openssl::OpenSsl;
use super::peer::{Attempt, BadPeer, Expectation, Transport};
use super::record::{self, HEARTBEAT};
use super::running::{Running, serve};
use super::talk;
use crate::LabError;

/// OpenSSL 1.0.1 to 1.0.1f.
pub(crate) const AFFECTED: BadPeer = BadPeer {
    name: "openssl-affected",
    about: "echoes every heartbeat as OpenSSL 1.0.1f does, from memory that holds a secret",
    transport: Transport::Tcp,
    start: affected,
    expect: Expectation {
        verdicts: &["affected"],
        attempt: Attempt::Completed,
        why: "short padding is echoed with random padding behind it",
    },
};

/// OpenSSL 1.0.1g and later.
pub(crate) const PATCHED: BadPeer = BadPeer {
    name: "openssl-patched",
    about: "drops a heartbeat with short padding and echoes a proper one, as OpenSSL 1.0.1g does",
    transport: Transport::Tcp,
    start: patched,
    expect: Expectation {
        verdicts: &["not_affected"],
        attempt: Attempt::Completed,
        why: "the probe is dropped and the control is answered",
    },
};

/// Offers heartbeats and never answers one.
pub(crate) const INERT: BadPeer = BadPeer {
    name: "heartbeat-inert",
    about: "offers heartbeats and answers none",
    transport: Transport::Tcp,
    start: inert,
    expect: Expectation {
        verdicts: &["inconclusive"],
        attempt: Attempt::Completed,
        why: "silence on the probe means nothing where the control is silent too",
    },
};

/// Botan 1.11 before 2015.
pub(crate) const BOTAN: BadPeer = BadPeer {
    name: "botan-1.11",
    about: "echoes short padding within the record's bounds, with sixteen zero bytes behind it; extensions by number",
    transport: Transport::Tcp,
    start: botan,
    expect: Expectation {
        verdicts: &["not_affected", "inconclusive"],
        attempt: Attempt::Completed,
        why: "it never reads beyond the record; OpenSSL's padding is random, so the zeros tell",
    },
};

/// GnuTLS before April 2014.
pub(crate) const GNUTLS: BadPeer = BadPeer {
    name: "gnutls-2014",
    about: "echoes short padding within the record's bounds, at once and with random padding; extensions ff01, 000f, 0023",
    transport: Transport::Tcp,
    start: gnutls,
    expect: Expectation {
        verdicts: &["not_affected", "inconclusive"],
        attempt: Attempt::Completed,
        why: "it never reads beyond the record; the order of its extensions tells, and that small answers come in \
              mid-handshake at once, which OpenSSL's buffer holds back",
    },
};

fn affected(ip: IpAddr) -> Result<Running, LabError> {
    openssl(ip, OpenSsl::affected)
}

fn patched(ip: IpAddr) -> Result<Running, LabError> {
    openssl(ip, OpenSsl::patched)
}

fn openssl(ip: IpAddr, stack: fn() -> OpenSsl) -> Result<Running, LabError> {
    serve(ip, move |line| {
        let flight = talk::hear_hello(line)?;
        line.send(&flight.bytes())?;
        let mut openssl = stack();
        talk::hear_beats(line, |line, beat| line.send(&openssl.write(beat)))
    })
}

fn inert(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        let flight = talk::hear_hello(line)?;
        line.send(&flight.bytes())?;
        talk::hear_beats(line, |_, _| Ok(()))
    })
}

fn botan(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        let (hello, mut flight) = talk::hear_plain_hello(line)?;
        flight = flight.with_heartbeats(&hello);
        // Botan lists its extensions by their numbers.
        flight.extensions.sort_by_key(|(kind, _)| *kind);
        line.send(&flight.bytes())?;
        talk::hear_beats(line, |line, beat| match beat.payload() {
            Some(payload) => line.send(&record::record(
                HEARTBEAT,
                beat.version,
                &beat::response(payload, &[0; PADDING]),
            )),
            None => Ok(()),
        })
    })
}

fn gnutls(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        let (hello, mut flight) = talk::hear_plain_hello(line)?;
        for (kind, body) in [(HEARTBEAT_EXTENSION, vec![1]), (TICKET_EXTENSION, Vec::new())] {
            if hello.offers(kind) {
                flight.extensions.push((kind, body));
            }
        }
        line.send(&flight.bytes())?;
        let mut noise = Noise::new(2014);
        talk::hear_beats(line, |line, beat| match beat.payload() {
            Some(payload) => {
                let answer = beat::response(payload, &beat::random_padding(&mut noise));
                line.send(&record::record(HEARTBEAT, beat.version, &answer))
            }
            None => Ok(()),
        })
    })
}
