//! A scripted DTLS server: a cookie, a flight, heartbeats, each client by itself.

use std::collections::HashMap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;

use super::dtls::{self, Sender, Word};
use super::flight::Flight;
use super::hello::ClientHello;
use super::log::Log;
use super::openssl::OpenSsl;
use super::record::{HANDSHAKE, HEARTBEAT};

const COOKIE: &[u8] = b"holter-lab-cookie";
const DTLS_1_0: u16 = 0xfeff;
const HELLO_VERIFY_REQUEST: u8 = 3;

/// How a scripted DTLS server differs from an orderly one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Habit {
    /// How many datagrams of each client are lost at first.
    pub(crate) lost: usize,
    /// Whether it answers at all.
    pub(crate) answers: bool,
    /// The largest handshake fragment.
    pub(crate) fragment: usize,
    /// Whether the flight comes last datagram first.
    pub(crate) reversed: bool,
    /// What answers the heartbeats.
    pub(crate) stack: fn() -> OpenSsl,
}

/// Serves every client, by its source address, until the guard drops.
pub(crate) fn run(socket: &UdpSocket, log: &Arc<Log>, habit: Habit) {
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

/// What the peer knows of one client, by its source address.
#[derive(Debug)]
struct Client {
    number: usize,
    heard: usize,
    sender: Sender,
    openssl: OpenSsl,
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
