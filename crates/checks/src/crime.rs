//! # CRIME (CVE-2012-4929)
//!
//! ## What it asks
//! Nothing of its own: the survey's greetings offer compression, too.
//!
//! ## Why it matters
//! The length of a compressed record gives away what stands in it.

use holter_model::{Attempt, Feature, Judgement, Observation};
use holter_wire::Version;

use crate::ground::{Ruling, rule};
use crate::{Check, Configuration, Needs, Profile};

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "crime",
    name: "CRIME",
    about: "looks whether the service took up the compression that the survey offered",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/CVE-2012-4929.toml")],
    ask: |_| Box::pin(async {}),
    judge,
};

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    rule((CHECK.id, "CVE-2012-4929"), observations, attempt, ruling)
        .into_iter()
        .collect()
}

fn ruling(configuration: &Configuration) -> Ruling {
    let compressed = |wanted: bool| {
        let features = configuration.features.iter();
        features
            .filter(move |((feature, _), present)| *feature == Feature::Compression && **present == wanted)
            .map(|((_, version), _)| *version)
    };
    if let Some(version) = compressed(true).next_back() {
        return Ruling::affected(format!("it compresses records in {version}"));
    }
    // Compression is a matter of the library, not of the version: one answer tells for all.
    match compressed(false).next_back() {
        Some(version) => Ruling::not_affected(format!(
            "it did not take up compression that was offered in {version}"
        )),
        None if configuration.newest() == Some(Version::TLS13)
            && configuration.versions.len() == 1
            && configuration.is_settled() =>
        {
            Ruling::not_applicable("it speaks TLS 1.3 alone, which has no compression")
        }
        None if configuration.versions.is_empty() => {
            Ruling::not_applicable("it speaks SSLv2 alone, which has no compression")
        }
        None => Ruling::inconclusive("it was not offered compression"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{feature, holds, listed, whole};
    use holter_model::Verdict::{Affected, Inconclusive, NotAffected, NotApplicable};

    #[test]
    fn compression_in_any_version_counts() {
        let spoken = || listed(Version::TLS12, &[0x002f], true);
        let answer = |version, present| feature(Feature::Compression, version, present);
        holds(
            &CHECK,
            vec![
                (
                    "in one of two",
                    vec![
                        spoken(),
                        answer(Version::TLS12, false),
                        answer(Version::TLS10, true),
                    ],
                    Affected,
                ),
                (
                    "in none",
                    vec![spoken(), answer(Version::TLS12, false)],
                    NotAffected,
                ),
                ("not offered", vec![spoken()], Inconclusive),
                (
                    "TLS 1.3 alone",
                    whole(&[(Version::TLS13, &[0x1301])]),
                    NotApplicable,
                ),
            ],
        );
    }
}
