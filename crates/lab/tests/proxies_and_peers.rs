//! Proxies pass everything on, and peers lead into the TLS server behind them, in front of a scripted one.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

mod client;

use client::{Client, LOOPBACK, ask, hello, start, until};
use holter_lab::peers::{amqp, mssql, telnet};
use holter_lab::proxy::{counting, cutting};

/// The conversation that a scan has with an affected server.
fn is_affected(client: &mut Client) {
    client.send(&hello());
    assert_eq!(client.flight().last().unwrap().0, 14);
    client.send(&ask(&[b'h'; 4096], 15));
    assert_eq!(client.beat().2[..4096], [b'h'; 4096]);
}

#[test]
fn a_cut_stream_is_the_same_stream() {
    let server = start("openssl-affected");
    for piece in [1, cutting::PIECE, 5000] {
        let proxy = cutting::start(server.address, piece).unwrap();
        is_affected(&mut Client::connect(proxy.address));
        assert_eq!(proxy.contacts(), 1);
    }
}

#[test]
fn the_counting_proxy_counts_connections_peak_and_bytes() {
    let server = start("openssl-affected");
    let proxy = counting::start(server.address, 100_000).unwrap();
    let mut first = Client::connect(proxy.address());
    is_affected(&mut first);
    let mut second = Client::connect(proxy.address());
    is_affected(&mut second);
    assert!(second.leave().is_empty());
    assert_eq!((proxy.connections(), proxy.peak()), (2, 2));
    until("counted", || proxy.tally().to_server == server.received().len());
    let tally = proxy.tally();
    let sent = [hello(), ask(&[b'h'; 4096], 15)].concat();
    assert_eq!(tally.conversations[0].to_server, sent);
    assert_eq!(tally.conversations[1].to_server.len(), sent.len() + 7);
    let heard: usize = tally.conversations.iter().map(|one| one.to_client.len()).sum();
    assert_eq!(heard, tally.to_client);
}

#[test]
fn proxies_pass_an_end_of_stream_on() {
    let server = start("plaintext-http");
    let proxy = cutting::start(server.address, 7).unwrap();
    let mut client = Client::connect(proxy.address);
    client.send(&hello());
    assert!(client.rest().ends_with(b"</html>\r\n"));
}

#[test]
fn telnet_leads_into_tls_after_follows_from_both() {
    let server = start("openssl-affected");
    let peer = telnet::start(LOOPBACK, server.address).unwrap();
    let mut client = Client::connect(peer.address);
    assert_eq!(client.bytes(3), [255, 253, 46]);
    client.send(&[255, 251, 24, 255, 251, 46, 255, 250, 46, 1, 255, 240]);
    assert_eq!(client.bytes(3), [255, 254, 24], "another option is refused");
    assert_eq!(client.bytes(6), [255, 250, 46, 1, 255, 240]);
    is_affected(&mut client);

    let mut refusing = Client::connect(peer.address);
    refusing.send(&[255, 252, 46]);
    assert_eq!(refusing.bytes(12), b"\xff\xfd\x2e\r\nlogin: "[..]);
}

#[test]
fn amqp_echoes_the_tls_header_and_corrects_another() {
    let server = start("openssl-affected");
    let peer = amqp::start(LOOPBACK, server.address).unwrap();
    let mut client = Client::connect(peer.address);
    client.send(b"AMQP\x02\x01\x00\x00");
    assert_eq!(client.bytes(8), b"AMQP\x02\x01\x00\x00");
    is_affected(&mut client);

    let mut sasl = Client::connect(peer.address);
    sasl.send(b"AMQP\x03\x01\x00\x00");
    assert_eq!(sasl.rest(), b"AMQP\x02\x01\x00\x00");
}

#[test]
fn mssql_wraps_the_handshake_until_the_client_stops() {
    let server = start("openssl-affected");
    let peer = mssql::start(LOOPBACK, server.address).unwrap();
    let mut client = Client::connect(peer.address);
    // VERSION and ENCRYPTION, as [MS-TDS] 4.1 shows them.
    let options = [0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 9, 0, 0, 0, 0, 0, 1];
    client.send(&packet(&options));
    let (kind, answer) = read_packet(&mut client);
    assert_eq!(
        (kind, answer[17]),
        (4, 1),
        "a tabular result that says ENCRYPT_ON"
    );

    client.send(&packet(&hello()));
    let mut stream = Vec::new();
    while !stream.ends_with(&[14, 0, 0, 0]) {
        let (kind, body) = read_packet(&mut client);
        assert_eq!(kind, 0x12);
        stream.extend(body);
    }
    assert_eq!((stream[0], stream[5]), (22, 2));

    client.send(&ask(&[b'h'; 4096], 15));
    assert_eq!(
        client.beat().2[..4096],
        [b'h'; 4096],
        "outside of packets, as after a handshake"
    );
}

fn packet(body: &[u8]) -> Vec<u8> {
    let [high, low] = (body.len() as u16 + 8).to_be_bytes();
    [&[0x12, 1, high, low, 0, 0, 1, 0], body].concat()
}

fn read_packet(client: &mut Client) -> (u8, Vec<u8>) {
    let header = client.bytes(8);
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    (header[0], client.bytes(length - 8))
}
