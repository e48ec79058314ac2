//! # RC4 (CVE-2015-2808, CVE-2013-2566)
//!
//! ## What it asks
//! Nothing of its own: the survey's list of suites, and SSLv2's kinds.
//!
//! ## Why it matters
//! What is sent often, a cookie or a device's password, can be worked out from recordings (RFC 7465).

use holter_model::{Attempt, Judgement, Observation};
use holter_wire::Version;
use holter_wire::ssl2::CipherKind;

use crate::accepted::Accepted;
use crate::ground::{Ruling, rule};
use crate::{Check, Configuration, Needs, Profile};

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "rc4",
    name: "RC4",
    about: "looks for RC4 among the suites that the survey found",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/CVE-2015-2808.toml")],
    ask: |_| Box::pin(async {}),
    judge,
};

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let judge = |configuration: &Configuration| {
        let accepted = Accepted::of(
            configuration,
            attempt,
            // TLS 1.3 has no such suite.
            |version| version != Version::TLS13,
            |parts| parts.cipher.starts_with("RC4"),
        );
        let kinds = configuration.ssl2.iter().flatten();
        let old = kinds
            .filter_map(|kind| CipherKind(*kind).name())
            .find(|name| name.contains("RC4"));
        match old {
            Some(name) if !accepted.any() => Ruling::affected(format!("it accepts {name} in SSLv2")),
            _ => accepted.rule("", "it accepts no suite with RC4"),
        }
    };
    rule((CHECK.id, "CVE-2015-2808"), observations, attempt, judge)
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{holds, listed, whole};
    use holter_model::Fact;
    use holter_model::Verdict::{Affected, Inconclusive, NotAffected};

    #[test]
    fn rc4_is_found_wherever_it_is() {
        let kinds = vec![0x01_0080];
        let ssl2 = vec![Fact::Ssl2 { kinds }];
        holds(
            &CHECK,
            vec![
                ("RC4", whole(&[(Version::TLS10, &[0x002f, 0x0005])]), Affected),
                ("none", whole(&[(Version::TLS12, &[0x009c])]), NotAffected),
                ("only TLS 1.3", whole(&[(Version::TLS13, &[0x1301])]), NotAffected),
                (
                    "cut short",
                    vec![listed(Version::SSL3, &[0x002f], false)],
                    Inconclusive,
                ),
                (
                    "found before the cut",
                    vec![listed(Version::SSL3, &[0x0004], false)],
                    Affected,
                ),
                (
                    "SSLv2",
                    [ssl2, whole(&[(Version::TLS12, &[0x009c])])].concat(),
                    Affected,
                ),
            ],
        );
    }
}
