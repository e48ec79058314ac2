//! What all this is for: after a finished handshake a heartbeat with 15 bytes of padding is not answered by a sound
//! stack (RFC 6520 section 4), and one with 16 is.

use std::time::Duration;

use crate::peer::{DICE, Peer};
use holter_handshake::{HandshakeError, Offer, handshake};
use holter_wire::extension::HeartbeatMode;
use holter_wire::heartbeat::{Answer, Request, compare};
use holter_wire::{ContentType, Version};

const DECODE_ERROR: u8 = 50;

#[tokio::test]
async fn gnutls_answers_a_sound_heartbeat_and_refuses_a_short_one() {
    let peer = Peer::gnutls(&[
        "--heartbeat",
        "--priority=NORMAL:+VERS-TLS1.0:+VERS-TLS1.1:+SHA1:+SIGN-RSA-SHA1",
    ]);
    for version in [Version::TLS10, Version::TLS11, Version::TLS12] {
        let mut line = peer.dial().await;
        let mut offer = Offer::new(version);
        offer.heartbeat = true;
        let mut session = handshake(&mut line, &offer, &DICE).await.unwrap();
        assert_eq!(session.version(), version);
        assert_eq!(
            session.server_hello().heartbeat(),
            Some(HeartbeatMode::PeerAllowedToSend)
        );

        for padding in [16, 16, 15] {
            let request = Request::new(vec![0x5a; 16], vec![0; padding]);
            let mut body = Vec::new();
            request.encode(&mut body);
            session
                .send(&mut line, ContentType::HEARTBEAT, &body)
                .await
                .unwrap();
            let answer = session.receive(&mut line, Duration::from_secs(5)).await;
            if padding == 16 {
                let (content, answer) = answer.unwrap();
                assert_eq!(content, ContentType::HEARTBEAT);
                assert!(
                    matches!(compare(&request, &answer), Answer::Echo { .. }),
                    "{version}"
                );
            } else {
                // RFC 6520 asks for silence; GnuTLS hands its application an error, and gnutls-serv tells the peer.
                let refused = matches!(&answer, Err(HandshakeError::Alert(alert)) if alert.0 == DECODE_ERROR);
                assert!(refused, "{version}: {answer:?}");
            }
        }
    }
}
