//! What an offer asks for beside a handshake, and the facts that come of it.

use std::path::PathBuf;
use std::process::Command;

use holter_handshake::{HandshakeError, Offer, Session, handshake};
use holter_wire::{CipherSuite, NamedGroup, Version};

use crate::matrix::converse;
use crate::peer::{DICE, Peer, files};

async fn finished(peer: &Peer, offer: &Offer<'_>) -> Session {
    let mut line = peer.dial().await;
    let mut session = handshake(&mut line, offer, &DICE)
        .await
        .unwrap_or_else(|error| panic!("{offer:?}: {error}"));
    assert_eq!(converse(&mut session, &mut line).await.unwrap(), b"retloh\n");
    session
}

/// An OCSP response of the test's own certificate.
fn response() -> PathBuf {
    let at = |name: &str| files().join(name).display().to_string();
    std::fs::write(files().join("index.txt"), "").unwrap();
    let made = Command::new("openssl")
        .args(["ocsp", "-ndays", "1"])
        .args([
            "-index",
            &at("index.txt"),
            "-CA",
            &at("rsa.pem"),
            "-issuer",
            &at("rsa.pem"),
            "-serial",
            "1",
        ])
        .args(["-rsigner", &at("rsa.pem"), "-rkey", &at("rsa.key")])
        .args(["-respout", &at("response.der")])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    files().join("response.der")
}

#[tokio::test]
async fn protocols_and_stapled_responses_are_told() {
    let staple = response();
    let peer = Peer::openssl(&[
        "-alpn",
        "http/1.1",
        "-status_file",
        &staple.display().to_string(),
        "-cipher",
        "ALL:@SECLEVEL=0",
    ]);
    let wanted = std::fs::read(&staple).unwrap();
    for version in [Version::TLS10, Version::TLS12, Version::TLS13] {
        let offer = Offer {
            protocols: &[b"h2", b"http/1.1"],
            status_request: true,
            timestamps: true,
            ..Offer::new(version)
        };
        let session = finished(&peer, &offer).await;
        let facts = session.facts();
        assert_eq!(facts.protocol.as_deref(), Some(&b"http/1.1"[..]), "{version}");
        assert_eq!(facts.ocsp_response.as_deref(), Some(&wanted[..]), "{version}");
        let session = finished(&peer, &Offer::new(version)).await;
        assert_eq!(
            (&session.facts().protocol, &session.facts().ocsp_response),
            (&None, &None)
        );
    }
}

#[tokio::test]
async fn records_may_be_encrypted_first() {
    let peer = Peer::openssl(&["-cipher", "ALL:@SECLEVEL=0"]);
    for (version, code, first) in [
        (Version::TLS10, 0x002f, true),
        (Version::TLS11, 0x0035, true),
        (Version::TLS12, 0x003c, true),
        (Version::TLS12, 0xc028, true),
        (Version::TLS12, 0x009c, false),
    ] {
        let suites = [CipherSuite(code)];
        let offer = Offer {
            suites: &suites,
            encrypt_then_mac: true,
            ..Offer::new(version)
        };
        let session = finished(&peer, &offer).await;
        assert_eq!(session.facts().encrypt_then_mac, first, "{version} {code:04x}");
    }
}

#[tokio::test]
async fn the_key_exchange_is_told() {
    let peer = Peer::openssl(&["-cipher", "ALL:@SECLEVEL=0", "-tls1_2"]);
    let facts = |code| {
        let peer = &peer;
        async move {
            let suites = [CipherSuite(code)];
            let offer = Offer {
                suites: &suites,
                ..Offer::new(Version::TLS12)
            };
            finished(peer, &offer).await.facts().clone()
        }
    };
    let dhe = facts(0x009e).await;
    let field = dhe.field.unwrap();
    assert_eq!((field.bits(), field.generator.as_slice()), (2048, &[2][..]));
    assert!(field.public.len() <= 256 && dhe.signature_length == Some(256));
    let ecdhe = facts(0xc02f).await;
    assert_eq!(ecdhe.group, Some(NamedGroup::X25519));
    assert!(ecdhe.scheme.is_some() && ecdhe.extended_master_secret && ecdhe.secure_renegotiation);
    let anonymous = facts(0xc018).await;
    assert_eq!((anonymous.scheme, anonymous.signature_length), (None, None));
    assert_eq!(facts(0x002f).await.group, None);
}

#[tokio::test]
async fn a_fallback_is_refused_and_compression_declined() {
    let peer = Peer::openssl(&["-cipher", "ALL:@SECLEVEL=0"]);
    let offer = Offer {
        fallback: true,
        ..Offer::new(Version::TLS11)
    };
    let refused = handshake(&mut peer.dial().await, &offer, &DICE).await;
    assert!(
        matches!(refused, Err(HandshakeError::Alert(alert)) if alert.0 == 86),
        "{refused:?}"
    );
    let offer = Offer {
        compression: vec![1, 0],
        ..Offer::new(Version::TLS12)
    };
    assert_eq!(finished(&peer, &offer).await.server_hello().compression, 0);
}
