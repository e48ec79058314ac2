//! Peers that ask who the client is.

use std::time::Duration;

use crate::peer::{DICE, Peer, files};
use holter_handshake::{HandshakeError, Offer, handshake};
use holter_net::identity::Identity;
use holter_wire::{ContentType, Version};

const VERSIONS: [(&str, Version); 3] = [
    ("-tls1", Version::TLS10),
    ("-tls1_1", Version::TLS11),
    ("-tls1_2", Version::TLS12),
];

fn identity(name: &str) -> Identity {
    let file = |end| std::fs::read(files().join(name).with_extension(end)).unwrap();
    Identity::from_pem(&file("pem"), &file("key")).unwrap()
}

async fn ask(peer: &Peer, version: Version, identity: Option<&Identity>) -> Result<Vec<u8>, HandshakeError> {
    let mut line = peer.dial().await;
    let mut offer = Offer::new(version);
    offer.identity = identity;
    let mut session = handshake(&mut line, &offer, &DICE).await?;
    assert!(session.client_certificate_requested());
    session
        .send(&mut line, ContentType::APPLICATION_DATA, b"holter\n")
        .await?;
    let mut text = Vec::new();
    while !text.ends_with(b"\n") {
        text.extend(session.receive(&mut line, Duration::from_secs(5)).await?.1);
    }
    Ok(text)
}

#[tokio::test]
async fn an_rsa_identity_is_proved_in_every_version() {
    for (flag, version) in VERSIONS {
        let peer = Peer::openssl(&["-cipher", "ALL:@SECLEVEL=0", "-Verify", "1", flag]);
        assert_eq!(
            ask(&peer, version, Some(&identity("rsa"))).await.unwrap(),
            b"retloh\n"
        );
    }
}

#[tokio::test]
async fn an_ecdsa_identity_is_proved_in_tls_1_2() {
    let peer = Peer::openssl(&["-cipher", "ALL:@SECLEVEL=0", "-Verify", "1", "-tls1_2"]);
    assert_eq!(
        ask(&peer, Version::TLS12, Some(&identity("ec"))).await.unwrap(),
        b"retloh\n"
    );
    let peer = Peer::openssl(&["-cipher", "ALL:@SECLEVEL=0", "-Verify", "1", "-tls1"]);
    let refused = ask(&peer, Version::TLS10, Some(&identity("ec"))).await;
    assert!(
        matches!(refused, Err(HandshakeError::Unsupported(_))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn without_an_identity_only_a_peer_that_insists_refuses() {
    for (flag, version) in VERSIONS {
        let peer = Peer::openssl(&["-cipher", "ALL:@SECLEVEL=0", "-verify", "1", flag]);
        assert_eq!(ask(&peer, version, None).await.unwrap(), b"retloh\n");
        let peer = Peer::openssl(&["-cipher", "ALL:@SECLEVEL=0", "-Verify", "1", flag]);
        let refused = ask(&peer, version, None).await;
        assert!(
            matches!(refused, Err(HandshakeError::Alert(_))),
            "{version}: {refused:?}"
        );
    }
}
