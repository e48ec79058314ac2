//! Rules about what is agreed on in a handshake: suites, groups, schemes and finite fields.

use std::fmt::Display;

use holter_model::Fact;
use holter_wire::suite::{Authentication, Exchange, Mode, Parts};
use holter_wire::{CipherSuite, Version};

use super::super::demand::{self, Groups, Schemes, Suites};
use super::Ruling;
use crate::names::{Named, plain, some};
use crate::subject::{SSL2, Subject};

/// Rules about suites by name.
pub(super) fn named(demand: &Suites, subject: &Subject<'_>) -> Ruling {
    let allowed = demand.allowed.as_deref().map(plain);
    let forbidden = plain(&demand.forbidden);
    let barred = |suite: &CipherSuite| {
        forbidden.contains(suite) || allowed.as_ref().is_some_and(|allowed| !allowed.contains(suite))
    };
    let mut found = Vec::new();
    let one_of = plain(&demand.one_of);
    for (version, spoken) in subject
        .spoken()
        .filter(|(version, _)| held(*version, &demand.versions))
    {
        let wrong = spoken.suites.iter().filter(|suite| !suite.is_signal());
        found.extend(
            wrong
                .filter(|suite| barred(suite))
                .map(|suite| within(suite, subject.name(version))),
        );
        let lacking = !one_of.is_empty() && !one_of.iter().any(|suite| spoken.suites.contains(suite));
        if lacking && spoken.complete {
            found.push(format!("{} has none of them", subject.name(version)));
        }
    }
    Ruling::of(&found, incomplete(subject, &demand.versions))
}

/// Rules about suites by what they are made of.
pub(super) fn made_of(demand: &demand::Parts, subject: &Subject<'_>) -> Ruling {
    let found: Vec<String> = subject
        .suites()
        .filter(|(version, _, parts)| held(*version, &demand.versions) && barred(demand, parts))
        .map(|(version, suite, _)| within(&suite, subject.name(version)))
        .collect();
    Ruling::of(&found, incomplete(subject, &demand.versions))
}

/// Rules about groups.
pub(super) fn groups(demand: &Groups, subject: &Subject<'_>) -> Ruling {
    let allowed = demand.allowed.as_deref().map(plain);
    let one_of = plain(&demand.one_of);
    let (mut found, mut missing) = (Vec::new(), None);
    for (version, spoken) in subject
        .spoken()
        .filter(|(version, _)| held(*version, &demand.versions))
    {
        let uses_groups = spoken.suites.iter().any(|suite| {
            suite
                .parts()
                .is_some_and(|parts| matches!(parts.exchange, Exchange::Ecdhe | Exchange::Any))
        });
        if !uses_groups {
            continue;
        }
        if spoken.groups.is_empty() {
            missing = Some(format!(
                "which groups {} takes was not heard",
                subject.name(version)
            ));
            continue;
        }
        let all_known = is_complete(subject, version, |fact| match fact {
            Fact::Groups {
                version, complete, ..
            } => Some((*version, *complete)),
            _ => None,
        });
        if !all_known {
            missing = Some(format!("not all groups of {} are known", subject.name(version)));
        }
        if let Some(allowed) = &allowed {
            let wrong = spoken.groups.iter().filter(|group| !allowed.contains(group));
            found.extend(wrong.map(|group| within(group, subject.name(version))));
        }
        let lacking = !one_of.is_empty() && !one_of.iter().any(|group| spoken.groups.contains(group));
        if lacking && all_known {
            found.push(format!("{} takes none of them", subject.name(version)));
        }
    }
    Ruling::of(&found, missing)
}

/// Rules about what key exchanges are signed with.
pub(super) fn schemes(demand: &Schemes, subject: &Subject<'_>) -> Ruling {
    let allowed = plain(&demand.allowed);
    let (mut found, mut missing) = (Vec::new(), None);
    for (version, spoken) in subject
        .spoken()
        .filter(|(version, _)| held(*version, &demand.versions))
    {
        // Before TLS 1.2 there is nothing to choose.
        if version < Version::TLS12 {
            continue;
        }
        if spoken.schemes.is_empty() {
            missing = Some(format!("what {} signs with was not heard", subject.name(version)));
        }
        let all_known = is_complete(subject, version, |fact| match fact {
            Fact::Schemes {
                version, complete, ..
            } => Some((*version, *complete)),
            _ => None,
        });
        if !spoken.schemes.is_empty() && !all_known {
            missing = Some(format!(
                "not all that {} signs with is known",
                subject.name(version)
            ));
        }
        let wrong = spoken.schemes.iter().filter(|scheme| !allowed.contains(scheme));
        found.extend(wrong.map(|scheme| within(scheme, subject.name(version))));
    }
    Ruling::of(&found, missing)
}

/// The shortest prime.
pub(super) fn fields(bits: u32, subject: &Subject<'_>) -> Ruling {
    let mut found: Vec<String> = subject
        .configuration
        .fields
        .iter()
        .filter(|field| field.bits < bits)
        .map(|field| format!("a Diffie-Hellman prime of {} bits", field.bits))
        .collect();
    found.sort();
    found.dedup();
    let offered = subject
        .suites()
        .any(|(version, _, parts)| version < Version::TLS13 && parts.exchange == Exchange::Dhe);
    let missing = (offered && subject.configuration.fields.is_empty())
        .then(|| "the primes of its Diffie-Hellman key exchange were not seen".to_owned());
    Ruling::of(&found, missing)
}

fn barred(demand: &demand::Parts, parts: &Parts) -> bool {
    demand.forward_secret && !parts.forward_secret()
        || demand.aead && parts.mode != Mode::Aead
        || demand.authenticated && parts.authentication == Authentication::Anonymous
        || parts.bits < demand.bits
        || demand
            .forbidden_ciphers
            .iter()
            .any(|cipher| parts.cipher.starts_with(cipher.as_str()))
        || demand.forbidden_hashes.iter().any(|hash| parts.hash == hash)
}

fn held(version: Version, versions: &[Named<Version>]) -> bool {
    versions.is_empty() || versions.contains(&Named(version))
}

/// Whether asking for something came to its end in a version.
fn is_complete(subject: &Subject<'_>, version: Version, of: fn(&Fact) -> Option<(u16, bool)>) -> bool {
    let facts = subject.service.observations.iter();
    facts
        .filter_map(|observation| of(&observation.fact))
        .any(|(heard, complete)| complete && crate::subject::plain(Version(heard)) == version)
}

fn within(what: &impl Display, version: Version) -> String {
    format!("{what} in {version}")
}

/// What is missing of the suites of these versions; of all, where none is named.
pub(super) fn incomplete(subject: &Subject<'_>, versions: &[Named<Version>]) -> Option<String> {
    let open: Vec<String> = subject
        .spoken()
        .filter(|(version, spoken)| held(*version, versions) && !spoken.complete)
        .map(|(version, _)| subject.name(version).to_string())
        .collect();
    if !open.is_empty() {
        return Some(format!("not all suites of {} are known", some(&open)));
    }
    // DTLS 1.3 is not asked for yet, and hardly anybody speaks it: it counts where a rule names it.
    let unasked =
        |version: Version| version == Version::TLS13 && versions.is_empty() && subject.is_datagram();
    let unheard: Vec<String> = super::VERSIONS
        .into_iter()
        .filter(|version| *version != SSL2 && held(*version, versions) && !unasked(*version))
        .filter(|version| subject.speaks(*version).is_none())
        .map(|version| subject.name(version).to_string())
        .collect();
    (!unheard.is_empty()).then(|| format!("whether it speaks {} was not heard", some(&unheard)))
}
