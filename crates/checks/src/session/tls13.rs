//! A session in TLS 1.3: its tickets, and whether they allow early data.

use std::time::Duration;

use holter_handshake::{HandshakeError, Offer, Session};
use holter_model::Feature;
use holter_net::Line;
use holter_wire::Version;

use super::{begin, groups, look_inside, note, note_ticket, offer};
use crate::{Configuration, Visit};

/// `alone`: nothing older is spoken, so that this is where a web service is asked for its front page.
pub(super) async fn survey(visit: &mut Visit<'_>, alone: bool) {
    let version = Version::TLS13;
    let groups = groups(&Configuration::of(visit.observations()));
    let wanted = Offer {
        groups: &groups,
        ..offer(visit, version)
    };
    let Some((mut line, mut session)) = begin(visit, &wanted).await else {
        return;
    };
    if session.version() != version {
        visit.done(line);
        return;
    }
    let patience = visit.short_patience();
    if alone {
        look_inside(visit, &mut line, &mut session).await;
    }
    let pause = visit.pause();
    let end = listen(&mut line, &mut session, (pause, patience)).await;
    let ended = end == End::Peer;
    let tickets = session.tickets().to_vec();
    for ticket in &tickets {
        note_ticket(visit, version, ticket);
    }
    // A session that was ended at once, for want of a client certificate, brought none for that reason.
    if !tickets.is_empty() || !ended {
        let early = tickets
            .iter()
            .any(|ticket| ticket.max_early_data.is_some_and(|bytes| bytes > 0));
        note(visit, Feature::SessionTicket, version, !tickets.is_empty());
        note(visit, Feature::EarlyData, version, early);
    }
    if end == End::None {
        let _ = session.close(&mut line).await;
    }
    visit.done(line);
}

/// Who has ended a session.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// Nobody yet.
    None,
    /// We have, with a goodbye.
    Own,
    /// The peer.
    Peer,
}

/// Listens for tickets. They come right behind the handshake, before the peer hears what is said next: whoever sends none
/// for a moment is told goodbye, and by its end has sent all that it ever will. Where the peer asked for a certificate that is
/// not done, for then its own end is to be heard.
async fn listen(line: &mut Line, session: &mut Session, (pause, patience): (Duration, Duration)) -> End {
    let parts = !session.client_certificate_requested();
    match session
        .await_ticket(line, if parts { pause } else { patience })
        .await
    {
        Ok(()) => return End::None,
        Err(error) if !error.is_silence() => return End::Peer,
        Err(_) if !parts => return End::None,
        Err(_) => {}
    }
    if session.say_goodbye(line).await.is_err() {
        return End::Peer;
    }
    match session.await_ticket(line, patience).await {
        Err(HandshakeError::Alert(_)) => End::Peer,
        _ => End::Own,
    }
}
