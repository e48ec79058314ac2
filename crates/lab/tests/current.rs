//! The current servers: GnuTLS with heartbeats, OpenSSL 3 without, each shape as its name says.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod hello;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use holter_lab::gnutls::{self, GnutlsServer};
use holter_lab::node::{self, INSTALLED, NodeServer};
use holter_lab::openssl3::{self, Shape};
use holter_lab::ports;

const HEARTBEAT: u16 = 15;

fn gnutls_server() -> GnutlsServer {
    let port = ports::free_tcp_on(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
        .unwrap()
        .port();
    GnutlsServer::tls(SocketAddr::from(([127, 0, 0, 1], port)))
}

#[test]
fn gnutls_offers_heartbeats_in_each_version() {
    for (name, version) in [("TLS1.0", 0x0301), ("TLS1.1", 0x0302), ("TLS1.2", 0x0303)] {
        let mut wanted = gnutls_server();
        wanted.priority = Some(gnutls::only(name));
        let server = gnutls::serve(&wanted).unwrap();
        let hello = hello::ask(&mut hello::connect(server.address), version);
        let hello = hello.unwrap_or_else(|| panic!("{name}: {}", server.log()));
        assert_eq!(
            (hello.version, hello.extensions.contains(&HEARTBEAT)),
            (version, true),
            "{hello:?}"
        );
    }
}

#[test]
fn gnutls_without_heartbeats_offers_none() {
    let server = gnutls::serve(&GnutlsServer {
        heartbeat: false,
        ..gnutls_server()
    })
    .unwrap();
    let hello = hello::ask(&mut hello::connect(server.address), 0x0303).unwrap();
    assert!(!hello.extensions.contains(&HEARTBEAT), "{hello:?}");
}

#[test]
fn each_shape_of_openssl_3_is_what_it_is_called() {
    let shapes = [
        (Shape::Modern, 0x0303, Some(0x002f)),
        (Shape::EcdheOnly, 0x0303, Some(0xc013)),
        (Shape::EcdsaOnly, 0x0303, Some(0xc02b)),
        (Shape::ClientCertificate, 0x0303, Some(0x002f)),
        (Shape::Tls1Only, 0x0301, Some(0x002f)),
        // A hello without key shares or supported_versions cannot have TLS 1.3.
        (Shape::Tls13Only, 0x0303, None),
    ];
    for (shape, version, suite) in shapes {
        let server = openssl3::serve(shape, ports::free_tcp().unwrap()).unwrap();
        let hello = hello::ask(&mut hello::connect(server.address), version);
        assert_eq!(
            hello.as_ref().map(|hello| hello.suite),
            suite,
            "{shape:?} {hello:?}"
        );
        assert!(
            hello.is_none_or(|hello| !hello.extensions.contains(&HEARTBEAT)),
            "{shape:?}"
        );
    }
}

#[test]
fn the_installed_node_serves_without_heartbeats() {
    let wanted = NodeServer::new(INSTALLED, "https", ports::free_tcp().unwrap());
    let server = node::serve(&wanted).unwrap();
    let hello = hello::ask(&mut hello::connect(server.address), 0x0303).unwrap();
    assert!(!hello.extensions.contains(&HEARTBEAT), "{hello:?}");
}
