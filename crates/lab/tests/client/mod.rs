//! A client for the tests of scripted peers: raw bytes over TCP, and no wait without a bound.

#![allow(dead_code, reason = "each test file uses a part")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use holter_lab::zoo::{self, Running};

/// Far more than any peer needs; reaching it fails the test.
pub(crate) const BOUND: Duration = Duration::from_secs(120);

pub(crate) const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

pub(crate) struct Client(pub(crate) TcpStream);

pub(crate) fn start(name: &str) -> Running {
    (zoo::named(name).unwrap().start)(LOOPBACK).unwrap()
}

/// Waits until a fact holds, and fails at the bound.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < BOUND, "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(BOUND)).unwrap();
        stream.set_write_timeout(Some(BOUND)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(stream)
    }

    /// Connects, says hello and reads the flight: its handshake messages, type and body.
    pub(crate) fn shake(address: SocketAddr) -> (Self, Vec<(u8, Vec<u8>)>) {
        let mut client = Self::connect(address);
        client.send(&hello());
        let flight = client.flight();
        (client, flight)
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.0.read_exact(&mut bytes).unwrap();
        bytes
    }

    pub(crate) fn record(&mut self) -> (u8, Vec<u8>) {
        let header = self.bytes(5);
        let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
        (header[0], self.bytes(length))
    }

    pub(crate) fn flight(&mut self) -> Vec<(u8, Vec<u8>)> {
        let mut stream = Vec::new();
        loop {
            let (kind, body) = self.record();
            assert_eq!(kind, 22);
            stream.extend(body);
            let messages = messages(&stream);
            if messages.last().is_some_and(|(kind, _)| *kind == 14) {
                return messages;
            }
        }
    }

    /// The next heartbeat's message: type, claimed length, the rest.
    pub(crate) fn beat(&mut self) -> (u8, usize, Vec<u8>) {
        let (kind, body) = self.record();
        assert_eq!(kind, 24);
        (
            body[0],
            usize::from(u16::from_be_bytes([body[1], body[2]])),
            body[3..].to_vec(),
        )
    }

    /// Everything until the orderly end.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.0.read_to_end(&mut bytes).unwrap();
        bytes
    }

    /// Says goodbye; everything that was still on the way.
    pub(crate) fn leave(&mut self) -> Vec<u8> {
        self.send(&[21, 3, 3, 0, 2, 1, 0]);
        self.rest()
    }
}

/// A TLS 1.2 ClientHello with one RSA suite, heartbeats and tickets.
pub(crate) fn hello() -> Vec<u8> {
    let body = [&[3, 3][..], &[7; 32], &hello_after_session()].concat();
    record(22, &[&[1, 0, 0, body.len() as u8][..], &body].concat())
}

/// What follows the session id, over TCP; a datagram hello has a cookie between.
pub(crate) fn hello_after_session() -> Vec<u8> {
    [&[0][..], &hello_suites()].concat()
}

pub(crate) fn hello_suites() -> Vec<u8> {
    let extensions = [&[0, 35, 0, 0][..], &[0, 15, 0, 1, 1], &[0xff, 1, 0, 1, 0]].concat();
    [
        &[0, 4, 0xc0, 0x2f, 0, 0x2f, 1, 0, 0, extensions.len() as u8][..],
        &extensions,
    ]
    .concat()
}

pub(crate) fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    let [high, low] = (body.len() as u16).to_be_bytes();
    [&[kind, 3, 3, high, low], body].concat()
}

/// A heartbeat request that claims `claimed` bytes and brings `payload` and `padding` more.
pub(crate) fn request(claimed: usize, payload: &[u8], padding: usize) -> Vec<u8> {
    let [high, low] = (claimed as u16).to_be_bytes();
    [&[1, high, low], payload, &vec![0xee; padding]].concat()
}

/// The same in a record.
pub(crate) fn ask(payload: &[u8], padding: usize) -> Vec<u8> {
    record(24, &request(payload.len(), payload, padding))
}

/// The extensions of a ServerHello, by type.
pub(crate) fn extensions(server_hello: &[u8]) -> Vec<u16> {
    let mut rest = &server_hello[2 + 32 + 1 + 2 + 1 + 2..];
    let mut found = Vec::new();
    while let [a, b, c, d, after @ ..] = rest {
        found.push(u16::from_be_bytes([*a, *b]));
        rest = &after[usize::from(u16::from_be_bytes([*c, *d]))..];
    }
    found
}

/// Whether any of the zoo's secret is in these bytes.
pub(crate) fn is_leak(bytes: &[u8]) -> bool {
    bytes
        .windows(zoo::SECRET.len())
        .any(|window| window == zoo::SECRET.as_bytes())
}

fn messages(mut stream: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut messages = Vec::new();
    while let [kind, a, b, c, rest @ ..] = stream {
        let length = u32::from_be_bytes([0, *a, *b, *c]) as usize;
        if rest.len() < length {
            break;
        }
        messages.push((*kind, rest[..length].to_vec()));
        stream = &rest[length..];
    }
    messages
}
