//! # FREAK (CVE-2015-0204)
//!
//! ## What it asks
//! Nothing of its own: the survey's list of suites.
//!
//! ## Why it matters
//! A key of 512 bits can be worked out in hours, and old clients take one that they did not ask for.

use holter_model::{Attempt, Judgement, Observation};
use holter_wire::Version;
use holter_wire::suite::Exchange;

use crate::accepted::Accepted;
use crate::ground::rule;
use crate::{Check, Configuration, Needs, Profile};

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "freak",
    name: "FREAK",
    about: "looks for RSA keys weakened for export among the suites that the survey found",
    profile: Profile::Standard,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/CVE-2015-0204.toml")],
    ask: |_| Box::pin(async {}),
    judge,
};

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let judge = |configuration: &Configuration| {
        Accepted::of(
            configuration,
            attempt,
            |version| version != Version::TLS13,
            |parts| parts.export && parts.exchange == Exchange::Rsa,
        )
        .rule(
            ", whose RSA keys are cut for export",
            "it accepts no RSA suite made for export",
        )
    };
    rule((CHECK.id, "CVE-2015-0204"), observations, attempt, judge)
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{holds, listed, whole};
    use holter_model::Verdict::{Affected, Inconclusive, NotAffected};

    #[test]
    fn export_rsa_is_found() {
        holds(
            &CHECK,
            vec![
                ("RC4_40", whole(&[(Version::TLS10, &[0x0003])]), Affected),
                ("DES40", whole(&[(Version::TLS12, &[0x0008, 0x002f])]), Affected),
                (
                    "export, but not RSA",
                    whole(&[(Version::TLS10, &[0x0014])]),
                    NotAffected,
                ),
                ("none", whole(&[(Version::TLS12, &[0x002f])]), NotAffected),
                (
                    "cut short",
                    vec![listed(Version::TLS12, &[0x002f], false)],
                    Inconclusive,
                ),
            ],
        );
    }
}
