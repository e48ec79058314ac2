//! The DTLS servers: both builds of OpenSSL 1.1.0 and GnuTLS answer, client after client, and the two builds
//! differ in exactly one thing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod hello;

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use holter_lab::gnutls::{self, GnutlsServer};
use holter_lab::openssl110::{DtlsServer, DtlsVersion, Variant, serve_dtls};
use holter_lab::ports;

const HEARTBEAT: u16 = 15;

#[test]
fn both_builds_offer_heartbeats_to_every_client() {
    for variant in [Variant::Patched, Variant::Affected] {
        for (version, number) in [(DtlsVersion::Dtls1, 0xfeff), (DtlsVersion::Dtls1_2, 0xfefd)] {
            for cookie in [true, false] {
                let mut wanted = DtlsServer::new(variant, ports::free_udp().unwrap());
                (wanted.version, wanted.cookie) = (version, cookie);
                let server = serve_dtls(&wanted).unwrap();
                // None of them finishes its handshake, and none may block the next.
                for _ in 0..5 {
                    let hello = hello::ask_dtls(server.address, number).unwrap();
                    assert_eq!(hello.version, number);
                    assert!(hello.extensions.contains(&HEARTBEAT), "{hello:?}");
                }
            }
        }
    }
}

/// Sends a heartbeat of 4,200 bytes, all of them present, with `padding`, and reports whether it came back. More
/// than 4,096 because OpenSSL holds a smaller answer until the handshake goes on.
fn echoes(socket: &UdpSocket, number: u8, padding: usize) -> bool {
    const PAYLOAD: u16 = 4200;
    let length = PAYLOAD + 3 + u16::try_from(padding).unwrap();
    let mut record = vec![24, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, number];
    record.extend(length.to_be_bytes());
    record.push(1);
    record.extend(PAYLOAD.to_be_bytes());
    record.resize(13 + usize::from(length), b'h');
    socket.send(&record).unwrap();
    let mut answer = [0; 16384];
    while let Ok(count) = socket.recv(&mut answer) {
        if answer[0] == 24 {
            assert_eq!(
                answer[16..16 + usize::from(PAYLOAD)],
                record[16..16 + usize::from(PAYLOAD)]
            );
            return count > 0;
        }
    }
    false
}

#[test]
fn only_the_affected_build_answers_a_heartbeat_with_short_padding() {
    for (variant, short) in [(Variant::Patched, false), (Variant::Affected, true)] {
        let mut wanted = DtlsServer::new(variant, ports::free_udp().unwrap());
        wanted.cookie = false;
        let server = serve_dtls(&wanted).unwrap();
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(8))).unwrap();
        socket.connect(server.address).unwrap();
        socket
            .send(&hello::datagram(0, &hello::client_hello(0xfefd, Some(&[]))))
            .unwrap();
        socket.recv(&mut [0; 4096]).unwrap();
        assert_eq!(echoes(&socket, 1, 15), short, "{variant:?}");
        assert!(echoes(&socket, 2, 16), "{variant:?} answers the control");
    }
}

#[test]
fn gnutls_offers_heartbeats_over_udp() {
    let port = ports::free_udp_on(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
        .unwrap()
        .port();
    let mut wanted = GnutlsServer::dtls(SocketAddr::from(([127, 0, 0, 1], port)));
    wanted.priority = Some(gnutls::only("DTLS1.2"));
    let server = gnutls::serve(&wanted).unwrap();
    let hello = hello::ask_dtls(server.address, 0xfefd).unwrap();
    assert!(hello.extensions.contains(&HEARTBEAT), "{hello:?}");
}
