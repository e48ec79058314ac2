//! Finished handshakes and odd conversations over DTLS with real servers.

use std::net::SocketAddr;
use std::time::Duration;

use holter_handshake::odd::Reaction;
use holter_handshake::odd::bleichenbacher::{Plaintext, ask_over_datagrams};
use holter_handshake::odd::cbc::{Bait, Malformed, probe_over_datagrams};
use holter_handshake::odd::early_ccs::{EarlyCcs, FinishedOver, prove};
use holter_handshake::renegotiation::{How, Outcome};
use holter_handshake::{Offer, handshake};
use holter_lab::certificate::{Certificate, KeyKind};
use holter_lab::gnutls::{self, GnutlsServer};
use holter_lab::openssl110::{DtlsServer, DtlsVersion, Variant, serve_dtls};
use holter_lab::{Server, openssl3, ports, proxy};
use holter_model::{Endpoint, Transport};
use holter_net::{Care, Line};
use holter_wire::{AlertDescription, CipherSuite, Version};

use crate::peer::{DICE, dialer};

const WAIT: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(300);

async fn dial(address: SocketAddr) -> Line {
    let endpoint = Endpoint {
        address: address.ip(),
        port: address.port(),
        transport: Transport::Udp,
    };
    dialer().dial(endpoint, Care::ROBUST).await.unwrap()
}

fn old(cookie: bool) -> Server {
    let start = |address| {
        serve_dtls(&DtlsServer {
            version: DtlsVersion::Any,
            ciphers: Some("ALL:@SECLEVEL=0".to_owned()),
            cookie,
            ..DtlsServer::new(Variant::Patched, address)
        })
    };
    ports::on_a_free_udp_port(start).unwrap()
}

fn current(arguments: &[&str]) -> Server {
    let mut all = vec!["-cipher".to_owned(), "ALL:@SECLEVEL=0".to_owned()];
    all.extend(arguments.iter().map(|&argument| argument.to_owned()));
    let certificate = Certificate::shared(KeyKind::Rsa).unwrap();
    ports::on_a_free_udp_port(|address| openssl3::serve_dtls(&all, address, &certificate)).unwrap()
}

fn gnutls() -> Server {
    let start = |address: SocketAddr| {
        gnutls::serve(&GnutlsServer {
            heartbeat: false,
            priority: Some(
                "NORMAL:+VERS-DTLS1.0:+RSA:+3DES-CBC:+SHA1:+SIGN-RSA-SHA1:%VERIFY_ALLOW_SIGN_WITH_SHA1"
                    .to_owned(),
            ),
            // It listens on every address, and answers from the first.
            ..GnutlsServer::dtls(SocketAddr::from(([127, 0, 0, 1], address.port())))
        })
    };
    ports::on_a_free_udp_port(start).unwrap()
}

async fn finishes(address: SocketAddr, version: Version, code: u16) {
    let suites = [CipherSuite(code)];
    for encrypt_then_mac in [false, true] {
        let offer = Offer {
            suites: &suites,
            encrypt_then_mac,
            ..Offer::new(version)
        };
        let mut line = dial(address).await;
        let session = handshake(&mut line, &offer, &DICE)
            .await
            .unwrap_or_else(|error| panic!("{version} {code:04x}: {error}"));
        assert_eq!((session.version(), session.suite().code.0), (version, code));
        let _ = session.close(&mut line).await;
    }
}

const BOTH: [u16; 4] = [0x002f, 0x0035, 0xc013, 0xc014];
const NEW: [u16; 5] = [0x003c, 0x009c, 0xc02f, 0xc030, 0xcca8];

#[tokio::test]
async fn every_kind_of_suite_is_finished_in_both_versions() {
    let server = old(true);
    for version in [Version::DTLS10, Version::DTLS12] {
        for code in BOTH {
            finishes(server.address, version, code).await;
        }
    }
    for code in NEW.into_iter().chain([0xc09c, 0xc0a0]) {
        finishes(server.address, Version::DTLS12, code).await;
    }
}

#[tokio::test]
async fn current_stacks_are_finished_with_too() {
    let openssl = current(&[]);
    for version in [Version::DTLS10, Version::DTLS12] {
        for code in BOTH {
            finishes(openssl.address, version, code).await;
        }
    }
    for code in [0x003c, 0x009c, 0xc02f, 0xcca8] {
        finishes(openssl.address, Version::DTLS12, code).await;
    }
    let gnutls = gnutls();
    for version in [Version::DTLS10, Version::DTLS12] {
        for code in [0x002f, 0x0035, 0xc013] {
            finishes(gnutls.address, version, code).await;
        }
    }
    for code in [0x009c, 0xc02f, 0xcca8] {
        finishes(gnutls.address, Version::DTLS12, code).await;
    }
}

#[tokio::test]
async fn a_way_that_loses_every_seventh_datagram_is_gone_through() {
    let server = old(true);
    // What is sent again, and its answer, are two or three datagrams: a multiple of that would lose the same one for ever.
    let lossy = proxy::loss::start(server.address, 7).unwrap();
    for code in BOTH {
        finishes(lossy.address, Version::DTLS12, code).await;
    }
}

#[tokio::test]
async fn a_session_goes_on_by_its_ticket_and_negotiates_again() {
    let no = Outcome::Refused(AlertDescription::NO_RENEGOTIATION);
    for (server, expected) in [
        (current(&[]), no),
        (current(&["-client_renegotiation"]), Outcome::Accepted),
    ] {
        let first = Offer {
            tickets: true,
            ..Offer::new(Version::DTLS12)
        };
        let mut line = dial(server.address).await;
        let session = handshake(&mut line, &first, &DICE).await.unwrap();
        let ticket = session.by_ticket().unwrap();
        assert!(session.part(&mut line, WAIT).await.unwrap());
        let second = Offer {
            resume: Some(&ticket),
            ..first.clone()
        };
        let mut line = dial(server.address).await;
        let session = handshake(&mut line, &second, &DICE).await.unwrap();
        assert!(session.facts().resumed && session.facts().extended_master_secret);
        let outcome = session
            .renegotiate(&mut line, &first, How::Secure, &DICE, WAIT)
            .await
            .unwrap();
        assert_eq!(outcome, expected);
    }
    let server = old(false);
    let offer = Offer::new(Version::DTLS12);
    for (how, expected) in [
        (How::Secure, Outcome::Accepted),
        (
            How::Unbound,
            Outcome::Refused(AlertDescription::HANDSHAKE_FAILURE),
        ),
    ] {
        let mut line = dial(server.address).await;
        let session = handshake(&mut line, &offer, &DICE).await.unwrap();
        let outcome = session.renegotiate(&mut line, &offer, how, &DICE, WAIT).await;
        assert_eq!(outcome.unwrap(), expected);
    }
}

#[tokio::test]
async fn an_early_change_is_passed_over() {
    for server in [old(true), current(&[]), gnutls()] {
        for version in [Version::DTLS10, Version::DTLS12] {
            let mut line = dial(server.address).await;
            let offer = Offer::new(version);
            let outcome = prove(&mut line, &offer, FinishedOver::Everything, &DICE, PAUSE)
                .await
                .unwrap();
            assert_eq!(outcome, EarlyCcs::PassedOver, "{version}");
        }
    }
}

#[tokio::test]
async fn sound_servers_take_every_secret_alike() {
    let suites = [CipherSuite(0x002f)];
    for server in [old(true), current(&[])] {
        for version in [Version::DTLS10, Version::DTLS12] {
            let offer = Offer {
                suites: &suites,
                ..Offer::new(version)
            };
            let mut reactions = Vec::new();
            for plaintext in Plaintext::ALL {
                let mut line = dial(server.address).await;
                let reaction = ask_over_datagrams(&mut line, &offer, plaintext, &DICE, WAIT).await;
                reactions.push(reaction.unwrap().alone);
            }
            let refused = |one: &Reaction| one.alert() == Some(AlertDescription::UNEXPECTED_MESSAGE);
            assert!(reactions.iter().all(refused), "{reactions:?}");
        }
    }
}

#[tokio::test]
async fn sound_servers_pass_over_what_is_malformed_and_take_a_goodbye() {
    let suites = [CipherSuite(0x002f)];
    let ways = Malformed::ALL.get(1..).unwrap();
    for (server, bait) in [
        (old(true), Bait::Goodbye),
        (current(&[]), Bait::Goodbye),
        (old(true), Bait::Hello),
        (current(&[]), Bait::Hello),
        (gnutls(), Bait::Hello),
    ] {
        for version in [Version::DTLS10, Version::DTLS12] {
            let offer = Offer {
                suites: &suites,
                ..Offer::new(version)
            };
            let mut line = dial(server.address).await;
            let passed = probe_over_datagrams(&mut line, &offer, (bait, ways), &DICE, (PAUSE, WAIT)).await;
            let passed = passed.unwrap();
            assert!(
                passed.stands && passed.reaction.is_none(),
                "{bait:?} {version} {passed:?}\n{}",
                server.log()
            );
            let mut line = dial(server.address).await;
            let sound = (bait, &[Malformed::Sound][..]);
            let taken = probe_over_datagrams(&mut line, &offer, sound, &DICE, (PAUSE, WAIT)).await;
            assert!(taken.unwrap().reaction.is_some(), "a sound one is answered");
        }
    }
}
