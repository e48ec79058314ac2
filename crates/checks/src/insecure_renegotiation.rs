//! # Insecure renegotiation (CVE-2009-3555)
//!
//! ## What it asks
//! Nothing of its own: the survey's hellos say whether the service binds renegotiations to what came before; where it does
//! not, the shared session asks once, at its end, whether it negotiates again at all; where it does, whether it does so for
//! clients that never heard of that, too.
//!
//! ## Why it matters
//! Whoever stands on the way can begin a session, say a request in it, and hand the session to a client whose own
//! request then follows as if both were one: with the client's password, in the attacker's name for what happens.
//!
//! ## References
//! RFC 5746.

use holter_model::{Attempt, Basis, Feature, Judgement, Observation, Reaction, Verdict};
use holter_wire::Version;

use crate::ground::{self, Decision};
use crate::session::{self, AGAIN_UNBOUND};
use crate::{Check, Configuration, Needs, Profile, greeting, spoken};

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "insecure-renegotiation",
    name: "Insecure renegotiation",
    about: "sees whether renegotiations are bound to what came before, and asks for one where they are not",
    profile: Profile::Standard,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/CVE-2009-3555.toml")],
    ask: |visit| Box::pin(session::survey(visit)),
    judge,
};

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let about = (CHECK.id, "CVE-2009-3555", Basis::Behaviour);
    spoken::judge(about, observations, attempt, |known| {
        decide(known, observations, attempt)
    })
}

fn decide(known: &Configuration, observations: &[Observation], attempt: Attempt) -> Decision {
    let Some(newest) = spoken::before_tls13(known) else {
        if !known.is_settled() {
            return ground::unsettled(attempt);
        }
        return not_in_tls13();
    };
    let without: Vec<Version> = known
        .features
        .iter()
        .filter(|((feature, _), present)| *feature == Feature::SecureRenegotiation && !**present)
        .map(|((_, version), _)| *version)
        .collect();
    let (Some(first), false) = (without.first(), without.is_empty()) else {
        return match known.has(Feature::SecureRenegotiation) {
            Some(true) => unaware(known, observations),
            _ => ground::not_asked(attempt),
        };
    };
    match ground::answers(observations, AGAIN_UNBOUND)
        .last()
        .map(|answer| answer.reaction)
    {
        Some(Reaction::Continued) => (
            Verdict::Affected,
            format!("in {first} it negotiated again with nothing to bind that to what came before"),
        ),
        Some(reaction @ (Reaction::Alert(_) | Reaction::Closed | Reaction::Reset)) => (
            Verdict::NotAffected,
            format!(
                "it knows no secure renegotiation (RFC 5746), but it does not negotiate again either: it {}",
                greeting::in_words(reaction)
            ),
        ),
        Some(reaction) => (
            Verdict::Inconclusive,
            format!(
                "it knows no secure renegotiation (RFC 5746), and when asked to negotiate again it {}",
                greeting::in_words(reaction)
            ),
        ),
        None => (
            Verdict::Inconclusive,
            format!(
                "it knows no secure renegotiation (RFC 5746) in {newest}; whether it negotiates again at all {}",
                session::why_not(observations, attempt)
            ),
        ),
    }
}

/// Of a server that binds renegotiations for clients that know how: whether it takes part for others.
fn unaware(known: &Configuration, observations: &[Observation]) -> Decision {
    let answer = ground::answers(observations, AGAIN_UNBOUND)
        .last()
        .map(|answer| answer.reaction);
    let others = "with clients that know no secure renegotiation (RFC 5746)";
    match (answer, known.has(Feature::ClientRenegotiation)) {
        (Some(Reaction::Continued), _) => (
            Verdict::Affected,
            format!("it negotiates again {others}, with nothing to bind that to what came before"),
        ),
        (Some(Reaction::Alert(_) | Reaction::Closed | Reaction::Reset), _) | (None, Some(false) | None) => (
            Verdict::NotAffected,
            "it binds renegotiations to what came before (RFC 5746)".to_owned(),
        ),
        (Some(_) | None, _) => (
            Verdict::Inconclusive,
            format!("whether it negotiates again {others}, too, is not known"),
        ),
    }
}

/// What there is to say where TLS 1.3 is all that is spoken.
pub(crate) fn not_in_tls13() -> Decision {
    let why = "it speaks TLS 1.3 only, in which nobody negotiates again";
    (Verdict::NotApplicable, why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{alone, feature, hello, judged, probe};
    use holter_model::Fact;

    #[test]
    fn only_a_renegotiation_that_happens_is_insecure() {
        let check = |facts: &[Fact], expected: &str| assert_eq!(judged(judge, facts), expected);
        let secure = |present| feature(Feature::SecureRenegotiation, 0x0301, present);
        let again = |reaction| probe(AGAIN_UNBOUND, 0x0301, reaction);
        check(&[hello(0x0304)], "inconclusive");
        check(&[&[hello(0x0304)][..], &alone(0x0304)].concat(), "not_applicable");
        check(&[hello(0x0301), secure(true)], "not_affected");
        check(
            &[hello(0x0301), secure(true), again(Reaction::Continued)],
            "affected",
        );
        check(
            &[hello(0x0301), secure(true), again(Reaction::Alert(100))],
            "not_affected",
        );
        let takes_part = feature(Feature::ClientRenegotiation, 0x0301, true);
        check(&[hello(0x0301), secure(true), takes_part], "inconclusive");
        check(&[hello(0x0301), secure(false)], "inconclusive");
        check(&[hello(0x0301)], "inconclusive");
        check(
            &[hello(0x0301), secure(false), again(Reaction::Continued)],
            "affected",
        );
        check(
            &[hello(0x0301), secure(false), again(Reaction::Alert(100))],
            "not_affected",
        );
        check(
            &[hello(0x0301), secure(false), again(Reaction::Silence(1000))],
            "inconclusive",
        );
    }
}
