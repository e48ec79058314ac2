//! A finished handshake replays from its tape, and a tape with any byte changed can hurt nobody.

use std::time::Duration;

use holter_handshake::odd::early_ccs::{EarlyCcs, FinishedOver, prove};
use holter_handshake::{HandshakeError, Offer, Session, handshake};
use holter_model::seam::FixedDice;
use holter_net::Care;
use holter_net::tape::{Event, Recording, Tape};
use holter_wire::{CipherSuite, ContentType, Version};

use crate::peer::{Peer, dialer};

const DICE: FixedDice = FixedDice(7);

async fn replay(tape: Tape, peer: &Peer, offer: &Offer<'_>) -> Result<Session, HandshakeError> {
    let mut line = dialer()
        .replaying(tape)
        .dial(peer.endpoint(), Care::ROBUST)
        .await
        .unwrap();
    handshake(&mut line, offer, &DICE).await
}

async fn recorded(peer: &Peer, offer: &Offer<'_>) -> Tape {
    let recording = Recording::default();
    let mut line = dialer()
        .recording(recording.clone())
        .dial(peer.endpoint(), Care::ROBUST)
        .await
        .unwrap();
    let mut session = handshake(&mut line, offer, &DICE).await.unwrap();
    session
        .send(&mut line, ContentType::APPLICATION_DATA, b"holter\n")
        .await
        .unwrap();
    recording.tape()
}

#[tokio::test]
async fn a_tape_replays_and_changed_ones_end_in_an_error() {
    let peer = Peer::openssl(&["-cipher", "ALL:@SECLEVEL=0"]);
    for code in [0x002f, 0xc02f, 0x0033, 0x1301] {
        let suites = [CipherSuite(code)];
        let mut offer = Offer::new(if code == 0x1301 {
            Version::TLS13
        } else {
            Version::TLS12
        });
        offer.suites = &suites;
        let tape = recorded(&peer, &offer).await;
        assert_eq!(
            replay(tape.clone(), &peer, &offer).await.unwrap().suite().code.0,
            code
        );

        let received = |tape: &Tape| {
            tape.connections[0]
                .iter()
                .filter(|event| matches!(event, Event::Received(_)))
                .count()
        };
        let mut finished = 0;
        for event in 0..received(&tape) {
            let mut length = 1;
            let mut at = 0;
            while at < length {
                let mut changed = tape.clone();
                let mut all = changed.connections[0].iter_mut().filter_map(|event| match event {
                    Event::Received(bytes) => Some(bytes),
                    _ => None,
                });
                let bytes = all.nth(event).unwrap();
                length = bytes.len();
                bytes[at] ^= 0x81;
                finished += u32::from(replay(changed, &peer, &offer).await.is_ok());
                // A certificate's inside is all the same: a few bytes of it stand for the rest.
                at += if at > 160 { 17 } else { 1 };
            }
        }
        // Finished covers every byte of every message, so only record headers may differ unnoticed.
        assert!(
            finished <= 16,
            "{code:04x}: {finished} changed tapes went unnoticed"
        );
    }
}

/// Odd conversations replay too, and no byte that a server might say instead does more than end them.
#[tokio::test]
async fn odd_conversations_survive_whatever_is_said() {
    let peer = Peer::openssl(&["-cipher", "ALL:@SECLEVEL=0", "-tls1_2"]);
    let offer = Offer::new(Version::TLS12);
    let wait = Duration::from_millis(200);
    let recording = Recording::default();
    let mut line = dialer()
        .recording(recording.clone())
        .dial(peer.endpoint(), Care::ROBUST)
        .await
        .unwrap();
    let finished = FinishedOver::Everything;
    let heard = prove(&mut line, &offer, finished, &DICE, wait).await.unwrap();
    let tape = recording.tape();
    let replayed = async |tape: Tape| {
        let dialer = dialer().replaying(tape);
        let mut line = dialer.dial(peer.endpoint(), Care::ROBUST).await.unwrap();
        prove(&mut line, &offer, finished, &DICE, wait).await
    };
    assert_eq!(replayed(tape.clone()).await.unwrap(), heard);
    for at in 0..400 {
        let mut changed = tape.clone();
        let mut left = at;
        for event in changed.connections.iter_mut().flatten() {
            let Event::Received(bytes) = event else { continue };
            match bytes.get_mut(left) {
                Some(byte) => {
                    *byte ^= 0x81;
                    break;
                }
                None => left -= bytes.len(),
            }
        }
        let outcome = replayed(changed).await;
        assert_ne!(outcome.ok(), Some(EarlyCcs::Proven), "byte {at}");
    }
}
