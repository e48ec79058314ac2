//! TLS 1.3 against real servers.

use holter_handshake::tls13::shares::GROUPS;
use holter_handshake::{HandshakeError, Offer, Session, handshake};
use holter_net::identity::Identity;
use holter_wire::{CipherSuite, NamedGroup, SignatureScheme, Version};

use crate::matrix::converse;
use crate::peer::{DICE, Peer, files};

const SUITES: [u16; 5] = [0x1301, 0x1302, 0x1303, 0x1304, 0x1305];
const OPENSSL: &str = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:\
                       TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256";
const GNUTLS: &str = "--priority=NORMAL:-VERS-ALL:+VERS-TLS1.3:+GROUP-ALL:+AES-128-CCM:+AES-128-CCM-8";

/// Finishes a handshake and has a line come back.
async fn finished(peer: &Peer, offer: &Offer<'_>, answer: &[u8]) -> Session {
    let mut line = peer.dial().await;
    let mut session = handshake(&mut line, offer, &DICE)
        .await
        .unwrap_or_else(|error| panic!("{offer:?}: {error}"));
    assert_eq!(session.version(), Version::TLS13);
    for _ in 0..3 {
        let said = converse(&mut session, &mut line).await;
        assert_eq!(said.unwrap_or_else(|error| panic!("{error}")), answer);
    }
    session
}

/// Long enough for a busy machine.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

async fn matrix(peer: &Peer, answer: &[u8]) {
    for code in SUITES {
        for group in &GROUPS[..3] {
            let (suites, groups) = ([CipherSuite(code)], [*group]);
            let mut offer = Offer::new(Version::TLS13);
            offer.suites = &suites;
            offer.groups = &groups;
            let session = finished(peer, &offer, answer).await;
            assert_eq!(session.suite().code.0, code);
            let facts = session.facts();
            assert_eq!(
                (facts.group, facts.resumed, facts.retried),
                (Some(*group), false, false)
            );
            assert_eq!(facts.signature_length, Some(256));
            assert!(matches!(facts.scheme, Some(SignatureScheme(0x0804..=0x0806))));
            assert_eq!(session.chain().len(), 1);
            assert!(!session.tickets().is_empty());
        }
    }
}

#[tokio::test]
async fn openssl_in_every_suite_and_group() {
    matrix(
        &Peer::openssl(&[
            "-tls1_3",
            "-sigalgs",
            "rsa_pss_rsae_sha256",
            "-ciphersuites",
            OPENSSL,
        ]),
        b"retloh\n",
    )
    .await;
}

#[tokio::test]
async fn gnutls_in_every_suite_and_group() {
    matrix(&Peer::gnutls(&[GNUTLS]), b"holter\n").await;
}

#[tokio::test]
async fn x448_alone_is_enough() {
    let openssl = Peer::openssl(&["-tls1_3", "-groups", "X448"]);
    let gnutls = Peer::gnutls(&["--priority=NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-X448"]);
    for (peer, answer) in [(&openssl, &b"retloh\n"[..]), (&gnutls, b"holter\n")] {
        let mut offer = Offer::new(Version::TLS13);
        offer.groups = &[NamedGroup::X448];
        let session = finished(peer, &offer, answer).await;
        assert_eq!(session.facts().group, Some(NamedGroup::X448));
        assert_eq!(session.chain().len(), 1);
    }
}

#[tokio::test]
async fn another_share_is_sent_where_it_is_asked_for() {
    let openssl = Peer::openssl(&["-groups", "P-384"]);
    let gnutls = Peer::gnutls(&["--priority=NORMAL:-GROUP-ALL:+GROUP-SECP384R1"]);
    for (peer, answer) in [(&openssl, &b"retloh\n"[..]), (&gnutls, b"holter\n")] {
        let offer = Offer::new(Version::TLS13);
        let session = finished(peer, &offer, answer).await;
        assert!(session.facts().retried);
        assert_eq!(session.facts().group, Some(NamedGroup::SECP384R1));
        let again = session.by_ticket().unwrap();
        let mut offer = Offer::new(Version::TLS13);
        offer.resume = Some(&again);
        let session = finished(peer, &offer, answer).await;
        assert!(session.facts().retried && session.facts().resumed);
    }
}

#[tokio::test]
async fn a_peer_may_choose_a_lower_version() {
    let peer = Peer::openssl(&["-tls1_2"]);
    let mut line = peer.dial().await;
    let mut session = handshake(&mut line, &Offer::new(Version::TLS13), &DICE)
        .await
        .unwrap();
    assert_eq!(session.version(), Version::TLS12);
    assert_eq!(converse(&mut session, &mut line).await.unwrap(), b"retloh\n");
    line.end().await;
    let mut offer = Offer::new(Version::TLS13);
    offer.suites = &[CipherSuite(0x1301)];
    let refused = handshake(&mut peer.dial().await, &offer, &DICE).await;
    assert!(
        matches!(refused, Err(HandshakeError::Alert(alert)) if alert.0 == 70),
        "{refused:?}"
    );
}

#[tokio::test]
async fn an_identity_is_proved_or_left_out() {
    let peer = Peer::openssl(&["-tls1_3", "-Verify", "1"]);
    for name in ["rsa", "ec"] {
        let file = |end| std::fs::read(files().join(name).with_extension(end)).unwrap();
        let identity = Identity::from_pem(&file("pem"), &file("key")).unwrap();
        let mut offer = Offer::new(Version::TLS13);
        offer.identity = Some(&identity);
        let session = finished(&peer, &offer, b"retloh\n").await;
        assert!(session.client_certificate_requested());
    }
    let offer = Offer::new(Version::TLS13);
    let mut line = peer.dial().await;
    let mut session = handshake(&mut line, &offer, &DICE).await.unwrap();
    assert!(converse(&mut session, &mut line).await.is_err());
    let peer = Peer::openssl(&["-tls1_3", "-verify", "1"]);
    assert!(
        finished(&peer, &offer, b"retloh\n")
            .await
            .client_certificate_requested()
    );
}

#[tokio::test]
async fn a_session_goes_on_by_its_ticket() {
    let openssl = Peer::openssl(&["-tls1_3", "-ciphersuites", OPENSSL]);
    let gnutls = Peer::gnutls(&[GNUTLS]);
    for (peer, answer) in [(&openssl, &b"retloh\n"[..]), (&gnutls, b"holter\n")] {
        for code in SUITES {
            let suites = [CipherSuite(code)];
            let mut offer = Offer::new(Version::TLS13);
            offer.suites = &suites;
            let first = finished(peer, &offer, answer).await;
            assert_eq!(first.by_id().map(|again| again.version()), None);
            let again = first.by_ticket().unwrap();
            offer.resume = Some(&again);
            let second = finished(peer, &offer, answer).await;
            assert!(second.facts().resumed && second.chain().is_empty(), "{code:04x}");
        }
    }
    // A peer that does not know the ticket begins anew.
    let mut offer = Offer::new(Version::TLS13);
    let again = finished(&openssl, &offer, b"retloh\n").await.by_ticket().unwrap();
    offer.resume = Some(&again);
    let stranger = Peer::openssl(&["-tls1_3"]);
    let session = finished(&stranger, &offer, b"retloh\n").await;
    assert!(!session.facts().resumed);
    assert_eq!(session.chain().len(), 1);
}

#[tokio::test]
async fn who_has_no_ticket_answers_a_goodbye() {
    let peer = Peer::openssl_silent(&["-tls1_3", "-num_tickets", "0"]);
    let mut line = peer.dial().await;
    let mut session = handshake(&mut line, &Offer::new(Version::TLS13), &DICE)
        .await
        .unwrap();
    session.say_goodbye(&mut line).await.unwrap();
    let end = session.await_ticket(&mut line, PATIENCE).await.unwrap_err();
    assert!(!end.is_silence(), "{end}");
    assert!(session.tickets().is_empty());
}

#[tokio::test]
async fn early_data_is_taken_or_not() {
    let peer = Peer::openssl_silent(&["-tls1_3", "-early_data"]);
    let mut line = peer.dial().await;
    let mut session = handshake(&mut line, &Offer::new(Version::TLS13), &DICE)
        .await
        .unwrap();
    // Tickets come by themselves.
    session.await_ticket(&mut line, PATIENCE).await.unwrap();
    assert!(
        session
            .tickets()
            .iter()
            .all(|ticket| ticket.max_early_data == Some(16384))
    );
    let again = session.by_ticket().unwrap();
    session.close(&mut line).await.unwrap();
    drop(line);
    let mut offer = Offer::new(Version::TLS13);
    offer.resume = Some(&again);
    offer.early_data = Some(b"GET / HTTP/1.0\r\n\r\n");
    let mut line = peer.dial().await;
    let session = handshake(&mut line, &offer, &DICE).await.unwrap();
    assert_eq!(session.facts().early_data_accepted, Some(true));
    session.close(&mut line).await.unwrap();
    drop(line);
    // The same ticket does not take early data twice.
    let mut line = peer.dial().await;
    let session = handshake(&mut line, &offer, &DICE).await.unwrap();
    assert_eq!(session.facts().early_data_accepted, Some(false));
}
