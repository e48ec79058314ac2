//! A session in TLS 1.3: its tickets, and whether they allow early data.

use std::time::Duration;

use holter_handshake::{Offer, Session};
use holter_model::Feature;
use holter_net::Line;
use holter_wire::Version;
use tokio::time::Instant;

use super::{begin, groups, look_inside, note, note_ticket, offer};
use crate::{Configuration, Visit};

/// Tickets come right behind the handshake, or not at all; between two looks at what came.
const LOOK: Duration = Duration::from_millis(20);

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
    let ended = wait_for_ticket(&mut line, &mut session, patience).await;
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
    if !ended {
        let _ = session.close(&mut line).await;
    }
    visit.done(line);
}

/// Whether the session ended meanwhile.
async fn wait_for_ticket(line: &mut Line, session: &mut Session, patience: Duration) -> bool {
    let until = Instant::now() + patience;
    while session.tickets().is_empty() && Instant::now() < until {
        match session.receive(line, LOOK).await {
            Ok(_) => {}
            Err(error) if error.is_silence() => {}
            Err(_) => return true,
        }
    }
    false
}
