//! Servers that demand a client certificate, which a scan usually has not.

use std::net::IpAddr;

use super::line::Ended;
use super::openssl::OpenSsl;
use super::peer::{Attempt, BadPeer, Expectation, Transport};
use super::running::{Running, serve};
use super::talk;
use crate::LabError;

/// Demands a certificate; affected.
pub(crate) const AFFECTED: BadPeer = BadPeer {
    name: "client-certificate-affected",
    about: "demands a client certificate in its flight; it is an affected OpenSSL",
    transport: Transport::Tcp,
    start: affected,
    expect: Expectation {
        verdicts: &["affected"],
        attempt: Attempt::Completed,
        why: "heartbeats are answered before any certificate is shown, to an attacker too",
    },
};

/// Demands a certificate; patched.
pub(crate) const PATCHED: BadPeer = BadPeer {
    name: "client-certificate-patched",
    about: "demands a client certificate in its flight; it is a patched OpenSSL",
    transport: Transport::Tcp,
    start: patched,
    expect: Expectation {
        verdicts: &["not_affected"],
        attempt: Attempt::Completed,
        why: "the control is answered before any certificate is shown",
    },
};

/// Demands a certificate, and says nothing more to anything.
pub(crate) const SILENT: BadPeer = BadPeer {
    name: "client-certificate-silent",
    about: "demands a client certificate in its flight, offers no heartbeats, and is silent to all that follows",
    transport: Transport::Tcp,
    start: silent,
    expect: Expectation {
        verdicts: &["not_affected"],
        attempt: Attempt::Completed,
        why: "it offers no heartbeats; of what comes behind a flight its silence says nothing",
    },
};

fn silent(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        let (_, mut flight) = talk::hear_plain_hello(line)?;
        flight.demands_certificate = true;
        line.send(&flight.bytes())?;
        line.wait_for_end()?;
        Err(Ended)
    })
}

fn affected(ip: IpAddr) -> Result<Running, LabError> {
    demanding(ip, OpenSsl::affected)
}

fn patched(ip: IpAddr) -> Result<Running, LabError> {
    demanding(ip, OpenSsl::patched)
}

fn demanding(ip: IpAddr, stack: fn() -> OpenSsl) -> Result<Running, LabError> {
    serve(ip, move |line| {
        let mut flight = talk::hear_hello(line)?;
        flight.demands_certificate = true;
        line.send(&flight.bytes())?;
        let mut openssl = stack();
        talk::hear_beats(line, |line, beat| line.send(&openssl.write(beat)))
    })
}
