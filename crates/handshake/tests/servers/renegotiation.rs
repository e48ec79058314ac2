//! Renegotiation that the client begins, against real servers.

use std::net::SocketAddr;
use std::time::Duration;

use holter_handshake::renegotiation::{How, Outcome};
use holter_handshake::{Offer, handshake};
use holter_wire::{AlertDescription, Version};

use crate::early_ccs::{dial, node};
use crate::peer::{DICE, Peer};

async fn asked(address: SocketAddr, version: Version, how: How) -> Outcome {
    let mut line = dial(address).await;
    let offer = Offer::new(version);
    let session = handshake(&mut line, &offer, &DICE)
        .await
        .unwrap_or_else(|error| panic!("{version}: {error}"));
    session
        .renegotiate(&mut line, &offer, how, &DICE, Duration::from_secs(30))
        .await
        .unwrap_or_else(|error| panic!("{version}: {error}"))
}

const NO: Outcome = Outcome::Refused(AlertDescription::NO_RENEGOTIATION);
const FAILURE: Outcome = Outcome::Refused(AlertDescription::HANDSHAKE_FAILURE);

#[tokio::test]
async fn openssl_does_as_it_is_told() {
    for version in [Version::TLS10, Version::TLS12] {
        let peer = Peer::openssl(&["-cipher", "ALL:@SECLEVEL=0"]);
        for how in [How::Secure, How::Unbound] {
            assert_eq!(asked(peer.address(), version, how).await, NO, "{version} {how:?}");
        }
        let peer = Peer::openssl(&["-cipher", "ALL:@SECLEVEL=0", "-client_renegotiation"]);
        assert_eq!(
            asked(peer.address(), version, How::Secure).await,
            Outcome::Accepted
        );
        assert_eq!(asked(peer.address(), version, How::Unbound).await, FAILURE);
    }
}

#[tokio::test]
async fn old_servers_take_part_where_the_hello_is_bound() {
    let (_server, address) = node("0.10.1");
    for version in [Version::SSL3, Version::TLS10, Version::TLS12] {
        if version > Version::SSL3 {
            assert_eq!(asked(address, version, How::Secure).await, Outcome::Accepted);
        }
        assert_eq!(asked(address, version, How::Unbound).await, FAILURE, "{version}");
    }
}

#[tokio::test]
async fn tls_1_3_has_none() {
    let peer = Peer::openssl(&["-tls1_3"]);
    let mut line = peer.dial().await;
    let offer = Offer::new(Version::TLS13);
    let session = handshake(&mut line, &offer, &DICE).await.unwrap();
    let asked = session
        .renegotiate(&mut line, &offer, How::Secure, &DICE, Duration::from_secs(1))
        .await;
    assert!(asked.is_err());
}
