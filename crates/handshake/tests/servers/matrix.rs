//! Every version, key exchange and cipher against real servers: the handshake finishes, and data comes back.

use std::time::Duration;

use crate::peer::{DICE, Peer};
use holter_handshake::key_agreement::EVERY_GROUP;
use holter_handshake::{Facts, HandshakeError, Offer, Session, handshake, suite};
use holter_net::Line;
use holter_wire::extension::Extension;
use holter_wire::{CipherSuite, ContentType, Version};

const SHORTLY: Duration = Duration::from_secs(5);

const EVER: [u16; 9] = [
    0x002f, 0x0035, 0x0033, 0x0039, 0xc013, 0xc014, 0xc009, 0xc00a, 0x0034,
];
const TLS12: [u16; 25] = [
    0xc09c, 0xc09f, 0xc0a0, 0xc0a3, 0xc0ac, 0xc0af, 0x003c, 0x003d, 0x009c, 0x009d, 0x0067, 0x006b, 0x009e,
    0x009f, 0xc027, 0xc028, 0xc02f, 0xc030, 0xc023, 0xc024, 0xc02b, 0xc02c, 0xcca8, 0xcca9, 0xccaa,
];
const CAMELLIA: [u16; 4] = [0x0041, 0x0084, 0x0045, 0x0088];
const CAMELLIA_TLS12: [u16; 6] = [0x00ba, 0x00c0, 0x00be, 0x00c4, 0xc076, 0xc077];
const CAMELLIA_GCM: [u16; 6] = [0xc07a, 0xc07b, 0xc07c, 0xc07d, 0xc08a, 0xc08b];
const ARIA_GCM: [u16; 8] = [0xc050, 0xc051, 0xc052, 0xc053, 0xc05c, 0xc05d, 0xc060, 0xc061];
const OBSOLETE: [u16; 6] = [0x0004, 0x0005, 0x000a, 0x0016, 0xc011, 0xc012];

/// Sends a line and reads until a line has come back.
pub(crate) async fn converse(session: &mut Session, line: &mut Line) -> Result<Vec<u8>, HandshakeError> {
    session
        .send(line, ContentType::APPLICATION_DATA, b"holter\n")
        .await?;
    let mut text = Vec::new();
    while !text.ends_with(b"\n") {
        let (content, part) = session.receive(line, SHORTLY).await?;
        assert_eq!(content, ContentType::APPLICATION_DATA);
        text.extend(part);
    }
    Ok(text)
}

async fn finishes(
    peer: &Peer,
    version: Version,
    code: u16,
    extensions: Vec<Extension>,
    answer: &[u8],
) -> Facts {
    let code = CipherSuite(code);
    let mut line = peer.dial().await;
    let mut offer = Offer::new(version);
    let suites = [code];
    offer.suites = &suites;
    offer.extensions = extensions;
    let mut session = handshake(&mut line, &offer, &DICE)
        .await
        .unwrap_or_else(|error| panic!("{version} {code}: {error}"));
    assert_eq!((session.version(), session.suite().code), (version, code));
    for _ in 0..3 {
        let said = converse(&mut session, &mut line).await;
        assert_eq!(
            said.unwrap_or_else(|error| panic!("{version} {code}: {error}")),
            answer
        );
    }
    let facts = session.facts().clone();
    session.close(&mut line).await.unwrap();
    facts
}

#[tokio::test]
async fn openssl() {
    for (flag, version) in [
        ("-tls1", Version::TLS10),
        ("-tls1_1", Version::TLS11),
        ("-tls1_2", Version::TLS12),
    ] {
        let peer = Peer::openssl(&["-cipher", "ALL:@SECLEVEL=0", flag]);
        let newer = [&TLS12[..], &CAMELLIA_TLS12, &ARIA_GCM].concat();
        let newer = newer.iter().filter(|_| version == Version::TLS12);
        for code in EVER.iter().chain(&CAMELLIA).chain(newer) {
            finishes(&peer, version, *code, Vec::new(), b"retloh\n").await;
        }
    }
}

#[tokio::test]
async fn openssl_in_every_group() {
    let groups = "X25519:P-256:P-384:P-521:X448:secp256k1:brainpoolP256r1:brainpoolP384r1:brainpoolP512r1";
    let peer = Peer::openssl(&["-cipher", "ALL:@SECLEVEL=0", "-tls1_2", "-groups", groups]);
    for group in EVERY_GROUP {
        let only = vec![Extension::supported_groups(&[group])];
        let facts = finishes(&peer, Version::TLS12, 0xc02f, only, b"retloh\n").await;
        assert_eq!(facts.group, Some(group));
    }
}

#[tokio::test]
async fn gnutls() {
    let priority = "--priority=NONE:+VERS-TLS1.0:+VERS-TLS1.1:+VERS-TLS1.2:+COMP-NULL:+RSA:+DHE-RSA:+ECDHE-RSA\
                    :+CIPHER-ALL:+ARCFOUR-128:+3DES-CBC:+MAC-ALL:+MD5:+SHA256:+SIGN-ALL:+GROUP-ALL:%COMPAT";
    let peer = Peer::gnutls(&[priority]);
    for version in [Version::TLS10, Version::TLS11, Version::TLS12] {
        let rsa = EVER
            .iter()
            .filter(|code| ![0xc009, 0xc00a, 0x0034].contains(*code));
        for code in rsa.chain(&OBSOLETE) {
            finishes(&peer, version, *code, Vec::new(), b"holter\n").await;
        }
    }
    for code in [0x003c, 0x009c, 0x009f, 0xc030, 0xcca8] {
        finishes(&peer, Version::TLS12, code, Vec::new(), b"holter\n").await;
    }
}

#[tokio::test]
async fn camellia_of_gnutls() {
    let priority = "--priority=NORMAL:-VERS-ALL:+VERS-TLS1.0:+VERS-TLS1.2:-CIPHER-ALL:+CAMELLIA-128-CBC:+CAMELLIA-256-CBC\
                    :+CAMELLIA-128-GCM:+CAMELLIA-256-GCM:+SHA256:+SHA384:+DHE-RSA:+SIGN-ALL:%COMPAT";
    let peer = Peer::gnutls(&[priority]);
    for code in CAMELLIA {
        finishes(&peer, Version::TLS10, code, Vec::new(), b"holter\n").await;
    }
    for code in [&CAMELLIA[..], &CAMELLIA_TLS12, &CAMELLIA_GCM].concat() {
        finishes(&peer, Version::TLS12, code, Vec::new(), b"holter\n").await;
    }
}

#[tokio::test]
async fn a_peer_may_choose_a_lower_version_and_any_suite_of_the_default_offer() {
    let peer = Peer::openssl(&["-cipher", "ALL:@SECLEVEL=0", "-tls1"]);
    let mut line = peer.dial().await;
    let offer = Offer::new(Version::TLS12);
    let mut session = handshake(&mut line, &offer, &DICE).await.unwrap();
    assert_eq!(session.version(), Version::TLS10);
    assert!(suite::preferred().contains(&session.suite().code));
    assert_eq!(session.chain().len(), 1);
    assert_eq!(converse(&mut session, &mut line).await.unwrap(), b"retloh\n");
}

#[tokio::test]
async fn a_refusal_is_the_peers_and_says_why() {
    let peer = Peer::openssl(&["-cipher", "ALL:@SECLEVEL=0", "-tls1_2"]);
    let mut line = peer.dial().await;
    let refused = handshake(&mut line, &Offer::new(Version::TLS10), &DICE).await;
    assert!(
        matches!(refused, Err(HandshakeError::Alert(alert)) if alert.0 == 70),
        "{refused:?}"
    );
}
