//! Sessions up to TLS 1.2.

use std::time::Duration;

use holter_handshake::renegotiation::{How, Outcome};
use holter_handshake::resumption::Resumption;
use holter_handshake::suite::Bulk;
use holter_handshake::{Offer, Session, bleed, handshake};
use holter_model::{Fact, Feature, Reaction, Transport};
use holter_net::Line;
use holter_wire::Version;

use super::{AGAIN_BOUND, AGAIN_UNBOUND, TICKETBLEED, begin, look_inside, note, note_ticket};
use crate::{Visit, spoken};

/// The session id beside a ticket: one byte short of the longest, so that a server that takes it for the longest shows
/// itself by a single byte that was not ours, and by no more. It is counted and wiped.
const SHORT_ID: usize = 31;

/// How long to wait over datagrams for a word on the wish to negotiate again: the wish or the word may be lost.
const WORD_OVER_DATAGRAMS: Duration = Duration::from_millis(2500);

pub(super) async fn survey(visit: &mut Visit<'_>, version: Version) {
    // With a ticket most servers give no session id, so the first session takes none.
    let first = offer(visit, version);
    let Some((mut line, mut session)) = begin(visit, &first).await else {
        return;
    };
    if matches!(session.suite().bulk, Bulk::Cbc(_)) {
        let present = session.facts().encrypt_then_mac;
        note(visit, Feature::EncryptThenMac, session.version(), present);
    }
    look_inside(visit, &mut line, &mut session).await;
    let by_id = session.by_id();
    // A server forgets a session that ends without a goodbye.
    let _ = session.close(&mut line).await;
    visit.done(line);

    let second = Offer {
        resume: by_id.as_ref(),
        tickets: true,
        ..offer(visit, version)
    };
    let Some((mut line, mut session)) = begin(visit, &second).await else {
        return;
    };
    let mut ticket = tickets(visit, &session);
    let resumed = session.facts().resumed;
    note(visit, Feature::SessionId, session.version(), resumed);
    // A session that goes on by its id need not bring a ticket, even where others do.
    if ticket.is_none() && resumed {
        let _ = session.close(&mut line).await;
        visit.done(line);
        let Some(third) = begin(visit, &fresh(visit, version)).await else {
            return;
        };
        (line, session) = third;
        ticket = tickets(visit, &session);
    }
    if let Some(ticket) = ticket {
        let _ = session.close(&mut line).await;
        visit.done(line);
        visit.keep_last_session(ticket);
    } else {
        note(visit, Feature::SessionTicket, version, false);
        negotiate_again(visit, line, session).await;
    }
}

/// Goes on by a ticket, and asks to negotiate again at the end. Some servers are busy with that for a second, for which
/// nobody waits when this is the last question.
pub(super) async fn last(visit: &mut Visit<'_>, ticket: Resumption) {
    let session = match bleed(visit, &ticket).await {
        Some(session) => Some(session),
        None => begin(visit, &fresh(visit, ticket.version())).await,
    };
    if let Some((line, session)) = session {
        negotiate_again(visit, line, session).await;
    }
}

/// The same extensions each time: a session goes on as it began.
fn offer<'a>(visit: &Visit<'a>, version: Version) -> Offer<'a> {
    Offer {
        encrypt_then_mac: true,
        ..super::offer(visit, version)
    }
}

/// What a session is begun with that goes on with no other.
fn fresh<'a>(visit: &Visit<'a>, version: Version) -> Offer<'a> {
    Offer {
        tickets: true,
        ..offer(visit, version)
    }
}

fn tickets(visit: &mut Visit<'_>, session: &Session) -> Option<Resumption> {
    for ticket in session.tickets() {
        note_ticket(visit, session.version(), ticket);
    }
    session.by_ticket()
}

/// Asks once to negotiate again, and leaves it there. Who takes part for a client that knows RFC 5746 may do so for
/// one that does not, too.
async fn negotiate_again(visit: &mut Visit<'_>, line: Line, session: Session) {
    let version = session.version();
    let how = if session.facts().secure_renegotiation {
        How::Secure
    } else {
        How::Unbound
    };
    let accepted = ask_again(visit, line, session, how).await;
    if let Some(accepted) = accepted {
        note(visit, Feature::ClientRenegotiation, version, accepted);
    }
    if (how, accepted) == (How::Secure, Some(true)) {
        negotiate_unaware(visit, version).await;
    }
}

/// The same as a client of before RFC 5746. A server that turns such clients away is sound.
async fn negotiate_unaware(visit: &mut Visit<'_>, version: Version) {
    if !spoken::may_ask(visit) || visit.room() == 0 {
        return;
    }
    let Some(mut line) = visit.open().await else {
        return;
    };
    let offer = Offer {
        renegotiation_info: false,
        ..fresh(visit, version)
    };
    match handshake(&mut line, &offer, visit.dice).await {
        Ok(session) if !session.facts().secure_renegotiation => {
            ask_again(visit, line, session, How::Unbound).await;
        }
        Ok(_) => visit.provoked(line),
        Err(error) => {
            visit.provoked(line);
            visit.heard(Fact::Probe {
                probe: AGAIN_UNBOUND.to_owned(),
                version: version.0,
                suite: 0,
                reaction: super::failure(&error),
            });
        }
    }
}

/// Whether it negotiates again; `None`: it says nothing that tells.
async fn ask_again(visit: &mut Visit<'_>, mut line: Line, session: Session, how: How) -> Option<bool> {
    let offer = fresh(visit, session.version());
    let (version, suite) = (session.version(), session.suite().code.0);
    let probe = match how {
        How::Secure => AGAIN_BOUND,
        How::Unbound => AGAIN_UNBOUND,
    };
    // Nearly all say a word on that, and then at once.
    let word = match visit.endpoint.transport {
        Transport::Tcp => visit.short_patience(),
        Transport::Udp => WORD_OVER_DATAGRAMS,
    };
    let outcome = session
        .renegotiate(&mut line, &offer, how, visit.dice, word)
        .await;
    visit.provoked(line);
    let (reaction, accepted) = match outcome {
        Ok(Outcome::Accepted) => (Reaction::Continued, Some(true)),
        Ok(Outcome::Refused(alert)) => (Reaction::Alert(alert.0), Some(false)),
        Ok(Outcome::Closed) => (Reaction::Closed, Some(false)),
        Ok(Outcome::Reset) => (Reaction::Reset, Some(false)),
        Ok(Outcome::Silence) => (
            Reaction::Silence(u32::try_from(word.as_millis()).unwrap_or(u32::MAX)),
            None,
        ),
        Err(_) => (Reaction::Other(0), None),
    };
    visit.heard(Fact::Probe {
        probe: probe.to_owned(),
        version: version.0,
        suite,
        reaction,
    });
    accepted
}

/// Goes on by a ticket. `None`: no session came of it.
async fn bleed(visit: &mut Visit<'_>, ticket: &Resumption) -> Option<(Line, Session)> {
    let version = ticket.version();
    if !spoken::may_ask(visit) {
        return None;
    }
    let mut line = visit.open().await?;
    let mut id = vec![0; SHORT_ID];
    visit.dice.fill(&mut id);
    let offer = Offer {
        resume: Some(ticket),
        session_id: Some(id),
        tickets: true,
        ..offer(visit, version)
    };
    let (reaction, session) = match bleed::ask(&mut line, &offer, visit.dice).await {
        Ok((echo, _)) if echo.is_bleeding() => {
            let foreign = u32::try_from(echo.came.saturating_sub(echo.sent)).unwrap_or(u32::MAX);
            (Reaction::Other(foreign), None)
        }
        Ok((echo, session)) => {
            // RFC 5077 section 3.4: a server that takes the ticket says the id again.
            let taken = echo.begins_with_ours;
            note(visit, Feature::SessionTicket, version, taken);
            (Reaction::Continued, session)
        }
        Err(error) => (super::failure(&error), None),
    };
    visit.heard(Fact::Probe {
        probe: TICKETBLEED.to_owned(),
        version: version.0,
        suite: 0,
        reaction,
    });
    match session {
        Some(session) => Some((line, session)),
        None => {
            visit.done(line);
            None
        }
    }
}
