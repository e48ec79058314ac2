//! Odd secrets and malformed records against real servers, all of which take them as a sound server should.

use std::net::SocketAddr;
use std::time::Duration;

use holter_handshake::odd::bleichenbacher::{Ending, Plaintext, ask};
use holter_handshake::odd::cbc::{Malformed, probe};
use holter_handshake::odd::{End, Heard, Reaction};
use holter_handshake::{HandshakeError, Offer};
use holter_wire::{AlertDescription, CipherSuite, Version};

use crate::early_ccs::{dial, node};
use crate::peer::{DICE, Peer};

const WAIT: Duration = Duration::from_secs(10);
const SHORT: Duration = Duration::from_millis(300);
const RECORD_OVERFLOW: AlertDescription = AlertDescription(22);

async fn asked(address: SocketAddr, version: Version, plaintext: Plaintext, ending: Ending) -> Reaction {
    let suites = [CipherSuite(0x002f)];
    let mut offer = Offer::new(version);
    offer.suites = &suites;
    let mut line = dial(address).await;
    let wait = if ending == Ending::Nothing { SHORT } else { WAIT };
    ask(&mut line, &offer, plaintext, ending, &DICE, wait)
        .await
        .unwrap_or_else(|error| panic!("{version} {plaintext:?} {ending:?}: {error}"))
}

/// A sound server goes on with the right secret, and answers all others alike.
async fn is_no_oracle(address: SocketAddr, version: Version, what: &str) {
    let right = asked(address, version, Plaintext::Sound, Ending::Right).await;
    assert!(right.goes_on(), "{what}: {right:?}");
    for ending in [Ending::Wrong, Ending::Nothing] {
        let first = asked(address, version, Plaintext::Sound, ending).await;
        assert!(!first.goes_on(), "{what}: {first:?}");
        for plaintext in Plaintext::ALL {
            let reaction = asked(address, version, plaintext, ending).await;
            assert_eq!(reaction, first, "{what} {version} {plaintext:?} {ending:?}");
        }
    }
    // GnuTLS puts the right version in place of whatever stands there, and goes on.
    for plaintext in &Plaintext::ALL[1..4] {
        let reaction = asked(address, version, *plaintext, Ending::Right).await;
        assert!(
            !reaction.goes_on(),
            "{what} {version} {plaintext:?}: {reaction:?}"
        );
    }
}

#[tokio::test]
async fn no_server_of_the_lab_tells_odd_secrets_apart() {
    let openssl = Peer::openssl(&["-cipher", "ALL:@SECLEVEL=0"]);
    let gnutls = Peer::gnutls(&["--priority=NORMAL:+VERS-ALL:+RSA"]);
    for (peer, what) in [(&openssl, "OpenSSL"), (&gnutls, "GnuTLS")] {
        is_no_oracle(peer.address(), Version::TLS12, what).await;
    }
    let (_server, address) = node("0.10.1");
    for version in [Version::SSL3, Version::TLS10, Version::TLS12] {
        is_no_oracle(address, version, "1.0.1e").await;
    }
}

async fn probed(address: SocketAddr, version: Version, code: u16, malformed: Malformed) -> Reaction {
    let suites = [CipherSuite(code)];
    let mut offer = Offer::new(version);
    offer.suites = &suites;
    let mut line = dial(address).await;
    let text = b"GET / HTTP/1.0\r\n\r\n";
    probe(&mut line, &offer, malformed, text, &DICE, (Duration::ZERO, WAIT))
        .await
        .unwrap_or_else(|error| panic!("{version} {code:04x} {malformed:?}: {error}"))
}

#[tokio::test]
async fn a_malformed_record_is_a_bad_mac_whatever_is_wrong() {
    let (_server, address) = node("0.10.1");
    for (version, code) in [
        (Version::TLS10, 0x002f),
        (Version::TLS10, 0x000a),
        (Version::TLS11, 0x0035),
        (Version::TLS12, 0x002f),
        (Version::TLS12, 0x003c),
    ] {
        for malformed in Malformed::ALL {
            let reaction = probed(address, version, code, malformed).await;
            if malformed == Malformed::Sound {
                assert!(reaction.goes_on(), "{version} {code:04x}: {reaction:?}");
                assert!(matches!(reaction.heard.last(), Some(Heard::Data(1..))));
            } else {
                let alert = reaction.alert();
                // OpenSSL 1.0.1e has CVE-2016-2107 where the processor has instructions for AES.
                let overflow = matches!(malformed, Malformed::OnlyPadding | Malformed::NoPadding)
                    && code != 0x000a
                    && alert == Some(RECORD_OVERFLOW);
                assert!(
                    overflow || alert == Some(AlertDescription::BAD_RECORD_MAC),
                    "{version} {code:04x} {malformed:?}: {reaction:?}"
                );
                assert_eq!(reaction.end, End::Closed);
            }
        }
    }
    // SSLv3's filler may be anything.
    for malformed in [Malformed::Ssl3Filler, Malformed::Sound] {
        assert!(
            probed(address, Version::SSL3, 0x002f, malformed).await.goes_on(),
            "{malformed:?}"
        );
    }
}

#[tokio::test]
async fn a_suite_without_padding_is_not_asked() {
    let peer = Peer::openssl(&["-cipher", "ALL:@SECLEVEL=0", "-tls1_2"]);
    for (code, first) in [(0x009c, false), (0x002f, true)] {
        let suites = [CipherSuite(code)];
        let mut offer = Offer::new(Version::TLS12);
        offer.suites = &suites;
        offer.encrypt_then_mac = first;
        let mut line = peer.dial().await;
        let asked = probe(
            &mut line,
            &offer,
            Malformed::Sound,
            b"x",
            &DICE,
            (Duration::ZERO, WAIT),
        )
        .await;
        assert!(matches!(asked, Err(HandshakeError::Unsupported(_))), "{asked:?}");
    }
}
