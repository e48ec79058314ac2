//! # Ticketbleed (CVE-2016-9244)
//!
//! ## What it asks
//! Nothing of its own: a shared session goes on by a ticket, beside a session id of 31 bytes. RFC 5077 wants the same id
//! back. An affected F5 BIG-IP says 32 bytes: ours, and one out of its memory, which is counted and wiped unread. An
//! id that is any shorter would bring more of them, so none is used.
//!
//! ## Why it matters
//! Up to 31 bytes of the service's memory go out with each hello: ids of other sessions, perhaps more.
//!
//! Only a service that goes on by its ticket can be cleared so. Of others it helps to know that the affected versions (11.4 to
//! 12.1.2) do not speak TLS 1.3, which came with 14.0.
//!
//! ## References
//! F5 K05121675; F. Valsorda, "Finding Ticketbleed", 2017; RFC 5077 section 3.4.

use holter_model::{Attempt, Basis, Feature, Judgement, Observation, Reaction, Verdict};
use holter_wire::Version;

use crate::ground::{self, Ruling};
use crate::session::{self, TICKETBLEED};
use crate::{Check, Configuration, Needs, Profile, greeting, spoken};

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "ticketbleed",
    name: "Ticketbleed",
    about: "goes on with a session by its ticket and counts the bytes of the session id that comes back",
    profile: Profile::Standard,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/CVE-2016-9244.toml")],
    ask: |visit| Box::pin(session::survey(visit)),
    judge,
};

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let about = (CHECK.id, "CVE-2016-9244", Basis::Behaviour);
    let mut judgements = spoken::judge(about, observations, attempt, |known| {
        decide(known, observations, attempt)
    });
    if let (Some(Reaction::Other(foreign)), [judgement]) = (answer(observations), judgements.as_mut_slice()) {
        judgement.foreign_bytes = u64::from(foreign);
    }
    judgements
}

fn answer(observations: &[Observation]) -> Option<Reaction> {
    ground::answers(observations, TICKETBLEED)
        .map(|answer| answer.reaction)
        // One that bleeds outweighs any that do not.
        .max_by_key(|reaction| matches!(reaction, Reaction::Other(1..)))
}

fn decide(known: &Configuration, observations: &[Observation], attempt: Attempt) -> Ruling {
    let Some(version) = spoken::before_tls13(known) else {
        if !known.is_settled() {
            return ground::unsettled(attempt).into();
        }
        return Ruling::not_applicable("it speaks TLS 1.3 only, in which tickets come without a session id");
    };
    let tickets = known
        .features
        .iter()
        .filter(|((feature, version), _)| {
            *feature == Feature::SessionTicket && version.rules() < Version::TLS13
        })
        .map(|(_, present)| *present)
        .max();
    let decision = match (answer(observations), tickets) {
        (Some(Reaction::Other(foreign @ 1..)), _) => (
            Verdict::Affected,
            format!("it said our session id again with {foreign} bytes behind it that we had not sent"),
        ),
        (Some(Reaction::Continued), Some(true)) => (
            Verdict::NotAffected,
            "it went on by a ticket and said our session id again, and no more".to_owned(),
        ),
        (Some(Reaction::Continued), _) if known.speaks(Version::TLS13) == Some(true) => {
            return Ruling::not_affected(
                "it did not go on by its ticket, so nothing could show; but no affected version of BIG-IP speaks TLS 1.3",
            )
            .by(Basis::Version);
        }
        (Some(Reaction::Continued), _) => (
            Verdict::Inconclusive,
            "it did not go on by its ticket, and only where it does a BIG-IP would show itself".to_owned(),
        ),
        (Some(reaction), _) => (
            Verdict::Inconclusive,
            format!(
                "when a session was to go on by a ticket, it {}",
                greeting::in_words(reaction)
            ),
        ),
        (None, Some(false)) => (
            Verdict::NotAffected,
            format!("it gives no session tickets in {version}, and without them nothing is given away"),
        ),
        (None, _) => (
            Verdict::Inconclusive,
            format!(
                "how it goes on by a ticket {}",
                session::why_not(observations, attempt)
            ),
        ),
    };
    decision.into()
}

#[cfg(test)]
mod tests {
    use holter_model::Fact;

    use super::*;
    use crate::testing::{alone, feature, hello, judged, observed, probe};

    #[test]
    fn bytes_behind_our_own_give_it_away() {
        let check = |facts: &[Fact], expected: &str| assert_eq!(judged(judge, facts), expected);
        let ticket = |present| feature(Feature::SessionTicket, 0x0303, present);
        let bled = [hello(0x0303), probe(TICKETBLEED, 0x0303, Reaction::Other(1))];
        check(&bled, "affected");
        assert_eq!(judge(&observed(&bled), Attempt::Completed)[0].foreign_bytes, 1);
        let went_on = [hello(0x0303), probe(TICKETBLEED, 0x0303, Reaction::Continued)];
        check(&[&went_on[..], &[ticket(true)]].concat(), "not_affected");
        // By its ticket it did not go on.
        check(&[&went_on[..], &[ticket(false)]].concat(), "inconclusive");
        check(
            &[&went_on[..], &[ticket(false), hello(0x0304)]].concat(),
            "not_affected",
        );
        check(
            &[hello(0x0303), probe(TICKETBLEED, 0x0303, Reaction::Alert(40))],
            "inconclusive",
        );
        check(&[hello(0x0303), ticket(false)], "not_affected");
        check(&[hello(0x0303)], "inconclusive");
        let new = [hello(0x0304), feature(Feature::SessionTicket, 0x0304, true)];
        check(&new, "inconclusive");
        check(&[&new[..], &alone(0x0304)].concat(), "not_applicable");
    }
}
