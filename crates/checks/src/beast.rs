//! # BEAST (CVE-2011-3389)
//!
//! ## What it asks
//! Nothing of its own: the survey's list of suites in TLS 1.0 and SSLv3.
//!
//! ## Why it matters
//! Old browsers leave a signed-in session open to guessing there. DTLS begins with TLS 1.1 and does not have it.

use holter_model::{Attempt, Judgement, Observation};
use holter_wire::Version;
use holter_wire::suite::Mode;

use crate::accepted::Accepted;
use crate::ground::rule;
use crate::{Check, Configuration, Needs, Profile};

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "beast",
    name: "BEAST",
    about: "looks for CBC suites in TLS 1.0 and SSLv3 among those that the survey found",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/CVE-2011-3389.toml")],
    ask: |_| Box::pin(async {}),
    judge,
};

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let judge = |configuration: &Configuration| {
        Accepted::of(
            configuration,
            attempt,
            |version| version <= Version::TLS10,
            |parts| parts.mode == Mode::Cbc,
        )
        .rule("", "it accepts no CBC suite in TLS 1.0 or older")
    };
    rule((CHECK.id, "CVE-2011-3389"), observations, attempt, judge)
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{holds, listed, whole};
    use holter_model::Verdict::{Affected, Inconclusive, NotAffected};

    #[test]
    fn only_old_versions_have_it() {
        let datagrams = vec![listed(Version::DTLS10, &[0x002f], true)];
        holds(
            &CHECK,
            vec![
                ("TLS 1.0", whole(&[(Version::TLS10, &[0x002f])]), Affected),
                ("SSLv3", whole(&[(Version::SSL3, &[0x000a])]), Affected),
                ("no CBC there", whole(&[(Version::TLS10, &[0x0005])]), NotAffected),
                ("newer", whole(&[(Version::TLS11, &[0x002f])]), NotAffected),
                ("DTLS", datagrams, NotAffected),
                (
                    "not asked",
                    vec![listed(Version::TLS12, &[0x002f], true)],
                    Inconclusive,
                ),
            ],
        );
    }
}
