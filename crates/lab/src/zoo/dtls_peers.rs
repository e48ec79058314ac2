//! Bad peers over UDP: lost, silent, and out of order.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;

use super::dtls::{self, Sender, Word};
use super::flight::Flight;
use super::hello::ClientHello;
use super::log::Log;
use super::openssl::OpenSsl;
use super::peer::{Attempt, BadPeer, Expectation, Transport};
use super::record::{HANDSHAKE, HEARTBEAT};
use super::running::{Running, serve_datagrams};
use crate::LabError;

const COOKIE: &[u8] = b"holter-lab-cookie";
const DTLS_1_0: u16 = 0xfeff;
const HELLO_VERIFY_REQUEST: u8 = 3;

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

#[derive(Debug, Clone, Copy)]
struct Habit {
    lost: usize,
    answers: bool,
    fragment: usize,
    reversed: bool,
    stack: fn() -> OpenSsl,
}

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

/// What the peer knows of one client, by its source address.
#[derive(Debug)]
struct Client {
    number: usize,
    heard: usize,
    sender: Sender,
    openssl: OpenSsl,
}

fn run(socket: &UdpSocket, log: &Arc<Log>, habit: Habit) {
    let mut clients: HashMap<SocketAddr, Client> = HashMap::new();
    let mut buffer = vec![0; 65_536];
    while !log.has_ended() {
        let Ok((count, from)) = socket.recv_from(&mut buffer) else {
            continue;
        };
        let client = clients.entry(from).or_insert_with(|| Client {
            number: log.arrive(),
            heard: 0,
            sender: Sender::default(),
            openssl: (habit.stack)().without_buffer(),
        });
        let datagram = buffer.get(..count).unwrap_or_default();
        log.hear(client.number, datagram);
        client.heard += 1;
        if !habit.answers || client.heard <= habit.lost {
            continue;
        }
        for word in dtls::words(datagram) {
            for answer in answer(client, &word, habit) {
                let _ = socket.send_to(&answer, from);
            }
        }
    }
}

fn answer(client: &mut Client, word: &Word, habit: Habit) -> Vec<Vec<u8>> {
    match word {
        Word::Hello(hello) if hello.cookie == COOKIE => flight(client, hello, habit),
        Word::Hello(_) => {
            let [major, minor] = DTLS_1_0.to_be_bytes();
            let length = u8::try_from(COOKIE.len()).unwrap_or_default();
            let body = [&[major, minor, length], COOKIE].concat();
            let parts = dtls::fragments(HELLO_VERIFY_REQUEST, 0, &body, body.len());
            parts
                .iter()
                .map(|part| client.sender.record(HANDSHAKE, DTLS_1_0, part))
                .collect()
        }
        Word::Beat(beat) => {
            let answer = client.openssl.answer(beat);
            answer
                .iter()
                .map(|body| client.sender.record(HEARTBEAT, beat.version, body))
                .collect()
        }
    }
}

/// The flight, and the same again for each hello that is sent again.
fn flight(client: &mut Client, hello: &ClientHello, habit: Habit) -> Vec<Vec<u8>> {
    let Some(flight) = Flight::answer(hello).map(|flight| flight.with_heartbeats(hello)) else {
        return Vec::new();
    };
    let mut parts = Vec::new();
    for ((kind, body), number) in flight.messages().iter().zip(1..) {
        parts.extend(dtls::fragments(*kind, number, body, habit.fragment));
    }
    let mut datagrams: Vec<_> = parts
        .iter()
        .map(|part| client.sender.record(HANDSHAKE, flight.version, part))
        .collect();
    if habit.reversed {
        datagrams.reverse();
    }
    datagrams
}
