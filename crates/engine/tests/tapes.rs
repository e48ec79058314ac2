//! Tapes: real servers' bytes, played back to the same check. Those in `crates/checks/tapes` were recorded from the
//! lab's servers; `HOLTER_RECORD_TAPES=1` records them anew.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use holter_checks::Questions;
use holter_lab::Server;
use holter_lab::gnutls::{self, GnutlsServer};
use holter_lab::node::{self, NodeServer};
use holter_lab::openssl3::{self, Shape};
use holter_lab::openssl102;
use holter_lab::openssl110::{self, DtlsServer, Variant};
use holter_lab::ports::{free_tcp, on_a_free_udp_port};
use holter_model::seam::{Dice, FixedDice};
use holter_net::tape::{Recording, Tape};
use support::{scan_by, verdict};

/// The server of each tape, by the tape's name, which begins with the right verdict.
fn server(name: &str) -> Server {
    let node = |version| node::serve(&NodeServer::new(version, "https", free_tcp().unwrap())).unwrap();
    match name {
        "affected.node-0.10.1" => node("0.10.1"),
        "not_affected.node-0.10.2" => node("0.10.2"),
        "not_affected.openssl-1.0.2n" => openssl102::serve(free_tcp().unwrap()).unwrap(),
        "not_affected.gnutls" => gnutls::serve(&GnutlsServer::tls(free_tcp().unwrap())).unwrap(),
        "not_affected.tls13-only" => openssl3::serve(Shape::Tls13Only, free_tcp().unwrap()).unwrap(),
        "affected.dtls" => dtls(Variant::Affected),
        "not_affected.dtls" => dtls(Variant::Patched),
        other => panic!("nobody knows how to record {other}"),
    }
}

fn dtls(variant: Variant) -> Server {
    on_a_free_udp_port(|address| openssl110::serve_dtls(&DtlsServer::new(variant, address))).unwrap()
}

const NAMES: &[&str] = &[
    "affected.dtls",
    "affected.node-0.10.1",
    "not_affected.dtls",
    "not_affected.gnutls",
    "not_affected.node-0.10.2",
    "not_affected.openssl-1.0.2n",
    "not_affected.tls13-only",
];

#[test]
fn every_tape_plays_to_the_verdict_in_its_name() {
    if std::env::var_os("HOLTER_RECORD_TAPES").is_some() {
        for name in NAMES {
            std::fs::write(
                path(name),
                format!("# {name}, recorded from the lab\n{}", record(name).0.print()),
            )
            .unwrap();
        }
    }
    for name in NAMES {
        let text = std::fs::read_to_string(path(name)).unwrap();
        assert_eq!(play(name, Tape::parse(&text).unwrap()), right(name), "{name}");
    }
}

#[test]
fn what_is_recorded_today_plays_to_what_was_found() {
    for name in [
        "affected.node-0.10.1",
        "not_affected.node-0.10.2",
        "not_affected.tls13-only",
    ] {
        let (tape, found) = record(name);
        assert_eq!(found, right(name), "{name}");
        let tape = Tape::parse(&tape.print()).unwrap();
        assert_eq!(play(name, tape), found, "{name}");
    }
}

fn record(name: &str) -> (Tape, &'static str) {
    let server = server(name);
    let recording = Recording::default();
    let watched = recording.clone();
    let service = scan_by(
        server.address,
        is_dtls(name),
        Some("tls"),
        Questions::default(),
        dice(),
        |dialer| dialer.recording(watched),
    );
    (recording.tape(), verdict(&service))
}

fn play(name: &str, tape: Tape) -> &'static str {
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
    let service = scan_by(
        nowhere,
        is_dtls(name),
        Some("tls"),
        Questions::default(),
        dice(),
        |dialer| dialer.replaying(tape),
    );
    verdict(&service)
}

/// A tape knows the answers to one throw only.
fn dice() -> Box<dyn Dice> {
    Box::new(FixedDice(7))
}

fn right(name: &str) -> &str {
    name.split('.').next().unwrap()
}

fn is_dtls(name: &str) -> bool {
    name.ends_with(".dtls")
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../checks/tapes/heartbleed/{name}.tape"))
}
