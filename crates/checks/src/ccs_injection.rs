//! # CCS injection (CVE-2014-0224)
//!
//! ## What it asks
//! One handshake whose ChangeCipherSpec comes before keys are agreed, and which goes on under keys of an empty secret.
//! A sound service ends it there. An affected one answers under the same keys, which nobody else could: a proof, and no
//! guess from silence. A service that says nothing is not called affected. Where it demands a certificate that nobody has given
//! us, the message is sent alone: then an affected service is one that waits for more, and ends the connection over anything else
//! that comes too early. Over datagrams, where an early message may only
//! have overtaken others, a sound service passes it over: there the handshake is then finished as it should be, and a service
//! that finishes it under the keys that were agreed is cleared.
//!
//! ## Why it matters
//! Whoever stands between an affected service and an affected client can make both use keys that everybody knows, read
//! along and change what is said.
//!
//! ## References
//! OpenSSL security advisory of 2014-06-05; OpenSSL commit bc8923b1ec9c.

use holter_handshake::odd::early_ccs::{self, EarlyCcs, FinishedOver, Untimely};
use holter_model::{Attempt, Basis, Fact, Feature, Judgement, Observation, Reaction, Verdict};
use holter_wire::{AlertDescription, Version};

use crate::ground::{self, Decision};
use crate::{Check, Configuration, Needs, Profile, Visit, greeting, reaction, session, spoken};

const PROBE: &str = "ccs-injection";

/// The message alone, and nothing behind it: for services that demand a certificate that nobody has given us, and that would
/// refuse what stands behind it for want of one.
const ALONE: &str = "ccs-injection-alone";

/// Something else that comes too early, where it said nothing to that.
const CONTROL: &str = "untimely-data";

/// Over datagrams: it passed that over, and finished under the keys that were agreed.
const PASSED_OVER: &str = "ccs-passed-over";

/// What is said to a message that comes at the wrong time, and nothing else.
const UNTIMELY: [AlertDescription; 2] = [
    AlertDescription::UNEXPECTED_MESSAGE,
    AlertDescription::HANDSHAKE_FAILURE,
];

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "ccs-injection",
    name: "CCS injection",
    about: "changes keys before any are agreed, and sees whether the service goes on under keys of an empty secret",
    profile: Profile::Standard,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/CVE-2014-0224.toml")],
    ask: |visit| Box::pin(ask(visit)),
    judge,
};

async fn ask(visit: &mut Visit<'_>) {
    let known = greeting::known(visit);
    let Some(version) = spoken::before_tls13(&known) else {
        return;
    };
    if session::keyed::in_version(&known, version) {
        return;
    }
    let unknown = known.has(Feature::ClientCertificate) == Some(true) && visit.questions.identity.is_none();
    // Over datagrams a message alone is passed over by everybody.
    if unknown && !version.is_datagram() {
        put_alone(visit, version).await;
        return;
    }
    let first = put(visit, version, FinishedOver::Everything).await;
    // What is no word on an untimely message may be one on a Finished that older libraries expect otherwise.
    let undecided = match first {
        None | Some(Reaction::Continued | Reaction::Closed | Reaction::Reset) => false,
        Some(Reaction::Alert(code)) => !UNTIMELY.contains(&AlertDescription(code)),
        Some(Reaction::Silence(_) | Reaction::Other(_)) => true,
    };
    if undecided {
        put(visit, version, FinishedOver::UntilChange).await;
    }
}

/// Puts the question once. `None`: there was no answer to note.
async fn put(visit: &mut Visit<'_>, version: Version, finished: FinishedOver) -> Option<Reaction> {
    if !spoken::may_ask(visit) {
        return None;
    }
    let mut line = visit.open().await?;
    let offer = session::offer(visit, version);
    let patience = visit.short_patience();
    let datagram = version.is_datagram();
    let answer = early_ccs::prove(&mut line, &offer, finished, visit.dice, patience).await;
    visit.provoked(line);
    let mut probe = PROBE;
    let reaction = match answer {
        Ok(EarlyCcs::Proven) => Reaction::Continued,
        Ok(EarlyCcs::PassedOver) => {
            probe = PASSED_OVER;
            Reaction::Continued
        }
        Ok(EarlyCcs::Reaction(heard)) => match reaction::gist(&heard, patience) {
            // It changed keys, and then said nothing that opens.
            Reaction::Continued => Reaction::Other(0),
            other => other,
        },
        Err(error) => {
            visit.odd(format!("no handshake came to its keys in {version}: {error}"));
            return None;
        }
    };
    visit.heard(Fact::Probe {
        probe: probe.to_owned(),
        version: version.0,
        suite: 0,
        reaction,
    });
    // Whatever the Finished is made over, nobody has opened it.
    (!datagram).then_some(reaction)
}

/// Sends the message alone. A sound service ends the connection at once; an affected one waits for what comes next. So does one
/// that says nothing to anything, which shows at something else.
async fn put_alone(visit: &mut Visit<'_>, version: Version) {
    let change = untimely(visit, version, Untimely::Change, ALONE).await;
    if matches!(change, Some(Reaction::Silence(_))) {
        untimely(visit, version, Untimely::Data, CONTROL).await;
    }
}

/// How a message alone is taken. `None`: there was no answer to note.
async fn untimely(
    visit: &mut Visit<'_>,
    version: Version,
    message: Untimely,
    probe: &str,
) -> Option<Reaction> {
    if !spoken::may_ask(visit) {
        return None;
    }
    let mut line = visit.open().await?;
    let offer = session::offer(visit, version);
    let patience = visit.patience().min(line.step());
    let answer = early_ccs::alone(&mut line, &offer, message, visit.dice, patience).await;
    visit.provoked(line);
    match answer {
        Ok(heard) => {
            let reaction = reaction::gist(&heard, patience);
            visit.heard(Fact::Probe {
                probe: probe.to_owned(),
                version: version.0,
                suite: 0,
                reaction,
            });
            Some(reaction)
        }
        Err(error) => {
            visit.odd(format!("no handshake came to its keys in {version}: {error}"));
            None
        }
    }
}

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let about = (CHECK.id, "CVE-2014-0224", Basis::Behaviour);
    spoken::judge(about, observations, attempt, |known| {
        decide(known, observations, attempt)
    })
}

fn decide(known: &Configuration, observations: &[Observation], attempt: Attempt) -> Decision {
    let Some(version) = spoken::before_tls13(known) else {
        if !known.is_settled() {
            return ground::unsettled(attempt);
        }
        return (
            Verdict::NotApplicable,
            "it speaks TLS 1.3 only, in which that message changes nothing".to_owned(),
        );
    };
    if let Some(answer) = ground::answers(observations, ALONE).last() {
        let control = ground::answers(observations, CONTROL).last();
        return alone(answer.reaction, control.map(|control| control.reaction), version);
    }
    let reactions: Vec<Reaction> = ground::answers(observations, PROBE)
        .map(|answer| answer.reaction)
        .collect();
    if reactions.contains(&Reaction::Continued) {
        let why = format!(
            "in {version} it changed keys before any were agreed, and went on under keys of an empty secret"
        );
        return (Verdict::Affected, why);
    }
    if ground::answers(observations, PASSED_OVER).next().is_some() {
        let why = format!(
            "in {version} it passed over keys that were changed before any were agreed, and finished under those that were \
             agreed then"
        );
        return (Verdict::NotAffected, why);
    }
    match reactions.last() {
        // These are said to a record that was decrypted.
        Some(reaction @ Reaction::Alert(20 | 21 | 51)) => (
            Verdict::Inconclusive,
            format!(
                "it {} when keys were changed before any were agreed, as who has changed them does",
                greeting::in_words(*reaction)
            ),
        ),
        Some(reaction @ (Reaction::Alert(_) | Reaction::Closed | Reaction::Reset)) => (
            Verdict::NotAffected,
            format!(
                "it {} when keys were changed before any were agreed",
                greeting::in_words(*reaction)
            ),
        ),
        Some(reaction) => (
            Verdict::Inconclusive,
            format!(
                "it {} when keys were changed before any were agreed, which proves nothing",
                greeting::in_words(*reaction)
            ),
        ),
        None => {
            let why = format!(
                "how it takes keys changed too early {}",
                session::why_not(observations, attempt)
            );
            (Verdict::Inconclusive, why)
        }
    }
}

/// How the message alone was taken, and something else that came too early.
fn alone(reaction: Reaction, control: Option<Reaction>, version: Version) -> Decision {
    let said = greeting::in_words(reaction);
    match reaction {
        Reaction::Alert(20 | 21 | 51) | Reaction::Continued | Reaction::Other(_) => (
            Verdict::Inconclusive,
            format!("it {said} when keys were changed before any were agreed, which proves nothing"),
        ),
        Reaction::Alert(_) | Reaction::Closed | Reaction::Reset => (
            Verdict::NotAffected,
            format!("it {said} when keys were changed before any were agreed"),
        ),
        Reaction::Silence(waited) => match control {
            Some(other @ (Reaction::Alert(_) | Reaction::Closed | Reaction::Reset)) => (
                Verdict::Affected,
                format!(
                    "in {version} keys were changed before any were agreed, and it neither refused nor ended the \
                     connection within {waited} ms; over other data that came too early it {} at once",
                    greeting::in_words(other)
                ),
            ),
            _ => (
                Verdict::Inconclusive,
                format!(
                    "it said nothing for {waited} ms when keys were changed before any were agreed, which proves nothing: \
                     nothing shows that it would say more to anything else"
                ),
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{alone, hello, judged, probe};

    #[test]
    fn only_the_proof_makes_it_affected_and_only_an_end_clears_it() {
        let check = |facts: &[Fact], expected: &str| assert_eq!(judged(judge, facts), expected);
        let asked = |reaction| [hello(0x0303), probe(PROBE, 0x0303, reaction)];
        check(&asked(Reaction::Continued), "affected");
        check(&asked(Reaction::Alert(10)), "not_affected");
        check(&asked(Reaction::Closed), "not_affected");
        check(&asked(Reaction::Silence(1000)), "inconclusive");
        check(&asked(Reaction::Other(0)), "inconclusive");
        check(&[hello(0x0303)], "inconclusive");
        check(&[hello(0x0304)], "inconclusive");
        check(&[&[hello(0x0304)][..], &alone(0x0304)].concat(), "not_applicable");
        check(&asked(Reaction::Alert(51)), "inconclusive");
        let alone = |reaction| [hello(0x0303), probe(ALONE, 0x0303, reaction)];
        check(&alone(Reaction::Silence(1500)), "inconclusive");
        let beside = |reaction| {
            let control = probe(CONTROL, 0x0303, reaction);
            [&alone(Reaction::Silence(1500))[..], &[control]].concat()
        };
        check(&beside(Reaction::Alert(10)), "affected");
        check(&beside(Reaction::Silence(1500)), "inconclusive");
        check(&alone(Reaction::Closed), "not_affected");
        let twice = [asked(Reaction::Alert(51)), asked(Reaction::Continued)].concat();
        check(&twice, "affected");
        let over = |name: &str, reaction| [hello(0xfefd), probe(name, 0xfefd, reaction)];
        check(&over(PASSED_OVER, Reaction::Continued), "not_affected");
        check(&over(PROBE, Reaction::Silence(300)), "inconclusive");
        check(&over(PROBE, Reaction::Continued), "affected");
    }
}
