//! Bad peers over UDP: lost, silent, and out of order.

use std::net::IpAddr;

use super::dtls_server::{Habit, run};
use super::openssl::OpenSsl;
use super::peer::{Attempt, BadPeer, Expectation, Transport};
use super::running::{Running, serve_datagrams};
use crate::LabError;

/// Loses the first datagram of each client.
pub(crate) const DROPS_FIRST: BadPeer = BadPeer {
    name: "dtls-drops-first",
    about: "loses the first datagram of each client; then it is a patched OpenSSL over DTLS",
    transport: Transport::Udp,
    start: drops_first,
    expect: Expectation {
        verdicts: &["not_affected"],
        attempt: Attempt::Completed,
        why: "a hello that is sent again, from the same port, is answered",
    },
};

/// Never answers.
pub(crate) const SILENT: BadPeer = BadPeer {
    name: "dtls-silent",
    about: "takes datagrams and answers none",
    transport: Transport::Udp,
    start: silent,
    expect: Expectation {
        verdicts: &["inconclusive"],
        attempt: Attempt::Broken,
        why: "silence over UDP is no answer, and not even a sign of life",
    },
};

/// Fragments in reverse order; affected.
pub(crate) const REORDERED_AFFECTED: BadPeer = BadPeer {
    name: "dtls-reordered-affected",
    about: "asks for a cookie, sends its flight in 50-byte fragments, last first; it is an affected OpenSSL",
    transport: Transport::Udp,
    start: reordered_affected,
    expect: Expectation {
        verdicts: &["affected"],
        attempt: Attempt::Completed,
        why: "datagrams may arrive in any order, so this is a valid affected server",
    },
};

/// Fragments in reverse order; patched.
pub(crate) const REORDERED_PATCHED: BadPeer = BadPeer {
    name: "dtls-reordered-patched",
    about: "asks for a cookie, sends its flight in 50-byte fragments, last first; it is a patched OpenSSL",
    transport: Transport::Udp,
    start: reordered_patched,
    expect: Expectation {
        verdicts: &["not_affected"],
        attempt: Attempt::Completed,
        why: "datagrams may arrive in any order, so this is a valid patched server",
    },
};

const ORDERLY: Habit = Habit {
    lost: 0,
    answers: true,
    fragment: 1000,
    reversed: false,
    stack: OpenSsl::patched,
};

fn drops_first(ip: IpAddr) -> Result<Running, LabError> {
    serve_datagrams(ip, |socket, log| run(socket, log, Habit { lost: 1, ..ORDERLY }))
}

fn silent(ip: IpAddr) -> Result<Running, LabError> {
    serve_datagrams(ip, |socket, log| {
        run(
            socket,
            log,
            Habit {
                answers: false,
                ..ORDERLY
            },
        )
    })
}

fn reordered_affected(ip: IpAddr) -> Result<Running, LabError> {
    let habit = Habit {
        fragment: 50,
        reversed: true,
        stack: OpenSsl::affected,
        ..ORDERLY
    };
    serve_datagrams(ip, move |socket, log| run(socket, log, habit))
}

fn reordered_patched(ip: IpAddr) -> Result<Running, LabError> {
    let habit = Habit {
        fragment: 50,
        reversed: true,
        ..ORDERLY
    };
    serve_datagrams(ip, move |socket, log| run(socket, log, habit))
}
