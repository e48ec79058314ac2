//! # Renegotiation that the client begins (CVE-2011-1473)
//!
//! ## What it asks
//! Nothing of its own: at the end of a shared session the client asks once to negotiate again. The handshake is left as
//! soon as the service takes part, so that it costs it next to nothing.
//!
//! ## Why it matters
//! Each handshake costs the service many times what it costs the client: one machine that asks again and again within
//! one connection can keep a service busy that patients wait for.
//!
//! ## References
//! RFC 5246 section 7.4.1.2; RFC 8446 has no renegotiation.

use holter_model::{Attempt, Basis, Feature, Judgement, Observation, Verdict};

use crate::ground::{self, Decision};
use crate::insecure_renegotiation::not_in_tls13;
use crate::session::{self, AGAIN_BOUND, AGAIN_UNBOUND};
use crate::{Check, Configuration, Needs, Profile, greeting, spoken};

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "client-renegotiation",
    name: "Renegotiation begun by the client",
    about: "asks once, at the end of a session, to negotiate again",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/CVE-2011-1473.toml")],
    ask: |visit| Box::pin(session::survey(visit)),
    judge,
};

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let about = (CHECK.id, "CVE-2011-1473", Basis::Behaviour);
    spoken::judge(about, observations, attempt, |known| {
        decide(known, observations, attempt)
    })
}

fn decide(known: &Configuration, observations: &[Observation], attempt: Attempt) -> Decision {
    if spoken::before_tls13(known).is_none() {
        if !known.is_settled() {
            return ground::unsettled(attempt);
        }
        return not_in_tls13();
    }
    let bound = ground::answers(observations, AGAIN_BOUND);
    let answer = bound.chain(ground::answers(observations, AGAIN_UNBOUND)).last();
    match (known.has(Feature::ClientRenegotiation), answer) {
        (Some(true), _) => (
            Verdict::Affected,
            "it negotiated again when the client asked for it in the middle of a session".to_owned(),
        ),
        (Some(false), Some(answer)) => (
            Verdict::NotAffected,
            format!(
                "when the client asked to negotiate again it {}",
                greeting::in_words(answer.reaction)
            ),
        ),
        (Some(false), None) => (
            Verdict::NotAffected,
            "it does not negotiate again when the client asks for it".to_owned(),
        ),
        (None, Some(answer)) => (
            Verdict::Inconclusive,
            format!(
                "when the client asked to negotiate again it {}",
                greeting::in_words(answer.reaction)
            ),
        ),
        (None, None) => (
            Verdict::Inconclusive,
            format!(
                "whether it negotiates again {}",
                session::why_not(observations, attempt)
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use holter_model::{Fact, Reaction};

    use super::*;
    use crate::testing::{alone, feature, hello, judged, probe};

    #[test]
    fn what_it_did_when_asked_decides() {
        let check = |facts: &[Fact], expected: &str| assert_eq!(judged(judge, facts), expected);
        let again = |present| feature(Feature::ClientRenegotiation, 0x0303, present);
        check(&[hello(0x0304)], "inconclusive");
        check(&[&[hello(0x0304)][..], &alone(0x0304)].concat(), "not_applicable");
        check(&[hello(0x0303), again(true)], "affected");
        check(&[hello(0x0303), again(false)], "not_affected");
        check(
            &[hello(0x0303), probe(AGAIN_BOUND, 0x0303, Reaction::Silence(1000))],
            "inconclusive",
        );
        check(&[hello(0x0303)], "inconclusive");
    }
}
