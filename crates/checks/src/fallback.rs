//! # Fallback without TLS_FALLBACK_SCSV
//!
//! ## What it asks
//! One hello in the second-newest version that the service speaks, with the signal of RFC 7507 in it: "I come again with
//! an older version, since a newer one failed". A service that knows the signal and the newer version refuses with the alert
//! made for that. Where it refuses otherwise, the same hello follows without the signal: only if that is taken was it the
//! signal that was refused. Some say no alert over datagrams: there silence is a refusal if the hello without the signal is
//! taken, and the one with it is met by silence once more.
//!
//! ## Why it matters
//! Whoever stands on the way can make clients' first hellos fail until they come with an old version, whose weaknesses
//! then serve.
//!
//! ## References
//! RFC 7507 section 3; RFC 8446 section 4.1.3 for the other protection, since TLS 1.3.

use holter_model::{Attempt, Basis, Fact, Feature, Judgement, Observation, Reaction, Verdict};
use holter_wire::client_hello::ClientHello;
use holter_wire::{CipherSuite, Version};

use crate::greeting::{self, Taken};
use crate::ground::{self, Decision};
use crate::{Check, Configuration, Needs, Profile, Visit, spoken};

/// The signal (RFC 7507 section 2).
const SIGNAL: CipherSuite = CipherSuite(0x5600);

/// What a server that knows it answers (RFC 7507 section 2).
const INAPPROPRIATE: u8 = 86;

const PROBE: &str = "fallback";

/// The same hello without the signal.
const CONTROL: &str = "control-of-fallback";

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
    let Some(older) = spoken::versions(&known).into_iter().rev().nth(1) else {
        return;
    };
    if !spoken::may_ask(visit) {
        return;
    }
    let plain = greeting::ordinary(visit, &known, older);
    let unsaid = match signal(visit, plain.clone(), older).await {
        None | Some(Reaction::Alert(INAPPROPRIATE) | Reaction::Other(_)) => return,
        Some(reaction) => matches!(reaction, Reaction::Silence(_)),
    };
    if unsaid && !older.is_datagram() {
        return;
    }
    if control(visit, plain.clone(), older).await && unsaid {
        signal(visit, plain, older).await;
    }
}

/// Says a hello with the signal. How it was refused; `None`: it was not, or there was no answer to note.
async fn signal(visit: &mut Visit<'_>, mut hello: ClientHello, older: Version) -> Option<Reaction> {
    hello.random = crate::hello::random(visit.dice);
    hello.suites.push(SIGNAL);
    let reaction = match greeting::say(visit, hello).await? {
        Taken::Answered(hello) => {
            note_sentinel(visit, &hello);
            note(visit, older, false);
            return None;
        }
        Taken::Refused(reaction) => reaction,
    };
    probed(visit, PROBE, older, reaction);
    if reaction == Reaction::Alert(INAPPROPRIATE) {
        note(visit, older, true);
    }
    Some(reaction)
}

fn note(visit: &mut Visit<'_>, older: Version, present: bool) {
    visit.heard(Fact::Feature {
        feature: Feature::FallbackScsv,
        version: older.0,
        present,
    });
}

/// Says the same again without the signal. Whether that was taken.
async fn control(visit: &mut Visit<'_>, mut hello: ClientHello, older: Version) -> bool {
    hello.random = crate::hello::random(visit.dice);
    let reaction = match greeting::say(visit, hello).await {
        None => return false,
        Some(Taken::Answered(hello)) if hello.negotiated() == older => Reaction::Continued,
        Some(Taken::Answered(_)) => Reaction::Other(0),
        Some(Taken::Refused(reaction)) => reaction,
    };
    probed(visit, CONTROL, older, reaction);
    reaction == Reaction::Continued
}

fn probed(visit: &mut Visit<'_>, probe: &str, older: Version, reaction: Reaction) {
    visit.heard(Fact::Probe {
        probe: probe.to_owned(),
        version: older.0,
        suite: 0,
        reaction,
    });
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
    spoken::judge(about, observations, attempt, |known| {
        decide(known, observations, attempt)
    })
}

fn decide(known: &Configuration, observations: &[Observation], attempt: Attempt) -> Decision {
    let mut spoken = spoken::versions(known).into_iter().rev();
    let (Some(newest), older) = (spoken.next(), spoken.next()) else {
        return ground::not_asked(attempt);
    };
    let Some(older) = older else {
        let streams = [
            Version::SSL3,
            Version::TLS10,
            Version::TLS11,
            Version::TLS12,
            Version::TLS13,
        ];
        let asked = if newest.is_datagram() {
            &[Version::DTLS10, Version::DTLS12][..]
        } else {
            &streams
        };
        let others_refused = asked
            .iter()
            .filter(|version| version.rules() < newest.rules())
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
                && older == Version::TLS12
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
            Some(answer) => {
                let control = ground::answers(observations, CONTROL).last();
                // A datagram may be lost, with its answer; not both times, and never what came between.
                let unsaid = matches!(answer.reaction, Reaction::Silence(_));
                let control = control.filter(|_| !unsaid || ground::answers(observations, PROBE).count() > 1);
                refused_otherwise(answer.reaction, control.map(|control| control.reaction), older)
            }
            None => ground::not_asked(attempt),
        },
    }
}

/// It refused, and not as whoever knows the signal does.
fn refused_otherwise(reaction: Reaction, control: Option<Reaction>, older: Version) -> Decision {
    let said = greeting::in_words(reaction);
    match control {
        Some(Reaction::Continued) => (
            Verdict::NotAffected,
            format!(
                "it {said} when it was told that a newer version than {older} had failed, and took the same hello without that"
            ),
        ),
        Some(control) => (
            Verdict::Inconclusive,
            format!(
                "it {said} when {older} was offered with the signal of a fallback, but without it, too, it {}",
                greeting::in_words(control)
            ),
        ),
        None => (
            Verdict::Inconclusive,
            format!(
                "it {said} when {older} was offered with the signal of a fallback, which is not how the signal is refused"
            ),
        ),
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
        for refusal in [Reaction::Alert(40), Reaction::Closed] {
            let refused = with(probe(PROBE, 0x0302, refusal));
            check(&refused, "inconclusive");
            let control = |reaction| [&refused[..], &[probe(CONTROL, 0x0302, reaction)]].concat();
            check(&control(Reaction::Continued), "not_affected");
            check(&control(refusal), "inconclusive");
        }
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
        let datagrams = [hello(0xfefd), refused(0xfeff)];
        check(&datagrams, "not_applicable");
        let both = [hello(0xfefd), hello(0xfeff)];
        let known = feature(Feature::FallbackScsv, 0xfeff, true);
        check(&[&both[..], &[known]].concat(), "not_affected");
        // Who says no alert is heard twice, and takes the same without the signal in between.
        let silent = || probe(PROBE, 0xfeff, Reaction::Silence(2500));
        let taken = probe(CONTROL, 0xfeff, Reaction::Continued);
        let once = [&both[..], &[silent(), taken]].concat();
        check(&once, "inconclusive");
        check(&[&once[..], &[silent()]].concat(), "not_affected");
    }
}
