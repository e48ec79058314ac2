//! # Commands injected before TLS (CVE-2011-0411)
//!
//! ## What it asks
//! The command that leads to TLS, with a harmless one (NOOP or its like) behind it in the same segment. Then the
//! handshake is finished, and goodbye is said inside TLS. A sound service forgets what came in the clear: it answers the
//! goodbye alone. An affected one answers the other command, too, as if it had come protected.
//!
//! ## Why it matters
//! Whoever stands on the way can put commands of their own before those of a client that believes itself protected:
//! the client's password or its mail then goes where they say.
//!
//! ## References
//! RFC 3207 section 4.2; W. Venema, "Plaintext command injection in multiple implementations of STARTTLS", 2011; Poddebniak
//! et al., "Why TLS is better without STARTTLS", USENIX Security 2021.

mod dialect;

use std::time::Duration;

use holter_handshake::{HandshakeError, Offer, Session, handshake};
use holter_model::{Attempt, Basis, Fact, Judgement, Observation, Reaction, Verdict};
use holter_net::{Line, LineError};
use holter_protocols::Start;
use holter_wire::{ContentType, Version};
use tokio::time::Instant;
use zeroize::Zeroize as _;

use self::dialect::{Behind, Dialect};
use crate::greeting::{self, in_words};
use crate::ground::{self, Decision};
use crate::{Check, Needs, Profile, Visit};

const PROBE: &str = "starttls-injection";

/// Protocols with commands before TLS that are not asked.
const UNKNOWN: [&str; 4] = ["irc", "ldap", "xmpp", "xmpp-server"];

/// No answer to two commands is longer.
const LONGEST_ANSWER: usize = 8 << 10;

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "starttls-injection",
    name: "Commands injected before TLS",
    about: "sends a harmless command behind the one that leads to TLS, and sees whether it is answered inside TLS",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/CVE-2011-0411.toml")],
    ask: |visit| Box::pin(ask(visit)),
    judge,
};

async fn ask(visit: &mut Visit<'_>) {
    visit.note_protocol();
    let known = greeting::known(visit);
    let (chosen, spoken) = (visit.chosen(), greeting::versions(&known).next_back());
    let dialect = dialect::of(chosen.protocol.id).filter(|_| chosen.start == Start::Upgrade);
    let (Some(dialect), Some(newest)) = (dialect, spoken) else {
        return;
    };
    if !greeting::may_ask(visit) {
        return;
    }
    let Some(mut line) = visit.open_through(|| Some(Box::new(Behind::new(dialect)))).await else {
        return;
    };
    let offer = Offer {
        server_name: visit.questions.sni.as_deref().or(visit.name),
        identity: visit.questions.identity.as_ref(),
        ..Offer::new(newest.min(Version::TLS12))
    };
    let (version, suite, reaction) = match handshake(&mut line, &offer, visit.dice).await {
        Ok(session) => {
            let (version, suite) = (session.version(), session.suite().code.0);
            let patience = visit.short_patience() * 2;
            (version, suite, farewell(&mut line, session, dialect, patience).await)
        }
        Err(error) => (newest, 0, Some(failed(&error))),
    };
    visit.provoked(line);
    if let Some(reaction) = reaction {
        visit.heard(Fact::Probe {
            probe: PROBE.to_owned(),
            version: version.0,
            suite,
            reaction,
        });
    }
}

/// Says goodbye inside TLS and looks at what is answered. `None`: that tells nothing.
async fn farewell(
    line: &mut Line,
    mut session: Session,
    dialect: &Dialect,
    patience: Duration,
) -> Option<Reaction> {
    let goodbye = dialect.goodbye.as_bytes();
    session
        .send(line, ContentType::APPLICATION_DATA, goodbye)
        .await
        .ok()?;
    let until = Instant::now() + patience;
    let mut answer = Vec::new();
    let ended = loop {
        let left = until.saturating_duration_since(Instant::now());
        match session.receive(line, left).await {
            Ok((ContentType::APPLICATION_DATA, mut text)) => {
                answer.extend_from_slice(&text);
                text.zeroize();
                if answer.len() > LONGEST_ANSWER || dialect.is_over(&answer) {
                    break true;
                }
            }
            Ok(_) => {}
            Err(HandshakeError::Line(LineError::Closed | LineError::Reset)) => break true,
            Err(_) => break false,
        }
    };
    let extra = dialect.answered(&answer);
    let length = u32::try_from(answer.len()).unwrap_or(u32::MAX);
    let empty = answer.is_empty();
    answer.zeroize();
    match extra {
        Some(true) => Some(Reaction::Other(length)),
        Some(false) => Some(Reaction::Continued),
        None if ended && empty => Some(Reaction::Closed),
        None => None,
    }
}

/// How TLS did not come about.
fn failed(error: &HandshakeError) -> Reaction {
    match error {
        HandshakeError::Alert(alert) => Reaction::Alert(alert.0),
        HandshakeError::Line(LineError::Reset) => Reaction::Reset,
        HandshakeError::Line(LineError::Silence | LineError::Deadline) => Reaction::Silence(0),
        HandshakeError::Line(_) => Reaction::Closed,
        // It answered in the clear where TLS should begin, or otherwise.
        _ => Reaction::Other(0),
    }
}

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let about = (CHECK.id, "CVE-2011-0411", Basis::Behaviour);
    ground::on_tls(about, observations, attempt, |_| decide(observations, attempt))
}

fn decide(observations: &[Observation], attempt: Attempt) -> Decision {
    match ground::answers(observations, PROBE)
        .last()
        .map(|answer| answer.reaction)
    {
        Some(Reaction::Other(length)) if length > 0 => (
            Verdict::Affected,
            "a command sent in the clear behind the one that leads to TLS was answered inside TLS".to_owned(),
        ),
        Some(Reaction::Continued) => (
            Verdict::NotAffected,
            "a command sent in the clear behind the one that leads to TLS was forgotten when TLS began"
                .to_owned(),
        ),
        Some(Reaction::Other(_)) => (
            Verdict::NotAffected,
            "a command sent in the clear behind the one that leads to TLS kept TLS from beginning".to_owned(),
        ),
        Some(reaction @ (Reaction::Alert(_) | Reaction::Closed | Reaction::Reset)) => (
            Verdict::NotAffected,
            format!(
                "it {} when a command came in the clear behind the one that leads to TLS",
                in_words(reaction)
            ),
        ),
        Some(Reaction::Silence(_)) => (
            Verdict::Inconclusive,
            "it said nothing more after a command came in the clear behind the one that leads to TLS"
                .to_owned(),
        ),
        None => match spoken(observations) {
            Some((_, true)) => (
                Verdict::NotApplicable,
                "TLS begins at once here: there is nothing in the clear that could be added to".to_owned(),
            ),
            Some((id, _)) if UNKNOWN.contains(&id) => (
                Verdict::Inconclusive,
                "no harmless command is known that would show it in this protocol".to_owned(),
            ),
            Some((id, _)) if dialect::of(id).is_none() => (
                Verdict::NotApplicable,
                "this protocol has no commands in the clear that could be added to".to_owned(),
            ),
            _ => ground::not_asked(attempt),
        },
    }
}

/// The protocol, and whether TLS begins it at once.
fn spoken(observations: &[Observation]) -> Option<(&str, bool)> {
    observations.iter().rev().find_map(|observation| match &observation.fact {
        Fact::Protocol { id, at_once } => Some((id.as_str(), *at_once)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{hello, judged, probe, protocol};

    #[test]
    fn an_answer_inside_tls_gives_it_away() {
        let check = |facts: &[Fact], expected: &str| assert_eq!(judged(judge, facts), expected);
        let asked = |reaction| [hello(0x0303), protocol("smtp"), probe(PROBE, 0x0303, reaction)];
        check(&asked(Reaction::Other(14)), "affected");
        check(&asked(Reaction::Other(0)), "not_affected");
        check(&asked(Reaction::Continued), "not_affected");
        check(&asked(Reaction::Alert(10)), "not_affected");
        check(&asked(Reaction::Silence(1000)), "inconclusive");
        check(&[hello(0x0303), protocol("smtp")], "inconclusive");
        check(&[hello(0x0303), protocol("postgres")], "not_applicable");
        check(&[hello(0x0303), protocol("xmpp")], "inconclusive");
        check(&[hello(0x0303)], "inconclusive");
    }
}
