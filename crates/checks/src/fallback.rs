//! # Fallback without TLS_FALLBACK_SCSV
//!
//! ## What it asks
//! One hello in the second-newest version that the service speaks, with the signal of RFC 7507 in it: "I come again with
//! an older version, since a newer one failed". A service that knows the signal and the newer version refuses.
//!
//! ## Why it matters
//! Whoever stands on the way can make clients' first hellos fail until they come with an old version, whose weaknesses
//! then serve.
//!
//! ## References
//! RFC 7507 section 3; RFC 8446 section 4.1.3 for the other protection, since TLS 1.3.

use holter_model::{Attempt, Basis, Fact, Feature, Judgement, Observation, Reaction, Verdict};
use holter_wire::{AlertDescription, CipherSuite, Version};

use crate::greeting::{self, Taken};
use crate::ground::{self, Decision};
use crate::{Check, Configuration, Needs, Profile, Visit};

/// The signal (RFC 7507 section 2).
const SIGNAL: CipherSuite = CipherSuite(0x5600);

/// What a server that knows it answers (RFC 7507 section 2).
const INAPPROPRIATE: AlertDescription = AlertDescription(86);

const PROBE: &str = "fallback";

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "fallback",
    name: "Fallback to older versions",
    about: "says hello in an older version with the signal of RFC 7507, which a service that knows a newer one refuses",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/TLS-NO-FALLBACK-SCSV.toml")],
    ask: |visit| Box::pin(ask(visit)),
    judge,
};

async fn ask(visit: &mut Visit<'_>) {
    let known = greeting::known(visit);
    let Some(older) = greeting::versions(&known).rev().nth(1) else {
        return;
    };
    if !greeting::may_ask(visit) {
        return;
    }
    let mut hello = greeting::ordinary(visit, &known, older);
    hello.suites.push(SIGNAL);
    let present = match greeting::say(visit, hello).await {
        None => return,
        Some(Taken::Answered(hello)) => {
            note_sentinel(visit, &hello);
            Some(false)
        }
        Some(Taken::Refused(reaction)) => {
            visit.heard(Fact::Probe {
                probe: PROBE.to_owned(),
                version: older.0,
                suite: 0,
                reaction,
            });
            (reaction == Reaction::Alert(INAPPROPRIATE.0)).then_some(true)
        }
    };
    if let Some(present) = present {
        visit.heard(Fact::Feature {
            feature: Feature::FallbackScsv,
            version: older.0,
            present,
        });
    }
}

/// Notes whether the random of a ServerHello before TLS 1.3 tells of a newer version (RFC 8446 section 4.1.3).
pub(crate) fn note_sentinel(visit: &mut Visit<'_>, hello: &holter_wire::server_hello::ServerHello) {
    let version = hello.negotiated();
    if version >= Version::TLS13 {
        return;
    }
    visit.heard(Fact::Feature {
        feature: Feature::DowngradeSentinel,
        version: version.0,
        present: hello.random.ends_with(b"DOWNGRD\x01") || hello.random.ends_with(b"DOWNGRD\x00"),
    });
}

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let about = (CHECK.id, "TLS-NO-FALLBACK-SCSV", Basis::Behaviour);
    ground::on_tls(about, observations, attempt, |known| {
        decide(known, observations, attempt)
    })
}

fn decide(known: &Configuration, observations: &[Observation], attempt: Attempt) -> Decision {
    let mut spoken = greeting::versions(known).rev();
    let (Some(newest), older) = (spoken.next(), spoken.next()) else {
        return ground::not_asked(attempt);
    };
    let Some(older) = older else {
        let asked = [
            Version::SSL3,
            Version::TLS10,
            Version::TLS11,
            Version::TLS12,
            Version::TLS13,
        ];
        let others_refused = asked
            .iter()
            .filter(|version| **version < newest)
            .all(|version| known.speaks(*version) == Some(false));
        return if others_refused {
            let why = format!("it speaks {newest} and nothing older, so there is nothing to fall back to");
            (Verdict::NotApplicable, why)
        } else {
            let why = format!("it speaks {newest}; whether it speaks anything older is not known");
            (Verdict::Inconclusive, why)
        };
    };
    // A client that falls back to what is older still hears nothing of it.
    let no_further = spoken.next().is_none();
    match known.has(Feature::FallbackScsv) {
        Some(true) => (
            Verdict::NotAffected,
            format!("it refused {older} when it was told that a newer version had failed"),
        ),
        Some(false)
            if no_further
                && older >= Version::TLS12
                && known.has(Feature::DowngradeSentinel) == Some(true) =>
        {
            let why = format!(
                "it takes a fallback to {older}, but its random tells every client of {newest} that somebody lowered \
                 the version"
            );
            (Verdict::NotAffected, why)
        }
        Some(false) => (
            Verdict::Affected,
            format!(
                "it speaks {newest} and took {older} although it was told that a newer version had failed"
            ),
        ),
        None => match ground::answers(observations, PROBE).last() {
            Some(answer) => refused_otherwise(answer, older),
            None => ground::not_asked(attempt),
        },
    }
}

fn refused_otherwise(answer: ground::Answer<'_>, older: Version) -> Decision {
    let said = greeting::in_words(answer.reaction);
    // It takes the same hello without the signal.
    let refuses = matches!(
        answer.reaction,
        Reaction::Alert(_) | Reaction::Closed | Reaction::Reset
    );
    if refuses {
        let why = format!("it speaks {older}, but {said} when it was told that a newer version had failed");
        (Verdict::NotAffected, why)
    } else {
        let why = format!("it {said} when {older} was offered with the signal of a fallback");
        (Verdict::Inconclusive, why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{feature, hello, judged, probe, refused};

    fn check(facts: &[Fact], expected: &str) {
        assert_eq!(judged(judge, facts), expected);
    }

    #[test]
    fn the_signal_decides_where_there_is_something_to_fall_back_to() {
        let two = [hello(0x0303), hello(0x0302)];
        let with = |fact: Fact| [two.as_slice(), &[fact]].concat();
        check(
            &with(feature(Feature::FallbackScsv, 0x0302, true)),
            "not_affected",
        );
        check(&with(feature(Feature::FallbackScsv, 0x0302, false)), "affected");
        check(&with(probe(PROBE, 0x0302, Reaction::Alert(40))), "not_affected");
        check(&with(probe(PROBE, 0x0302, Reaction::Closed)), "not_affected");
        check(
            &with(probe(PROBE, 0x0302, Reaction::Silence(1500))),
            "inconclusive",
        );
        check(&two, "inconclusive");
    }

    #[test]
    fn a_random_that_tells_of_tls13_protects_as_well() {
        let facts = [
            hello(0x0304),
            hello(0x0303),
            feature(Feature::FallbackScsv, 0x0303, false),
            feature(Feature::DowngradeSentinel, 0x0303, true),
        ];
        check(&facts, "not_affected");
        check(&facts[..3], "affected");
        check(&[&facts[..], &[hello(0x0302)]].concat(), "affected");
    }

    #[test]
    fn one_version_alone_is_not_applicable_only_when_the_others_were_refused() {
        check(&[hello(0x0303)], "inconclusive");
        let alone = [hello(0x0303), refused(0x0302), refused(0x0301), refused(0x0300)];
        check(&alone, "not_applicable");
        check(&[], "inconclusive");
    }
}
