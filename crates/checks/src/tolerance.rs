//! # Intolerance of what is new
//!
//! ## What it asks
//! One hello as the clients of tomorrow may send it: of a version, with suites, groups, schemes and extensions that
//! nobody has defined yet, beside those that the service is known to accept. The survey makes that of one of its own. Only
//! when that fails, it is said once more, and then two others: the version
//! alone, and the rest alone; and after each that is taken without a word the usual hello, for who does not answer that
//! either is gone, not intolerant.
//!
//! ## Why it matters
//! A service that cannot stand what it does not know breaks when its clients are updated, and they are made to fall
//! back to old versions for its sake.
//!
//! ## References
//! RFC 8701 (GREASE); RFC 5246 appendix E.1: a server answers a newer version with the newest of its own.

use holter_model::{Attempt, Basis, Fact, Feature, Judgement, Observation, Reaction, Verdict};
use holter_wire::client_hello::ClientHello;
use holter_wire::extension::Extension;
use holter_wire::{CipherSuite, ExtensionType, NamedGroup, SignatureScheme, Version};

use crate::greeting::{self, Taken};
use crate::ground::{self, Decision};
use crate::{Check, Configuration, Needs, Profile, Visit};

/// A version that nobody speaks, of the family of TLS.
const FUTURE: Version = Version(0x0399);

/// Code points that will never mean anything (RFC 8701 section 2).
const RESERVED: [u16; 2] = [0x5a5a, 0xcaca];

const BOTH: &str = "all-that-is-new";
const VERSION: &str = "tolerance-version";
const EXTENSIONS: &str = "tolerance-extensions";

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "tolerance",
    name: "Tolerance of what is new",
    about: "says hello with a version, suites, groups and extensions that nobody has defined yet",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/TLS-INTOLERANT.toml")],
    ask: |visit| Box::pin(ask(visit)),
    judge,
};

async fn ask(visit: &mut Visit<'_>) {
    let known = greeting::known(visit);
    let Some(newest) = greeting::versions(&known).next_back() else {
        return;
    };
    // A hello of SSLv3 has no extensions, and a peer that knows nothing newer owes nobody tolerance of them.
    if newest <= Version::SSL3 || !greeting::may_ask(visit) {
        return;
    }
    if known.has(Feature::ExtensionTolerance) == Some(true) {
        return;
    }
    let both = new(visit, &known, newest, true, true);
    match greeting::say(visit, both).await {
        None => return,
        Some(Taken::Answered(_)) => {
            tolerates(newest).into_iter().for_each(|fact| visit.heard(fact));
            return;
        }
        Some(Taken::Refused(reaction)) => probed(visit, BOTH, newest, reaction),
    }
    // Whoever does not answer the usual hello any more is not intolerant, but gone.
    if !greeting::still_listens(visit, &known, newest, "tolerance").await {
        return;
    }
    for (feature, probe) in [
        (Feature::VersionTolerance, VERSION),
        (Feature::ExtensionTolerance, EXTENSIONS),
    ] {
        let hello = new(visit, &known, newest, probe == VERSION, probe == EXTENSIONS);
        let reaction = match greeting::say(visit, hello).await {
            None => return,
            Some(Taken::Answered(_)) => Reaction::Continued,
            Some(Taken::Refused(reaction)) => reaction,
        };
        probed(visit, probe, newest, reaction);
        let unsaid = matches!(
            reaction,
            Reaction::Closed | Reaction::Reset | Reaction::Silence(_)
        );
        if unsaid && !greeting::still_listens(visit, &known, newest, probe).await {
            return;
        }
        note(visit, newest, feature, reaction == Reaction::Continued);
    }
}

fn probed(visit: &mut Visit<'_>, probe: &str, newest: Version, reaction: Reaction) {
    visit.heard(Fact::Probe {
        probe: probe.to_owned(),
        version: newest.0,
        suite: 0,
        reaction,
    });
}

fn note(visit: &mut Visit<'_>, version: Version, feature: Feature, present: bool) {
    visit.heard(fact(version, feature, present));
}

const fn fact(version: Version, feature: Feature, present: bool) -> Fact {
    Fact::Feature {
        feature,
        version: version.0,
        present,
    }
}

/// What is known of who answered a hello with all that is new.
pub(crate) const fn tolerates(newest: Version) -> [Fact; 2] {
    [
        fact(newest, Feature::VersionTolerance, true),
        fact(newest, Feature::ExtensionTolerance, true),
    ]
}

/// A hello with what is new.
fn new(
    visit: &Visit<'_>,
    known: &Configuration,
    newest: Version,
    version: bool,
    extensions: bool,
) -> ClientHello {
    let mut hello = greeting::ordinary(visit, known, newest.min(Version::TLS12));
    if newest >= Version::TLS13 {
        greeting::with_tls13(&mut hello, visit, known, &[Version::TLS13, Version::TLS12]);
    }
    if version {
        with_new_version(&mut hello);
    }
    if extensions {
        with_new_extensions(&mut hello);
    }
    hello
}

/// Offers a version that nobody has defined, before all others.
pub(crate) fn with_new_version(hello: &mut ClientHello) {
    // Since TLS 1.3 the versions stand in an extension, and the old field is fixed.
    let list = |extension: &&mut Extension| extension.kind == ExtensionType::SUPPORTED_VERSIONS;
    match hello.extensions.iter_mut().find(list) {
        Some(list) => {
            let versions = with_first(RESERVED[0], list.body.get(1..));
            *list = Extension::supported_versions(&versions.map(Version).collect::<Vec<_>>());
        }
        None => hello.version = FUTURE,
    }
}

/// Offers suites, groups, schemes and extensions that nobody has defined, before all others.
pub(crate) fn with_new_extensions(hello: &mut ClientHello) {
    if !hello.suites.contains(&CipherSuite(RESERVED[0])) {
        hello.suites.insert(0, CipherSuite(RESERVED[0]));
    }
    for extension in &mut hello.extensions {
        let codes = with_first(RESERVED[1], extension.body.get(2..));
        match extension.kind {
            ExtensionType::SUPPORTED_GROUPS => {
                *extension = Extension::supported_groups(&codes.map(NamedGroup).collect::<Vec<_>>());
            }
            ExtensionType::SIGNATURE_ALGORITHMS => {
                *extension = Extension::signature_algorithms(&codes.map(SignatureScheme).collect::<Vec<_>>());
            }
            _ => {}
        }
    }
    let reserved = |kind: u16, body: &[u8]| Extension {
        kind: ExtensionType(kind),
        body: body.to_vec(),
    };
    hello.extensions.insert(0, reserved(RESERVED[1], &[]));
    hello.extensions.push(reserved(RESERVED[0], &[0]));
}

/// This code and those of a list.
fn with_first(code: u16, list: Option<&[u8]>) -> impl Iterator<Item = u16> + use<> {
    let codes = list.unwrap_or_default().chunks_exact(2);
    let codes: Vec<u16> = codes
        .filter_map(|code| Some(u16::from_be_bytes(code.try_into().ok()?)))
        .collect();
    std::iter::once(code).chain(codes)
}

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let about = (CHECK.id, "TLS-INTOLERANT", Basis::Behaviour);
    ground::on_tls(about, observations, attempt, |known| {
        decide(known, observations, attempt)
    })
}

fn decide(known: &Configuration, observations: &[Observation], attempt: Attempt) -> Decision {
    if greeting::versions(known).next_back() == Some(Version::SSL3) {
        let why = "it speaks nothing newer than SSLv3, which is older than any rule about what is new";
        return (Verdict::NotApplicable, why.to_owned());
    }
    let tolerance = (
        known.has(Feature::VersionTolerance),
        known.has(Feature::ExtensionTolerance),
    );
    let failed = |probe: &'static str, what: &str| {
        let answer = ground::answers(observations, probe).last();
        let how = answer.map_or_else(
            || "refused".to_owned(),
            |answer| greeting::in_words(answer.reaction),
        );
        (
            Verdict::Affected,
            format!("it {how} when a hello had {what} that it does not know"),
        )
    };
    match tolerance {
        (Some(false), _) => failed(VERSION, "a version"),
        (_, Some(false)) => failed(EXTENSIONS, "suites, groups and extensions"),
        (Some(true), Some(true)) => {
            let why =
                "it answered a hello with a version, suites, groups and extensions that nobody has defined";
            (Verdict::NotAffected, why.to_owned())
        }
        _ => match ground::answers(observations, BOTH).last() {
            Some(answer) => {
                let gone = if greeting::listened(observations, "tolerance") {
                    "more could not be asked"
                } else {
                    "its usual hello was not answered after that either"
                };
                let how = greeting::in_words(answer.reaction);
                let why = format!(
                    "it {how} when a hello had all kinds of things that it does not know, and {gone}"
                );
                (Verdict::Inconclusive, why)
            }
            None => ground::not_asked(attempt),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{feature, hello, judged, probe};

    #[test]
    fn what_is_new_stands_first_in_lists_that_stay_whole() {
        let mut hello = crate::hello::tls13(None, &holter_model::seam::FixedDice(1));
        with_new_version(&mut hello);
        with_new_extensions(&mut hello);
        let body = |kind| {
            let extension = hello.extensions.iter().find(|extension| extension.kind == kind);
            extension.unwrap().body.clone()
        };
        assert_eq!(body(ExtensionType::SUPPORTED_VERSIONS), [4, 0x5a, 0x5a, 3, 4]);
        let groups = body(ExtensionType::SUPPORTED_GROUPS);
        assert_eq!((&groups[..4], groups.len()), (&[0, 40, 0xca, 0xca][..], 42));
        assert_eq!(hello.version, Version::TLS12);
        let mut older = crate::hello::spare(Version::TLS11, &holter_model::seam::FixedDice(1));
        with_new_version(&mut older);
        assert_eq!(older.version, FUTURE);
    }

    #[test]
    fn what_fails_is_named() {
        let check = |facts: &[Fact], expected: &str| assert_eq!(judged(judge, facts), expected);
        let version = |present| feature(Feature::VersionTolerance, 0x0303, present);
        let extensions = |present| feature(Feature::ExtensionTolerance, 0x0303, present);
        check(&[hello(0x0303), version(true), extensions(true)], "not_affected");
        check(&[hello(0x0303), version(false), extensions(true)], "affected");
        check(&[hello(0x0303), version(true), extensions(false)], "affected");
        check(&[hello(0x0303), version(true)], "inconclusive");
        check(&[hello(0x0303)], "inconclusive");
        check(&[hello(0x0300)], "not_applicable");
        let facts = [
            hello(0x0301),
            probe(EXTENSIONS, 0x0301, Reaction::Silence(300)),
            version(true),
            extensions(false),
        ];
        let judgements = judge(&crate::testing::observed(&facts), Attempt::Completed);
        assert!(judgements[0].evidence.contains("said nothing for 300 ms"));
    }
}
