//! The sessions that all checks share: whole handshakes, and what can only be seen after one. One up to TLS 1.2, in which
//! a web service is asked for its front page, and who is not known to be one is listened to; another that goes on with it by its id, at whose end the client asks to
//! negotiate again; a hello that goes on by a ticket; and one session in TLS 1.3.

pub(crate) mod http2;
mod inside;
pub(crate) mod keyed;
mod older;
mod tls13;

use holter_handshake::tls13::shares;
use holter_handshake::{HandshakeError, Offer, Session, handshake, key_agreement, suite};
use holter_model::{Attempt, Fact, Feature, Observation, Reaction};
use holter_net::{Line, LineError};
use holter_wire::session_ticket::Ticket;
use holter_wire::{AlertDescription, CipherSuite, NamedGroup, Version};
use sha2::{Digest as _, Sha256};

use crate::{Configuration, Visit, greeting, ground, spoken, web};

/// The probe under which it is noted whether a handshake could be finished.
pub(crate) const FINISHED: &str = "session";

/// The probes by which it was asked to negotiate again: bound to the session as RFC 5746 has it, and not.
pub(crate) const AGAIN_BOUND: &str = "renegotiation-bound";
/// See [`AGAIN_BOUND`].
pub(crate) const AGAIN_UNBOUND: &str = "renegotiation-unbound";

/// The probe that goes on by a ticket beside a short session id.
pub(crate) const TICKETBLEED: &str = "ticketbleed";

/// Surveys what sessions show, once a visit.
pub(crate) async fn survey(visit: &mut Visit<'_>) {
    if !visit.sessions_begin() {
        return;
    }
    let known = greeting::known(visit);
    let versions = spoken::versions(&known);
    let older = spoken::before_tls13(&known).filter(|version| !keyed::in_version(&known, *version));
    if let Some(version) = older {
        older::survey(visit, version).await;
    }
    if versions.contains(&Version::TLS13) {
        tls13::survey(visit, older.is_none()).await;
    }
    visit.note_protocol();
}

/// Goes on with the last session, when all else was asked.
pub(crate) async fn last(visit: &mut Visit<'_>) {
    if let Some(ticket) = visit.last_session_begins() {
        older::last(visit, ticket).await;
    }
}

/// Asks a web service for its front page. Where nobody said what TLS carries here, that is found out first.
async fn look_inside(visit: &mut Visit<'_>, line: &mut Line, session: &mut Session) {
    let unknown = visit.is_unknown_inside();
    if unknown && !inside::is_asked(visit, line, session).await {
        return;
    }
    if !unknown && !visit.is_web() {
        return;
    }
    let host = web::Host {
        name: visit.questions.sni.as_deref().or(visit.name),
        address: visit.endpoint.address,
        port: visit.endpoint.port,
    };
    let facts = web::ask(line, session, host, visit.short_patience()).await;
    if unknown && !facts.is_empty() {
        visit.found_inside("https");
        // What came about without a protocol's name does so again.
        visit.heard(unnamed(session));
    }
    facts.into_iter().for_each(|fact| visit.heard(fact));
}

/// What every session's hello has.
pub(crate) fn offer<'a>(visit: &Visit<'a>, version: Version) -> Offer<'a> {
    let names_protocol = visit.is_web() && !goes_unnamed(visit);
    let protocols: &[&[u8]] = if names_protocol { &[b"http/1.1"] } else { &[] };
    let known = Configuration::of(visit.observations());
    Offer {
        suites: suites(&known, version),
        groups: older_groups(&known),
        server_name: visit.questions.sni.as_deref().or(visit.name),
        identity: visit.questions.identity.as_ref(),
        protocols,
        ..Offer::new(version)
    }
}

/// The suites to finish with: the usual ones, unless the survey found others alone.
pub(crate) fn suites(known: &Configuration, version: Version) -> &'static [CipherSuite] {
    let usual = suite::preferred();
    let found = known
        .versions
        .get(&version)
        .map_or(&[][..], |spoken| &spoken.suites);
    if found.is_empty() || found.iter().any(|suite| usual.contains(suite)) {
        usual
    } else {
        suite::unusual()
    }
}

/// The groups to finish with up to TLS 1.2: the usual ones, unless the survey found others alone.
pub(crate) fn older_groups(known: &Configuration) -> &'static [NamedGroup] {
    let mut found = known
        .versions
        .iter()
        .filter(|(version, _)| version.rules() < Version::TLS13)
        .flat_map(|(_, spoken)| &spoken.groups)
        .peekable();
    if found.peek().is_none() || found.any(|group| key_agreement::GROUPS.contains(group)) {
        &key_agreement::GROUPS
    } else {
        &key_agreement::EVERY_GROUP
    }
}

/// The probe under which it is noted that a handshake came about without a protocol's name, and is to be asked for so.
const UNNAMED: &str = "unnamed-session";

fn unnamed(session: &Session) -> Fact {
    Fact::Probe {
        probe: UNNAMED.to_owned(),
        version: session.version().0,
        suite: session.suite().code.0,
        reaction: Reaction::Continued,
    }
}

/// Whether handshakes are to be asked for without naming HTTP/1.1 by ALPN.
fn goes_unnamed(visit: &Visit<'_>) -> bool {
    ground::answers(visit.observations(), UNNAMED).next().is_some()
}

/// The groups that a session in TLS 1.3 can be agreed on: those that the survey found, where Holter has them too. One quick
/// one is enough: for its first share by ML-KEM the library measures the processor's chance for tens of milliseconds.
pub(crate) fn groups(known: &Configuration) -> Vec<NamedGroup> {
    let found = known
        .versions
        .get(&Version::TLS13)
        .map(|spoken| spoken.groups.as_slice());
    let common: Vec<NamedGroup> = shares::GROUPS
        .iter()
        .filter(|group| found.is_none_or(|found| found.contains(group)))
        .copied()
        .collect();
    let quick: Vec<NamedGroup> = common
        .iter()
        .filter(|group| shares::QUICK.contains(group))
        .copied()
        .collect();
    match (quick.is_empty(), common.is_empty()) {
        (false, _) => quick,
        (true, false) => common,
        (true, true) => shares::GROUPS.to_vec(),
    }
}

/// Finishes a handshake on a line of its own. `None`: it came to nothing, and how is noted.
async fn begin(visit: &mut Visit<'_>, offer: &Offer<'_>) -> Option<(Line, Session)> {
    if !spoken::may_ask(visit) {
        return None;
    }
    let mut line = visit.open().await?;
    let mut outcome = handshake(&mut line, offer, visit.dice).await;
    let stumbles = match &outcome {
        Err(HandshakeError::Alert(alert)) => *alert == AlertDescription::NO_APPLICATION_PROTOCOL,
        Err(HandshakeError::Line(LineError::Closed | LineError::Reset)) => true,
        Ok(_) | Err(_) => false,
    };
    // It may know HTTP/2 alone, or stumble over ALPN altogether.
    if stumbles && !offer.protocols.is_empty() {
        visit.done(line);
        line = visit.open().await?;
        let without = Offer {
            protocols: &[],
            ..offer.clone()
        };
        outcome = handshake(&mut line, &without, visit.dice).await;
        if let Ok(session) = &outcome {
            visit.heard(unnamed(session));
        }
    }
    // What the survey saw accepted, one server accepts again; another that stands behind the same address may not.
    if matches!(outcome, Err(HandshakeError::Alert(_))) {
        visit.done(line);
        line = visit.open().await?;
        outcome = handshake(&mut line, offer, visit.dice).await;
        if outcome.is_ok() {
            visit.heard(Fact::Inconsistent {
                why:
                    "different servers seem to answer at this address: one refused a handshake that another finished"
                        .to_owned(),
            });
        }
    }
    let (version, suite, reaction, session) = match outcome {
        Ok(session) => {
            // It spoke HTTP/2 where that was named, and has no name for what it speaks with others.
            let unmoved = !offer.protocols.is_empty() && session.facts().protocol.is_none();
            if unmoved && !goes_unnamed(visit) && http2::is_spoken(visit.observations()) {
                visit.heard(unnamed(&session));
            }
            let (version, suite) = (session.version(), session.suite().code.0);
            (version, suite, Reaction::Continued, Some(session))
        }
        Err(error) => {
            visit.odd(format!(
                "no handshake could be finished in {}: {error}",
                offer.version
            ));
            (offer.version, 0, failure(&error), None)
        }
    };
    visit.heard(Fact::Probe {
        probe: FINISHED.to_owned(),
        version: version.0,
        suite,
        reaction,
    });
    if session.is_none() {
        visit.done(line);
        return None;
    }
    session.map(|session| (line, session))
}

/// How a handshake failed.
pub(crate) fn failure(error: &HandshakeError) -> Reaction {
    match error {
        HandshakeError::Alert(alert) => Reaction::Alert(alert.0),
        HandshakeError::Line(LineError::Reset) => Reaction::Reset,
        HandshakeError::Line(LineError::Silence | LineError::Deadline) => Reaction::Silence(0),
        HandshakeError::Line(_) => Reaction::Closed,
        _ => Reaction::Other(0),
    }
}

/// The same in words that end a sentence about a peer: "it …".
pub(crate) fn failed(reaction: Reaction) -> String {
    match reaction {
        Reaction::Other(_) => "wanted what Holter cannot do, or broke the protocol".to_owned(),
        Reaction::Silence(0) => "said nothing in time".to_owned(),
        other => greeting::in_words(other),
    }
}

fn note(visit: &mut Visit<'_>, feature: Feature, version: Version, present: bool) {
    visit.heard(Fact::Feature {
        feature,
        version: version.0,
        present,
    });
}

/// Notes a ticket: its length of life and what names its key, nothing that could be shown to the server again.
fn note_ticket(visit: &mut Visit<'_>, version: Version, ticket: &Ticket) {
    let name = ticket.ticket.get(..16).unwrap_or(&ticket.ticket);
    let digest = Sha256::digest(name);
    visit.heard(Fact::Ticket {
        version: version.0,
        lifetime: ticket.lifetime,
        key: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        early_data: ticket.max_early_data.unwrap_or(0),
    });
}

/// Why something that a session shows is not known, in words that follow its name.
pub(crate) fn why_not(observations: &[Observation], attempt: Attempt) -> String {
    if keyed::everywhere(&Configuration::of(observations)) {
        return keyed::WHY.to_owned();
    }
    let mut answers = ground::answers(observations, FINISHED);
    let asked = answers.clone().next().is_some();
    match answers.find(|answer| answer.reaction != Reaction::Continued) {
        Some(answer) => format!(
            "is not known: no handshake could be finished in {}; it {}",
            answer.version,
            failed(answer.reaction)
        ),
        None if asked => "is not known: it was asked, and gave no answer that can be read".to_owned(),
        None => format!("is not known: {}", ground::unasked(attempt)),
    }
}

#[cfg(test)]
mod tests {
    use holter_model::Order;

    use super::*;
    use crate::testing::observed;

    #[test]
    fn rare_groups_are_offered_to_who_has_nothing_else() {
        let known = |version: Version, groups: &[NamedGroup]| {
            Configuration::of(&observed([Fact::Groups {
                version: version.0,
                groups: groups.iter().map(|group| group.0).collect(),
                order: Order::Unknown,
                complete: true,
            }]))
        };
        let offered = |groups: &[NamedGroup]| older_groups(&known(Version::TLS12, groups));
        assert_eq!(offered(&[]), key_agreement::GROUPS);
        assert_eq!(
            offered(&[NamedGroup::X448, NamedGroup::X25519]),
            key_agreement::GROUPS
        );
        assert_eq!(
            offered(&[NamedGroup::BRAINPOOL_P384R1]),
            key_agreement::EVERY_GROUP
        );
        // TLS 1.3 has its own.
        let newer = known(Version::TLS13, &[NamedGroup::X448]);
        assert_eq!(older_groups(&newer), key_agreement::GROUPS);
        assert_eq!(groups(&newer), [NamedGroup::X448]);
    }
}
