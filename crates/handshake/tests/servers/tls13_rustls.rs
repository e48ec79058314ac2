//! TLS 1.3 against rustls: the hybrid group, and keys that change in mid-session.

use std::net::SocketAddr;

use holter_handshake::tls13::shares::GROUPS;
use holter_handshake::{Offer, Session, handshake};
use holter_wire::{CipherSuite, NamedGroup, Version};
use rustls::crypto::SupportedKxGroup;
use rustls::crypto::aws_lc_rs::kx_group::{
    MLKEM768, MLKEM1024, SECP256R1, SECP256R1MLKEM768, SECP384R1, X25519, X25519MLKEM768,
};

use crate::early_ccs::dial;
use crate::matrix::converse;
use crate::peer::DICE;
use crate::rustls_server::serve;

static ALL: [&dyn SupportedKxGroup; 7] = [
    X25519MLKEM768,
    X25519,
    SECP256R1,
    SECP384R1,
    SECP256R1MLKEM768,
    MLKEM768,
    MLKEM1024,
];

async fn finished(address: SocketAddr, offer: &Offer<'_>) -> Session {
    let mut line = dial(address).await;
    let mut session = handshake(&mut line, offer, &DICE)
        .await
        .unwrap_or_else(|error| panic!("{offer:?}: {error}"));
    for _ in 0..5 {
        let said = converse(&mut session, &mut line).await;
        assert_eq!(said.unwrap_or_else(|error| panic!("{error}")), b"holter\n");
    }
    session
}

#[tokio::test]
async fn every_suite_and_group_with_new_keys_for_every_word() {
    let address = serve(&ALL);
    for code in [0x1301, 0x1302, 0x1303] {
        // Of the others, P-521 and the finite fields, OpenSSL's servers are asked for.
        let has = |group: &NamedGroup| ALL.iter().any(|has| u16::from(has.name()) == group.0);
        for group in GROUPS.into_iter().filter(has) {
            let (suites, groups) = ([CipherSuite(code)], [group]);
            let offer = Offer {
                suites: &suites,
                groups: &groups,
                protocols: &[b"mllp"],
                ..Offer::new(Version::TLS13)
            };
            let session = finished(address, &offer).await;
            let facts = session.facts();
            assert_eq!((facts.group, facts.retried), (Some(group), false));
            assert_eq!(facts.protocol.as_deref(), Some(&b"mllp"[..]));
            let again = session.by_ticket().unwrap();
            assert_eq!(again.suite().code.0, code);
            let offer = Offer {
                resume: Some(&again),
                ..offer
            };
            assert!(
                finished(address, &offer).await.facts().resumed,
                "{code:04x} {group}"
            );
        }
    }
}

#[tokio::test]
async fn the_hybrid_group_is_sent_where_it_is_asked_for() {
    let address = serve(&ALL[..1]);
    let offer = Offer {
        groups: &[NamedGroup::X25519, NamedGroup::X25519_MLKEM768],
        ..Offer::new(Version::TLS13)
    };
    let session = finished(address, &offer).await;
    assert!(session.facts().retried);
    assert_eq!(session.facts().group, Some(NamedGroup::X25519_MLKEM768));
}
