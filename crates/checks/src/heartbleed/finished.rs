//! The same two heartbeats after a finished handshake, for stacks that answer none before: GnuTLS since 2014-09
//! ends a handshake in which one comes.

use std::time::Duration;

use holter_handshake::{HandshakeError, Offer, Session, handshake};
use holter_model::{HeartbeatAnswer, Stage};
use holter_net::Line;
use holter_protocols::marks::recognise_certificate;
use holter_wire::extension::HeartbeatMode;
use holter_wire::heartbeat::{LEAST_PADDING, Request, is_request};
use holter_wire::{ContentType, Version};
use tokio::time::Instant;
use zeroize::Zeroize as _;

use super::probe;
use crate::conversation::{compared, silence};
use crate::{Configuration, Visit};

/// After the handshake no buffer holds an answer back, so little is enough.
const PAYLOAD: usize = 16;

/// Asks on connections of its own: a stack that ends the session over a short heartbeat shows on a second one
/// whether it answers any.
pub(super) async fn ask(visit: &mut Visit<'_>, version: Version) {
    let short = probe::request(visit, PAYLOAD, LEAST_PADDING - 1);
    let control = probe::request(visit, PAYLOAD, LEAST_PADDING);
    let ended = session(visit, version, &[&short, &control]).await;
    if ended {
        session(visit, version, &[&control]).await;
    }
}

/// Finishes a handshake and sends heartbeats until one is answered. Whether the peer ended the session over the
/// first of several.
async fn session(visit: &mut Visit<'_>, version: Version, requests: &[&Request]) -> bool {
    let Some(mut line) = visit.open().await else {
        return false;
    };
    let name = visit.questions.sni.as_deref().or(visit.name);
    let known = Configuration::of(visit.observations());
    let offer = Offer {
        suites: crate::session::suites(&known, version),
        groups: crate::session::older_groups(&known),
        server_name: name,
        heartbeat: true,
        identity: visit.questions.identity.as_ref(),
        ..Offer::new(version)
    };
    let ended = match handshake(&mut line, &offer, visit.dice).await {
        Ok(session) if invites(visit, &session) => beats(visit, &mut line, session, requests).await,
        Ok(_) => false,
        // No fault that hides a verdict: what was heard in mid-handshake still stands.
        Err(error) => {
            visit.odd(format!("no handshake could be finished in {version}: {error}"));
            false
        }
    };
    visit.done(line);
    ended
}

/// Whether a heartbeat may be sent. Another machine may answer this time, and it may be a delicate one.
fn invites(visit: &mut Visit<'_>, session: &Session) -> bool {
    let leaf = session.chain().first();
    visit.recognised(leaf.and_then(|leaf| recognise_certificate(leaf)));
    session.server_hello().heartbeat() == Some(HeartbeatMode::PeerAllowedToSend) && !visit.is_spared()
}

async fn beats(visit: &mut Visit<'_>, line: &mut Line, mut session: Session, requests: &[&Request]) -> bool {
    let (wait, version) = (visit.questions.heartbeat_wait, session.version());
    let mut earlier = None;
    for request in requests {
        let (answer, late) = beat(line, &mut session, request, earlier, wait).await;
        let answered = earlier.filter(|_| late).unwrap_or(request);
        probe::note(visit, version, Stage::Finished, answered, answer);
        match answer {
            HeartbeatAnswer::Silence { .. } => earlier = Some(request),
            HeartbeatAnswer::Alert { .. } | HeartbeatAnswer::Closed => {
                return earlier.is_none() && requests.len() > 1;
            }
            HeartbeatAnswer::Echo { .. } | HeartbeatAnswer::Other { .. } => break,
        }
    }
    // The peer has a whole session open; a goodbye lets it close in order.
    let _ = session.close(line).await;
    false
}

async fn beat(
    line: &mut Line,
    session: &mut Session,
    request: &Request,
    earlier: Option<&Request>,
    wait: Duration,
) -> (HeartbeatAnswer, bool) {
    let mut message = Vec::new();
    request.encode(&mut message);
    if session
        .send(line, ContentType::HEARTBEAT, &message)
        .await
        .is_err()
    {
        return (HeartbeatAnswer::Closed, false);
    }
    let until = Instant::now() + wait;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        match session.receive(line, left).await {
            Ok((ContentType::HEARTBEAT, mut body)) if !is_request(&body) => {
                let answer = compared(&body, request, earlier);
                body.zeroize();
                return answer;
            }
            // A server may speak first; what it says is not ours to read.
            Ok(_) if !left.is_zero() => {}
            Ok(_) => return (silence(wait), false),
            Err(HandshakeError::Alert(description)) => {
                return (HeartbeatAnswer::Alert { code: description.0 }, false);
            }
            Err(error) if error.is_silence() => return (silence(wait), false),
            Err(_) => return (HeartbeatAnswer::Closed, false),
        }
    }
}
