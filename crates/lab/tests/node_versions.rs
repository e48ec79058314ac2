//! Every old Node serves TLS, and offers heartbeats exactly where its OpenSSL was built with them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod hello;

use std::io::{ErrorKind, Read as _};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};

use holter_lab::certificate::{Certificate, KeyKind};
use holter_lab::node::{NodeServer, VERSIONS, serve};
use holter_lab::ports;

const HEARTBEAT: u16 = 15;

#[test]
fn heartbeats_are_offered_exactly_where_the_table_says() {
    for known in VERSIONS {
        let server = serve(&NodeServer::new(
            known.version,
            "https",
            ports::free_tcp().unwrap(),
        ))
        .unwrap();
        // From Node.js 12 on, TLS 1.2 is the least.
        let asked: &[u16] = if known.version.starts_with("12.") {
            &[0x0303]
        } else {
            &[0x0301, 0x0303]
        };
        for &version in asked {
            let hello = hello::ask(&mut hello::connect(server.address), version).unwrap();
            assert_eq!(
                hello.extensions.contains(&HEARTBEAT),
                known.heartbeat,
                "{} {hello:?}",
                known.version
            );
        }
    }
}

#[test]
fn each_protocol_version_can_be_had_alone() {
    let methods = [
        ("SSLv3_method", 0x0300),
        ("TLSv1_method", 0x0301),
        ("TLSv1_1_method", 0x0302),
        ("TLSv1_2_method", 0x0303),
    ];
    for (method, version) in methods {
        let mut wanted = NodeServer::new("0.10.1", "https", ports::free_tcp().unwrap());
        wanted.secure_protocol = Some(method.to_owned());
        let server = serve(&wanted).unwrap();
        let hello = hello::ask(&mut hello::connect(server.address), version).unwrap();
        assert_eq!(
            (hello.version, hello.extensions.contains(&HEARTBEAT)),
            (version, true),
            "{method}"
        );
    }
}

#[test]
fn an_ecdhe_only_server_signs_with_its_ecdsa_key() {
    let mut wanted = NodeServer::new("0.11.14", "https", ports::free_tcp().unwrap());
    wanted.certificate = Some(Certificate::shared(KeyKind::Ecdsa).unwrap());
    wanted.ciphers = Some("ECDHE-ECDSA-AES128-SHA".to_owned());
    let server = serve(&wanted).unwrap();
    let hello = hello::ask(&mut hello::connect(server.address), 0x0303).unwrap();
    assert_eq!(hello.suite, 0xc009);
}

#[test]
fn a_client_certificate_can_be_demanded() {
    for version in ["0.10.1", "6.0.0"] {
        let mut wanted = NodeServer::new(version, "https", ports::free_tcp().unwrap());
        wanted.request_client_cert = true;
        let server = serve(&wanted).unwrap();
        let mut stream = hello::connect(server.address);
        hello::ask(&mut stream, 0x0303).unwrap();
        assert!(
            hello::flight(&mut stream).contains(&13),
            "{version} asked for no certificate"
        );
    }
}

#[test]
fn a_server_on_every_address_serves_loopback_alone() {
    for known in VERSIONS {
        let every = ports::free_tcp_on(Ipv4Addr::UNSPECIFIED.into()).unwrap();
        let server = serve(&NodeServer::new(known.version, "https", every)).unwrap();
        let inside = SocketAddr::from(([127, 66, 5, 4], server.address.port()));
        assert!(
            hello::ask(&mut hello::connect(inside), 0x0303).is_some(),
            "{}",
            known.version
        );
        // A datagram socket that is connected, but never written to, names this machine's own outer address.
        let outer = UdpSocket::bind("0.0.0.0:0")
            .and_then(|socket| socket.connect("192.0.2.1:9").map(|()| socket))
            .and_then(|socket| socket.local_addr());
        if let Ok(outer) = outer.map(|outer| SocketAddr::new(outer.ip(), server.address.port())) {
            let mut stream = hello::connect(outer);
            let mut byte = [0];
            let cut = stream.read(&mut byte).map_err(|error| error.kind());
            assert!(
                matches!(cut, Ok(0) | Err(ErrorKind::ConnectionReset)),
                "{} {cut:?}",
                known.version
            );
            assert!(
                hello::ask(&mut hello::connect(inside), 0x0303).is_some(),
                "{}",
                known.version
            );
        }
    }
}
