//! A management controller that locks up for ever when it sees a heartbeat, as HP iLO and iLO 2 did in 2014.

use std::net::IpAddr;

use super::flight::{self, Flight, HEARTBEAT_EXTENSION};
use super::line::{Ended, Line};
use super::peer::{Attempt, BadPeer, Expectation, Transport};
use super::record::{self, HEARTBEAT};
use super::running::{Running, serve};
use super::talk;
use crate::LabError;

/// Hangs for ever on a heartbeat that it never offered.
pub(crate) const HANGS: BadPeer = BadPeer {
    name: "controller-that-hangs",
    about: "offers no heartbeats; locks up for every connection, for ever, once it is sent one",
    transport: Transport::Tcp,
    start: hangs,
    expect: Expectation {
        verdicts: &["not_affected"],
        attempt: Attempt::Completed,
        why: "the extension is not offered, so no heartbeat may be sent: the device lives and is not affected",
    },
};

/// Hangs for ever on a heartbeat that it forbade.
pub(crate) const FORBIDS: BadPeer = BadPeer {
    name: "heartbeat-mode-2",
    about: "offers heartbeats in mode 2, peer_not_allowed_to_send; locks up for ever once it is sent one",
    transport: Transport::Tcp,
    start: forbids,
    expect: Expectation {
        verdicts: &["inconclusive"],
        attempt: Attempt::Either,
        why: "the stack has heartbeats but forbids to send one: an attacker would not obey, so it cannot be cleared",
    },
};

/// Offers heartbeats, says by its certificate what it is, and hangs for ever once it is sent one. It is in no roster:
/// who names it is meant to hang it, and who finds it in a range is not.
pub const OFFERS: BadPeer = BadPeer {
    name: "controller-that-offers",
    about: "offers heartbeats under a management controller's certificate; locks up for ever once it is sent one",
    transport: Transport::Tcp,
    start: offers,
    expect: Expectation {
        verdicts: &["inconclusive"],
        attempt: Attempt::Completed,
        why: "nobody named it, so it is left alone as soon as its certificate shows what it is",
    },
};

fn hangs(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        stay_silent_if_hung(line)?;
        let (_, flight) = talk::hear_plain_hello(line)?;
        live_until_heartbeat(line, &flight.bytes())
    })
}

fn forbids(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        stay_silent_if_hung(line)?;
        let (hello, mut flight) = talk::hear_plain_hello(line)?;
        if hello.offers(HEARTBEAT_EXTENSION) {
            flight.extensions.push((HEARTBEAT_EXTENSION, vec![2]));
        }
        live_until_heartbeat(line, &flight.bytes())
    })
}

fn offers(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        stay_silent_if_hung(line)?;
        let flight = Flight {
            certificate: flight::junk_certificate("Default Issuer (Do not trust)"),
            ..talk::hear_hello(line)?
        };
        live_until_heartbeat(line, &flight.bytes())
    })
}

fn live_until_heartbeat(line: &mut Line, flight: &[u8]) -> Result<(), Ended> {
    stay_silent_if_hung(line)?;
    line.send(flight)?;
    loop {
        let record = record::read(line)?;
        if record.kind == HEARTBEAT {
            line.log().hang();
        }
        stay_silent_if_hung(line)?;
        if record.kind == record::ALERT {
            return talk::close(line);
        }
    }
}

/// A hung device still completes TCP handshakes, which is why it looks alive to a port scan.
fn stay_silent_if_hung(line: &mut Line) -> Result<(), Ended> {
    if line.log().is_hung() {
        line.wait_for_end()?;
        return Err(Ended);
    }
    Ok(())
}
