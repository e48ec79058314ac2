//! The right verdict on every real server of the lab, each version, direct and behind STARTTLS.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use holter_checks::Questions;
use holter_lab::certificate::{Certificate, KeyKind};
use holter_lab::gnutls::{self, GnutlsServer};
use holter_lab::node::{self, NodeServer};
use holter_lab::openssl3::{self, Shape};
use holter_lab::openssl102;
use holter_lab::openssl110::{self, DtlsServer, DtlsVersion, Variant};
use holter_lab::ports::{free_tcp, free_tcp_on, on_a_free_udp_port};
use holter_lab::proxy::{cutting, loss};
use holter_model::{Attempt, Fact, Service};
use holter_net::identity::Identity;
use holter_wire::heartbeat::ProveConsent;
use support::{scan, verdict};

fn node(version: &str, protocol: &str, secure_protocol: Option<&str>) -> holter_lab::Server {
    let mut wanted = NodeServer::new(version, protocol, free_tcp().unwrap());
    wanted.secure_protocol = secure_protocol.map(str::to_owned);
    node::serve(&wanted).unwrap()
}

/// Scans and compares, with the story when it is wrong.
#[track_caller]
fn expect(address: SocketAddr, protocol: &str, verdict_expected: &str) -> Service {
    let service = scan(address, false, Some(protocol), Questions::default());
    assert_eq!(
        verdict(&service),
        verdict_expected,
        "{address} {protocol}: {service:#?}"
    );
    assert_eq!(service.attempt, Attempt::Completed, "{service:#?}");
    assert_eq!(service.judgements[0].foreign_bytes, 0);
    service
}

fn spoken(service: &Service) -> Vec<u16> {
    let mut versions: Vec<u16> = service
        .observations
        .iter()
        .filter_map(|observation| match observation.fact {
            Fact::Hello { version, .. } => Some(version),
            _ => None,
        })
        .collect();
    versions.dedup();
    versions
}

#[test]
fn old_nodes_get_the_verdict_of_their_openssl() {
    let truth = [
        ("0.10.1", "affected"),
        ("0.10.2", "not_affected"),
        ("0.8.28", "not_affected"),
        ("0.11.14", "not_affected"),
        ("0.12.0", "not_affected"),
        ("6.0.0", "not_affected"),
        ("10.0.0", "not_affected"),
    ];
    std::thread::scope(|scope| {
        for (version, right) in truth {
            scope.spawn(move || {
                let server = node(version, "https", None);
                expect(server.address, "https", right);
            });
        }
    });
}

#[test]
fn each_version_that_the_affected_server_speaks_is_affected() {
    for (method, version) in [
        ("SSLv3_method", 0x0300),
        ("TLSv1_method", 0x0301),
        ("TLSv1_1_method", 0x0302),
        ("TLSv1_2_method", 0x0303),
    ] {
        let server = node("0.10.1", "https", Some(method));
        let service = expect(server.address, "https", "affected");
        assert_eq!(spoken(&service), [version], "{method}");
    }
}

#[test]
fn the_affected_server_is_found_behind_every_starttls_dialect() {
    std::thread::scope(|scope| {
        for protocol in node::UPGRADING {
            if holter_protocols::by_id(protocol, 0).is_none() {
                continue;
            }
            scope.spawn(move || {
                let server = node("0.10.1", protocol, None);
                let service = expect(server.address, protocol, "affected");
                assert_eq!(service.protocol, *protocol);
                let server = node("0.10.2", protocol, None);
                expect(server.address, protocol, "not_affected");
            });
        }
    });
}

#[test]
fn ipv6_is_asked_like_ipv4() {
    let Ok(address) = free_tcp_on(IpAddr::V6(Ipv6Addr::LOCALHOST)) else {
        holter_lab::command::say("skipped: this machine has no IPv6");
        return;
    };
    let server = node::serve(&NodeServer::new("0.10.1", "smtp", address)).unwrap();
    expect(server.address, "smtp", "affected");
}

#[test]
fn a_client_certificate_demanded_hides_nothing() {
    let mut wanted = NodeServer::new("0.10.1", "https", free_tcp().unwrap());
    wanted.request_client_cert = true;
    let server = node::serve(&wanted).unwrap();
    expect(server.address, "https", "affected");
}

#[test]
fn a_hundred_runs_through_a_proxy_that_cuts_the_stream_are_all_right() {
    let nodes = [
        ("0.10.1", "https", "affected"),
        ("0.10.1", "smtp", "affected"),
        ("0.10.1", "ldap", "affected"),
        ("0.10.1", "postgres", "affected"),
        ("0.10.1", "mssql", "affected"),
        ("0.10.2", "https", "not_affected"),
        ("0.8.28", "imap", "not_affected"),
        ("0.12.0", "https", "not_affected"),
        ("10.0.0", "https", "not_affected"),
    ];
    let cut = |address: SocketAddr, protocol: &str, right: &str| {
        let proxy = cutting::start(address, cutting::PIECE).unwrap();
        for _ in 0..100 {
            expect(proxy.address, protocol, right);
        }
    };
    std::thread::scope(|scope| {
        for (version, protocol, right) in nodes {
            scope.spawn(move || cut(node(version, protocol, None).address, protocol, right));
        }
        scope.spawn(move || {
            let server = gnutls::serve(&GnutlsServer::tls(free_tcp().unwrap())).unwrap();
            cut(server.address, "tls", "not_affected");
        });
    });
}

#[test]
fn current_servers_of_every_shape_are_not_affected() {
    for shape in [
        Shape::Modern,
        Shape::Tls13Only,
        Shape::EcdheOnly,
        Shape::EcdsaOnly,
        Shape::ClientCertificate,
        Shape::Tls1Only,
        Shape::CcmOnly,
    ] {
        let server = openssl3::serve(shape, free_tcp().unwrap()).unwrap();
        expect(server.address, "https", "not_affected");
    }
}

#[test]
fn a_server_with_unusual_suites_only_is_understood() {
    for ciphers in [
        "CAMELLIA128-SHA",
        "SEED-SHA",
        "DES-CBC3-SHA",
        "RC4-MD5",
        "NULL-SHA",
    ] {
        let mut wanted = NodeServer::new("0.10.1", "https", free_tcp().unwrap());
        wanted.ciphers = Some(ciphers.to_owned());
        let server = node::serve(&wanted).unwrap();
        expect(server.address, "https", "affected");
    }
}

#[test]
fn gnutls_with_heartbeats_is_not_affected() {
    for version in ["TLS1.0", "TLS1.1", "TLS1.2"] {
        let mut wanted = GnutlsServer::tls(free_tcp().unwrap());
        wanted.priority = Some(gnutls::only(version));
        let server = gnutls::serve(&wanted).unwrap();
        expect(server.address, "tls", "not_affected");
    }
}

#[test]
fn where_only_known_clients_finish_a_handshake_the_users_own_certificate_decides() {
    let mut wanted = GnutlsServer::tls(free_tcp().unwrap());
    wanted.priority = Some(gnutls::only("TLS1.2"));
    wanted.require_client_cert = true;
    let server = gnutls::serve(&wanted).unwrap();
    let stranger = scan(server.address, false, Some("tls"), Questions::default());
    assert_eq!(verdict(&stranger), "inconclusive", "{stranger:#?}");
    let own = Certificate::shared(KeyKind::Rsa).unwrap();
    let questions = Questions {
        identity: Some(
            Identity::from_pem(
                &std::fs::read(&own.chain).unwrap(),
                &std::fs::read(&own.key).unwrap(),
            )
            .unwrap(),
        ),
        ..Questions::default()
    };
    let known = scan(server.address, false, Some("tls"), questions);
    assert_eq!(verdict(&known), "not_affected", "{known:#?}");
}

#[test]
fn a_fixed_openssl_with_heartbeats_is_proven_fixed_in_each_version() {
    let server = openssl102::serve(free_tcp().unwrap()).unwrap();
    let service = expect(server.address, "https", "not_affected");
    assert!(
        service.judgements[0].evidence.starts_with("proven fixed"),
        "{service:#?}"
    );
    assert!(
        spoken(&service).contains(&0x0303) && spoken(&service).contains(&0x0301),
        "{service:#?}"
    );
}

#[test]
fn dtls_is_told_apart_too() {
    for (variant, right) in [
        (Variant::Affected, "affected"),
        (Variant::Patched, "not_affected"),
    ] {
        for version in [DtlsVersion::Dtls1, DtlsVersion::Dtls1_2] {
            let server = on_a_free_udp_port(|address| {
                openssl110::serve_dtls(&DtlsServer {
                    version,
                    ..DtlsServer::new(variant, address)
                })
            })
            .unwrap();
            let service = scan(server.address, true, Some("tls"), Questions::default());
            assert_eq!(verdict(&service), right, "{service:#?}");
        }
    }
}

#[test]
fn lost_datagrams_do_not_clear_an_affected_peer() {
    let lose = |variant: Variant, every: usize, right: &str| {
        let server =
            on_a_free_udp_port(|address| openssl110::serve_dtls(&DtlsServer::new(variant, address))).unwrap();
        let proxy = loss::start(server.address, every).unwrap();
        let service = scan(proxy.address, true, Some("tls"), Questions::default());
        let found = verdict(&service);
        // A way that loses a third, or the same part of each flight of four, may leave the question open, but must not
        // answer it wrongly.
        assert!(
            found == right || found == "inconclusive",
            "1 of {every} lost: {service:#?}"
        );
        assert!(found == right || every < 5, "1 of {every} lost: {service:#?}");
    };
    std::thread::scope(|scope| {
        for every in [2, 3, 4, 5] {
            scope.spawn(move || lose(Variant::Affected, every, "affected"));
            scope.spawn(move || lose(Variant::Patched, every, "not_affected"));
        }
    });
}

#[test]
fn the_proof_reads_our_own_marker_and_nothing_else() {
    let server = node("0.10.1", "https", None);
    let questions = Questions {
        prove: Some(ProveConsent::given_by_user()),
        ..Questions::default()
    };
    let service = scan(server.address, false, Some("https"), questions);
    let proof = service
        .observations
        .iter()
        .find_map(|observation| match observation.fact {
            Fact::OverRead {
                own,
                foreign,
                answered,
                ..
            } => Some((own, foreign, answered)),
            _ => None,
        });
    assert_eq!(proof, Some((8176, 0, true)), "{service:#?}");
    assert_eq!(
        (verdict(&service), service.judgements[0].foreign_bytes),
        ("affected", 0)
    );
}
