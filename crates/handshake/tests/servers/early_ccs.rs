//! Early ChangeCipherSpec against the real OpenSSLs that are affected, and those that are not.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use holter_handshake::Offer;
use holter_handshake::odd::early_ccs::{EarlyCcs, FinishedOver, Untimely, alone, prove};
use holter_handshake::odd::{End, Reaction};
use holter_lab::node::{self, NodeServer};
use holter_lab::{Server, openssl102, ports};
use holter_model::{Endpoint, Transport};
use holter_net::{Care, Line};
use holter_wire::{AlertDescription, CipherSuite, Version};

use crate::peer::{DICE, Peer, dialer};

/// Longer than any answer takes, on whatever machine: who is silent is waited for so long.
const WAIT: Duration = Duration::from_secs(60);

pub(crate) async fn dial(address: SocketAddr) -> Line {
    let endpoint = Endpoint {
        address: address.ip(),
        port: address.port(),
        transport: Transport::Tcp,
    };
    dialer().dial(endpoint, Care::ROBUST).await.unwrap()
}

pub(crate) fn node(version: &str) -> (Server, SocketAddr) {
    let address = ports::free_tcp().unwrap();
    let server = NodeServer {
        secure_protocol: Some("SSLv23_method".to_owned()),
        ciphers: Some("ALL".to_owned()),
        ..NodeServer::new(version, "https", address)
    };
    (node::serve(&server).unwrap(), address)
}

async fn proved(address: SocketAddr, version: Version, suite: Option<u16>) -> EarlyCcs {
    let suites = suite.map(|code| vec![CipherSuite(code)]);
    let mut offer = Offer::new(version);
    if let Some(suites) = &suites {
        offer.suites = suites;
    }
    let mut line = dial(address).await;
    prove(&mut line, &offer, FinishedOver::Everything, &DICE, WAIT)
        .await
        .unwrap_or_else(|error| panic!("{version} {suite:04x?}: {error}"))
}

#[tokio::test]
async fn an_affected_server_is_proven_in_every_version_and_kind_of_suite() {
    for release in ["0.10.1", "0.10.2", "0.10.28"] {
        let (_server, address) = node(release);
        for version in [Version::SSL3, Version::TLS10, Version::TLS11, Version::TLS12] {
            for suite in [0x002f, 0x0035, 0x0004, 0x0005, 0x000a] {
                let begun = Instant::now();
                let outcome = proved(address, version, Some(suite)).await;
                assert_eq!(outcome, EarlyCcs::Proven, "{release} {version} {suite:04x}");
                assert!(begun.elapsed() < WAIT, "no silence is sat out");
            }
        }
        let outcome = proved(address, Version::TLS12, Some(0x009c)).await;
        assert_eq!(outcome, EarlyCcs::Proven, "{release} GCM");
        let mut line = dial(address).await;
        let offer = Offer::new(Version::TLS12);
        let wait = Duration::from_millis(500);
        let reaction = alone(&mut line, &offer, Untimely::Change, &DICE, wait).await;
        assert!(reaction.as_ref().unwrap().is_silence(), "{reaction:?}");
        let mut line = dial(address).await;
        let reaction = alone(&mut line, &offer, Untimely::Data, &DICE, WAIT)
            .await
            .unwrap();
        // Node.js ends a connection whose handshake fails without a word.
        assert!(
            matches!(reaction.end, End::Closed | End::Reset),
            "{release}: {reaction:?}"
        );
    }
}

fn refused(outcome: &EarlyCcs, what: &str) {
    assert!(outcome.is_refused(), "{what}: {outcome:?}");
}

#[tokio::test]
async fn a_fixed_server_refuses_at_once() {
    for release in [
        "0.8.28", "0.10.29", "0.10.48", "0.11.14", "0.12.0", "4.9.1", "6.0.0", "8.17.0", "10.0.0",
    ] {
        let (_server, address) = node(release);
        for version in [Version::TLS10, Version::TLS12] {
            if release == "0.8.28" && version == Version::TLS12 {
                continue;
            }
            let begun = Instant::now();
            refused(&proved(address, version, None).await, release);
            assert!(begun.elapsed() < WAIT, "{release} lets wait");
        }
    }
    let address = ports::free_tcp().unwrap();
    let _server = openssl102::serve(address).unwrap();
    refused(&proved(address, Version::TLS12, None).await, "1.0.2n");
}

#[tokio::test]
async fn current_stacks_refuse() {
    let openssl = Peer::openssl(&["-cipher", "ALL:@SECLEVEL=0"]);
    let gnutls = Peer::gnutls(&["--priority=NORMAL:+VERS-ALL:+RSA"]);
    for (peer, name) in [(&openssl, "OpenSSL"), (&gnutls, "GnuTLS")] {
        let address = SocketAddr::from((peer.endpoint().address, peer.endpoint().port));
        refused(&proved(address, Version::TLS12, None).await, name);
        let mut line = peer.dial().await;
        let reaction = alone(
            &mut line,
            &Offer::new(Version::TLS12),
            Untimely::Change,
            &DICE,
            WAIT,
        )
        .await
        .unwrap();
        assert_eq!(
            (reaction.alert(), reaction.end),
            (Some(AlertDescription::UNEXPECTED_MESSAGE), End::Closed),
            "{name}"
        );
    }
}

#[test]
fn silence_is_no_refusal() {
    let silence = Reaction {
        heard: Vec::new(),
        end: End::Silence,
    };
    assert!(!EarlyCcs::Reaction(silence).is_refused());
    assert!(!EarlyCcs::Proven.is_refused());
}
