//! # Old versions (RFC 8996, 7568, 6176)
//!
//! ## What it asks
//! Nothing of its own: which versions the survey found.
//!
//! ## Why it matters
//! SSLv2, SSLv3, TLS 1.0 and 1.1 and DTLS 1.0 have weaknesses that cannot be repaired, and are forbidden.

use holter_model::{Attempt, Judgement, Observation};
use holter_wire::Version;
use holter_wire::ssl2;

use crate::accepted::{asked_for, list, speaks};
use crate::ground::{Ruling, rule};
use crate::{Check, Configuration, Needs, Profile};

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "old-versions",
    name: "Old versions of TLS",
    about: "looks for SSLv2, SSLv3, TLS 1.0 and 1.1 and DTLS 1.0 among the versions that the survey found",
    profile: Profile::Standard,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/TLS-OLD-VERSION.toml")],
    ask: |_| Box::pin(async {}),
    judge,
};

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let judge = |configuration: &Configuration| ruling(configuration, attempt);
    rule((CHECK.id, "TLS-OLD-VERSION"), observations, attempt, judge)
        .into_iter()
        .collect()
}

fn ruling(configuration: &Configuration, attempt: Attempt) -> Ruling {
    let all = asked_for(configuration);
    let mut old: Vec<(Version, Option<bool>)> = all
        .iter()
        .filter(|version| is_old(**version))
        .map(|version| (*version, speaks(configuration, *version)))
        .collect();
    if all.contains(&Version::SSL3) {
        let known = configuration.ssl2.is_some() || configuration.refused.contains(&ssl2::VERSION);
        old.push((ssl2::VERSION, known.then_some(configuration.ssl2.is_some())));
    }
    let with = |answer: Option<bool>| -> Vec<String> {
        let those = old.iter().filter(|(_, spoken)| *spoken == answer);
        those.map(|(version, _)| version.to_string()).collect()
    };
    let (spoken, unknown) = (with(Some(true)), with(None));
    if !spoken.is_empty() {
        Ruling::affected(format!("it speaks {}", list(&spoken)))
    } else if unknown.is_empty() {
        Ruling::not_affected("it speaks no version older than TLS 1.2")
    } else {
        let why = match attempt {
            Attempt::Completed => String::new(),
            _ => format!(": {}", attempt.explain()),
        };
        Ruling::inconclusive(format!("whether it speaks {} is not known{why}", list(&unknown)))
    }
}

fn is_old(version: Version) -> bool {
    version < Version::TLS12 || version == Version::DTLS10
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{holds, listed, refused, verdict, whole};
    use holter_model::Fact;
    use holter_model::Verdict::{Affected, Inconclusive, NotAffected};

    #[test]
    fn old_versions_are_found() {
        let new: &[u16] = &[0xc02f];
        let datagrams = vec![listed(Version::DTLS12, new, true), refused(Version::DTLS10)];
        let unasked = vec![listed(Version::TLS12, new, true), refused(Version::TLS11)];
        holds(
            &CHECK,
            vec![
                (
                    "TLS 1.1",
                    whole(&[(Version::TLS12, new), (Version::TLS11, &[0x002f])]),
                    Affected,
                ),
                ("SSLv3", whole(&[(Version::SSL3, &[0x002f])]), Affected),
                (
                    "SSLv2 alone",
                    vec![Fact::Ssl2 {
                        kinds: vec![0x01_0080],
                    }],
                    Affected,
                ),
                (
                    "new ones",
                    whole(&[(Version::TLS12, new), (Version::TLS13, &[0x1301])]),
                    NotAffected,
                ),
                (
                    "TLS 1.3 alone",
                    whole(&[(Version::TLS13, &[0x1301])]),
                    NotAffected,
                ),
                ("DTLS 1.2", datagrams, NotAffected),
                (
                    "DTLS 1.0",
                    vec![listed(Version::DTLS10, &[0x002f], true)],
                    Affected,
                ),
                ("broken off", unasked, Inconclusive),
            ],
        );
    }

    #[test]
    fn the_evidence_names_them() {
        let facts = whole(&[(Version::TLS11, &[0x002f]), (Version::TLS10, &[0x002f])]);
        assert_eq!(verdict(&CHECK, facts).1, "it speaks TLS 1.1 and TLS 1.0");
    }
}
