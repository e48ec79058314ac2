//! Going on with sessions up to TLS 1.2, by id and by ticket, against real servers.

use std::net::SocketAddr;
use std::time::Duration;

use holter_handshake::{Facts, Offer, Resumption, bleed, handshake};
use holter_wire::{CipherSuite, ContentType, Version};

use crate::early_ccs::{dial, node};
use crate::peer::{DICE, Peer};

/// What is left of a session that ended in order.
struct Past {
    facts: Facts,
    chain: usize,
    by_id: Option<Resumption>,
    by_ticket: Option<Resumption>,
}

async fn finished(address: SocketAddr, offer: &Offer<'_>) -> Past {
    let mut line = dial(address).await;
    let mut session = handshake(&mut line, offer, &DICE)
        .await
        .unwrap_or_else(|error| panic!("{offer:?}: {error}"));
    session
        .send(
            &mut line,
            ContentType::APPLICATION_DATA,
            b"GET / HTTP/1.0\r\n\r\n",
        )
        .await
        .unwrap();
    session
        .receive(&mut line, Duration::from_secs(5))
        .await
        .unwrap_or_else(|error| panic!("{offer:?}: {error}"));
    let past = Past {
        facts: session.facts().clone(),
        chain: session.chain().len(),
        by_id: session.by_id(),
        by_ticket: session.by_ticket(),
    };
    // A session that breaks off is forgotten.
    session.close(&mut line).await.unwrap();
    line.end().await;
    past
}

/// Whether a session goes on, by its id and by its ticket.
async fn goes_on(address: SocketAddr, version: Version, codes: &[u16]) -> (Option<bool>, Option<bool>) {
    let suites: Vec<_> = codes.iter().map(|code| CipherSuite(*code)).collect();
    let offer = Offer {
        suites: &suites,
        ..Offer::new(version)
    };
    let by_id = resumed(address, &offer, finished(address, &offer).await.by_id).await;
    let offer = Offer {
        tickets: true,
        ..offer
    };
    let by_ticket = resumed(address, &offer, finished(address, &offer).await.by_ticket).await;
    (by_id, by_ticket)
}

async fn resumed(address: SocketAddr, offer: &Offer<'_>, again: Option<Resumption>) -> Option<bool> {
    let again = again?;
    let past = finished(
        address,
        &Offer {
            resume: Some(&again),
            ..offer.clone()
        },
    )
    .await;
    assert_eq!(past.chain == 0, past.facts.resumed);
    assert!(!past.facts.resumed || past.facts.session_id_length >= 16);
    Some(past.facts.resumed)
}

#[tokio::test]
async fn openssl_goes_on_by_ticket_and_by_id_as_it_is_told() {
    for version in [Version::TLS10, Version::TLS11, Version::TLS12] {
        for code in [0x002f, 0xc013] {
            let peer = Peer::openssl(&["-cipher", "ALL:@SECLEVEL=0"]);
            assert_eq!(
                goes_on(peer.address(), version, &[code]).await,
                (Some(true), Some(true)),
                "{version} {code:04x}"
            );
        }
    }
    let peer = Peer::openssl(&["-no_ticket", "-tls1_2"]);
    assert_eq!(
        goes_on(peer.address(), Version::TLS12, &[0xc02f]).await,
        (Some(true), None)
    );
    let peer = Peer::openssl(&["-no_cache", "-tls1_2"]);
    let (by_id, by_ticket) = goes_on(peer.address(), Version::TLS12, &[0xc02f]).await;
    assert_eq!((by_id.unwrap_or(false), by_ticket), (false, Some(true)));
}

#[tokio::test]
async fn a_session_without_an_extended_secret_goes_on_as_it_began() {
    let peer = Peer::openssl(&["-tls1_2"]);
    let offer = Offer {
        extended_master_secret: false,
        tickets: true,
        ..Offer::new(Version::TLS12)
    };
    let session = finished(peer.address(), &offer).await;
    assert!(!session.facts.extended_master_secret);
    let again = session.by_ticket;
    let offer = Offer {
        extended_master_secret: true,
        ..offer
    };
    assert_eq!(resumed(peer.address(), &offer, again).await, Some(true));
}

#[tokio::test]
async fn old_servers_go_on_in_every_version() {
    let (_server, address) = node("0.10.1");
    for version in [Version::SSL3, Version::TLS10, Version::TLS12] {
        let (by_id, by_ticket) = goes_on(address, version, &[0x002f, 0x0005]).await;
        // Node keeps no sessions by itself, and SSLv3 has no tickets.
        assert_ne!(by_id, Some(true));
        assert_eq!(by_ticket, (version != Version::SSL3).then_some(true), "{version}");
    }
}

#[tokio::test]
async fn an_id_comes_back_as_it_was_and_nothing_bleeds() {
    let peer = Peer::openssl(&["-tls1_2"]);
    let offer = Offer {
        tickets: true,
        ..Offer::new(Version::TLS12)
    };
    let again = finished(peer.address(), &offer).await.by_ticket.unwrap();
    for (id, came) in [(None, 16), (Some(vec![7; 5]), 5)] {
        let offer = Offer {
            resume: Some(&again),
            session_id: id,
            ..Offer::new(Version::TLS12)
        };
        let mut line = peer.dial().await;
        let (echo, session) = bleed::ask(&mut line, &offer, &DICE).await.unwrap();
        assert_eq!((echo.sent, echo.came, echo.begins_with_ours), (came, came, true));
        assert!(!echo.is_bleeding() && session.is_some());
    }
}
