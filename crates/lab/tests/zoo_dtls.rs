//! The bad peers over UDP do what their lines in the roster say, and the lossy proxy loses what it should.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

mod client;

use std::net::{SocketAddr, UdpSocket};

use client::{BOUND, LOOPBACK, hello_suites, request, start, until};
use holter_lab::proxy::loss;

struct Datagrams(UdpSocket);

impl Datagrams {
    fn to(address: SocketAddr) -> Self {
        let socket = UdpSocket::bind((LOOPBACK, 0)).unwrap();
        socket.connect(address).unwrap();
        socket.set_read_timeout(Some(BOUND)).unwrap();
        Self(socket)
    }

    fn send(&self, kind: u8, body: &[u8]) {
        let [high, low] = (body.len() as u16).to_be_bytes();
        let header = [kind, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, high, low];
        self.0.send(&[&header, body].concat()).unwrap();
    }

    fn hello(&self, cookie: &[u8]) {
        let body = [
            &[0xfe, 0xfd][..],
            &[7; 32],
            &[0, cookie.len() as u8],
            cookie,
            &hello_suites(),
        ]
        .concat();
        let length = body.len() as u8;
        self.send(
            22,
            &[&[1, 0, 0, length, 0, 0, 0, 0, 0, 0, 0, length][..], &body].concat(),
        );
    }

    fn hear(&self) -> (u8, Vec<u8>) {
        let mut buffer = vec![0; 65_536];
        let count = self.0.recv(&mut buffer).unwrap();
        (buffer[0], buffer[13..count].to_vec())
    }

    /// The cookie, from the HelloVerifyRequest.
    fn cookie(&self) -> Vec<u8> {
        let (kind, body) = self.hear();
        assert_eq!((kind, body[0]), (22, 3));
        body[12 + 3..].to_vec()
    }

    /// The fragments of the flight: message type and offset, in the order of arrival.
    fn flight(&self) -> Vec<(u8, usize)> {
        let mut missing = 3_usize;
        let mut got = std::collections::HashMap::<u8, usize>::new();
        let mut order = Vec::new();
        while missing > 0 {
            let (kind, body) = self.hear();
            assert_eq!(kind, 22);
            let [length, offset, size] =
                [1, 6, 9].map(|at| u32::from_be_bytes([0, body[at], body[at + 1], body[at + 2]]) as usize);
            order.push((body[0], offset));
            let sum = got.entry(body[0]).or_default();
            *sum += size;
            if *sum == length {
                missing -= 1;
            }
        }
        order
    }
}

#[test]
fn the_silent_one_counts_and_keeps_but_does_not_answer() {
    let running = start("dtls-silent");
    let client = Datagrams::to(running.address);
    client.hello(&[]);
    until("heard", || {
        running.contacts() == 1 && running.received().first() == Some(&22)
    });
    client.0.set_nonblocking(true).unwrap();
    assert!(client.0.recv(&mut [0; 10]).is_err());
}

#[test]
fn the_first_datagram_is_lost_and_the_second_is_answered() {
    let running = start("dtls-drops-first");
    let client = Datagrams::to(running.address);
    client.hello(&[]);
    client.hello(&[]);
    let cookie = client.cookie();
    client.hello(&cookie);
    assert_eq!(client.flight().first(), Some(&(2, 0)));
    client.send(24, &request(16, &[b'p'; 16], 15));
    client.send(24, &request(16, &[b'c'; 16], 16));
    let (kind, body) = client.hear();
    assert_eq!(
        (kind, &body[..19]),
        (24, &[&[2, 0, 16][..], &[b'c'; 16]].concat()[..])
    );
}

#[test]
fn reordered_flights_come_last_first_and_the_heartbeats_are_the_stacks() {
    for (name, first_answer) in [
        ("dtls-reordered-affected", b'p'),
        ("dtls-reordered-patched", b'c'),
    ] {
        let running = start(name);
        let client = Datagrams::to(running.address);
        client.hello(&[]);
        let cookie = client.cookie();
        client.hello(&cookie);
        let order = client.flight();
        assert_eq!(order.first(), Some(&(14, 0)));
        assert_eq!(order.last(), Some(&(2, 0)));
        assert!(order.contains(&(2, 50)), "the ServerHello is in fragments");
        client.send(24, &request(16, &[b'p'; 16], 15));
        client.send(24, &request(16, &[b'c'; 16], 16));
        assert_eq!(client.hear().1[3], first_answer, "{name}");
    }
}

#[test]
fn the_lossy_proxy_drops_every_second_datagram() {
    let upstream = UdpSocket::bind((LOOPBACK, 0)).unwrap();
    upstream.set_read_timeout(Some(BOUND)).unwrap();
    let proxy = loss::start(upstream.local_addr().unwrap(), 2).unwrap();
    let client = Datagrams::to(proxy.address);
    for byte in 0..4 {
        client.0.send(&[byte]).unwrap();
    }
    let mut buffer = [0; 10];
    for expected in [0, 2] {
        let (count, from) = upstream.recv_from(&mut buffer).unwrap();
        assert_eq!(buffer[..count], [expected]);
        if expected == 2 {
            until("all four heard", || proxy.received().len() == 4);
            upstream.send_to(&[9], from).unwrap();
        }
    }
    assert_eq!(client.0.recv(&mut buffer).unwrap(), 1);
    assert_eq!(buffer[0], 9);
}
