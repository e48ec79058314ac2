//! `--prove`: shows the over-read itself, on our own bytes only.
//!
//! A full heartbeat in good order lays 16 KiB of our marker into the buffer that the peer reads from. A second
//! one claims 8,192 bytes but brings 16: an affected OpenSSL answers with 8,176 bytes of that marker. What comes
//! back is counted in place and wiped; a single byte that is not ours ends it.

use holter_model::{Fact, HeartbeatAnswer, Stage};
use holter_wire::heartbeat::{LEAST_PADDING, Marker, OverClaim, Request};
use holter_wire::record::LONGEST_PLAINTEXT;

use super::ladder::Way;
use super::probe;
use crate::Visit;
use crate::conversation::{Conversation, Flight};

const CLAIMED: u16 = 8192;
const BROUGHT: usize = 16;

/// Asks on a connection of its own.
pub(super) async fn ask(visit: &mut Visit<'_>, way: Way) {
    let Some(consent) = visit.questions.prove else {
        return;
    };
    let Some(line) = visit.open().await else { return };
    let mut conversation = Conversation::over(line);
    let hello = way.hello(visit);
    let reply = conversation.hello(&hello).await;
    // Another machine may answer this time: without an offer of its own it is sent nothing, nor if it is delicate.
    visit.recognised(reply.flight().and_then(|flight| flight.mark));
    let invites = |flight: &&Flight| flight.invites() && !visit.is_spared();
    if let Some(flight) = reply.flight().filter(invites) {
        let version = flight.hello.negotiated();
        let wait = visit.questions.heartbeat_wait;
        let mut nonce = [0; 16];
        visit.dice.fill(&mut nonce);
        let marker = Marker(nonce);
        let full = Request::new(
            marker.bytes(LONGEST_PLAINTEXT).collect(),
            vec![0x50; LEAST_PADDING],
        );
        let (answer, _) = conversation.beat(&full, None, wait).await;
        probe::note(visit, version, Stage::MidHandshake, &full, answer);
        // Only a peer that gave back exactly our marker holds it where it reads from.
        if matches!(answer, HeartbeatAnswer::Echo { .. }) {
            let counts = conversation
                .over_claim(&OverClaim::new(marker, CLAIMED, BROUGHT, consent), wait)
                .await;
            let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            visit.heard(Fact::OverRead {
                version: version.0,
                claimed: CLAIMED.into(),
                brought: small(BROUGHT),
                own: counts.map_or(0, |counts| small(counts.over_read)),
                foreign: counts.map_or(0, |counts| small(counts.foreign)),
                answered: counts.is_some(),
            });
        }
    }
    visit.done(conversation.end());
}
