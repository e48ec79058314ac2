//! # POODLE (CVE-2014-3566)
//!
//! ## What it asks
//! Nothing of its own: the survey's list of suites in SSLv3.
//!
//! ## Why it matters
//! The padding of SSLv3's CBC suites is not checked, which gives a session cookie away byte by byte. A guard against
//! fallback (RFC 7507) helps clients that know it; a client that has nothing newer it does not help.

use holter_model::{Attempt, Feature, Judgement, Observation};
use holter_wire::Version;
use holter_wire::suite::Mode;

use crate::accepted::Accepted;
use crate::ground::rule;
use crate::{Check, Configuration, Needs, Profile};

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "poodle",
    name: "POODLE",
    about: "looks for CBC suites in SSLv3 among those that the survey found",
    profile: Profile::Standard,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/CVE-2014-3566.toml")],
    ask: |_| Box::pin(async {}),
    judge,
};

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let judge = |configuration: &Configuration| {
        let only = configuration.newest() == Some(Version::SSL3);
        let guard = match configuration.has(Feature::FallbackScsv) {
            _ if only => ", and it speaks nothing newer",
            Some(true) => ", though it refuses clients that say that they fell back",
            Some(false) => ", and nothing keeps a client that could do better from falling back to it",
            None => "",
        };
        Accepted::of(
            configuration,
            attempt,
            |version| version == Version::SSL3,
            |parts| parts.mode == Mode::Cbc,
        )
        .rule(guard, "it accepts no CBC suite in SSLv3")
    };
    rule((CHECK.id, "CVE-2014-3566"), observations, attempt, judge)
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{feature, holds, listed, verdict, whole};
    use holter_model::Verdict::{Affected, Inconclusive, NotAffected};

    #[test]
    fn cbc_in_ssl3_is_found() {
        let both: &[(Version, &[u16])] = &[(Version::TLS12, &[0x002f]), (Version::SSL3, &[0x002f])];
        let guarded = vec![feature(Feature::FallbackScsv, Version::TLS12, true)];
        holds(
            &CHECK,
            vec![
                ("CBC", whole(both), Affected),
                ("RC4 alone", whole(&[(Version::SSL3, &[0x0005])]), NotAffected),
                ("no SSLv3", whole(&[(Version::TLS10, &[0x002f])]), NotAffected),
                (
                    "cut short",
                    vec![listed(Version::SSL3, &[0x0005], false)],
                    Inconclusive,
                ),
                (
                    "not asked",
                    vec![listed(Version::TLS10, &[0x002f], true)],
                    Inconclusive,
                ),
                ("a guard is no cure", [whole(both), guarded].concat(), Affected),
            ],
        );
    }

    #[test]
    fn the_evidence_tells_of_the_guard() {
        let facts = whole(&[(Version::SSL3, &[0x002f])]);
        assert_eq!(
            verdict(&CHECK, facts).1,
            "it accepts TLS_RSA_WITH_AES_128_CBC_SHA in SSLv3, and it speaks nothing newer"
        );
    }
}
