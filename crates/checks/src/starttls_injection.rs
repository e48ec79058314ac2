//! # Commands injected before TLS (CVE-2011-0411)
//!
//! ## What it asks
//! The command that leads to TLS, with a harmless one (NOOP or its like) behind it in the same segment. Then the
//! handshake is finished, and goodbye is said inside TLS. A sound service forgets what came in the clear: it answers the
//! goodbye alone. An affected one answers the other command, too, as if it had come protected. Where TLS does not begin, it is
//! asked for once more without the other command.
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
use holter_protocols::{Opening, Start};
use holter_wire::{ContentType, Version};
use tokio::time::Instant;
use zeroize::Zeroize as _;

use self::dialect::{Behind, Dialect};
use crate::greeting::{self, in_words};
use crate::ground::{self, Decision};
use crate::{Check, Configuration, Needs, Profile, Visit, session};

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
    let mut line = match visit.open_through(Box::new(Behind::new(dialect))).await {
        None => return,
        Some(Ok(line)) => line,
        Some(Err(opening)) => {
            let reaction = way_ended(&opening);
            note(visit, (newest, 0), reaction);
            control(visit, &known, newest, reaction).await;
            return;
        }
    };
    let version = newest.min(Version::TLS12);
    let offer = Offer {
        suites: session::suites(&known, version),
        groups: session::older_groups(&known),
        server_name: visit.questions.sni.as_deref().or(visit.name),
        identity: visit.questions.identity.as_ref(),
        ..Offer::new(version)
    };
    let (version, suite, reaction) = match handshake(&mut line, &offer, visit.dice).await {
        Ok(session) => {
            let (version, suite) = (session.version(), session.suite().code.0);
            let patience = visit.short_patience() * 2;
            (
                version,
                suite,
                farewell(&mut line, session, dialect, patience).await,
            )
        }
        Err(error) => (newest, 0, Some(session::failure(&error))),
    };
    visit.provoked(line);
    if let Some(reaction) = reaction {
        note(visit, (version, suite), reaction);
        control(visit, &known, newest, reaction).await;
    }
}

/// Where TLS did not come about, it may be for another reason than the command: does it come about without?
async fn control(visit: &mut Visit<'_>, known: &Configuration, newest: Version, reaction: Reaction) {
    if is_no_way(reaction) {
        greeting::still_listens(visit, known, newest, PROBE).await;
    }
}

/// Whether there was no TLS in which anything could have been answered.
const fn is_no_way(reaction: Reaction) -> bool {
    matches!(
        reaction,
        Reaction::Other(0) | Reaction::Alert(_) | Reaction::Closed | Reaction::Reset
    )
}

fn note(visit: &mut Visit<'_>, (version, suite): (Version, u16), reaction: Reaction) {
    visit.heard(Fact::Probe {
        probe: PROBE.to_owned(),
        version: version.0,
        suite,
        reaction,
    });
}

/// How the way to TLS ended, on which the same service without the other command comes to TLS.
fn way_ended(opening: &Opening) -> Reaction {
    match opening {
        Opening::Line(LineError::Reset) => Reaction::Reset,
        Opening::Line(LineError::Silence | LineError::Deadline) => Reaction::Silence(0),
        Opening::Line(_) => Reaction::Closed,
        // It answered in the clear, or took the other command amiss.
        _ => Reaction::Other(0),
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

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let about = (CHECK.id, "CVE-2011-0411", Basis::Behaviour);
    ground::on_streams(about, observations, attempt, |_| decide(observations, attempt))
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
        Some(reaction) if is_no_way(reaction) && !greeting::listened(observations, PROBE) => (
            Verdict::Inconclusive,
            "TLS did not begin when a command came in the clear behind the one that leads to it, nor after that \
             without one"
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
    observations
        .iter()
        .rev()
        .find_map(|observation| match &observation.fact {
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
        check(&asked(Reaction::Continued), "not_affected");
        // That TLS did not begin is the command's doing only where it begins without.
        let control = probe("control-starttls-injection", 0x0303, Reaction::Continued);
        for reaction in [Reaction::Other(0), Reaction::Alert(10), Reaction::Closed] {
            check(&asked(reaction), "inconclusive");
            check(
                &[&asked(reaction)[..], std::slice::from_ref(&control)].concat(),
                "not_affected",
            );
        }
        check(&asked(Reaction::Silence(1000)), "inconclusive");
        check(&[hello(0x0303), protocol("smtp")], "inconclusive");
        check(&[hello(0x0303), protocol("postgres")], "not_applicable");
        check(&[hello(0x0303), protocol("xmpp")], "inconclusive");
        check(&[hello(0x0303)], "inconclusive");
    }
}
