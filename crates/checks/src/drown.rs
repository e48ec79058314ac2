//! # DROWN (CVE-2016-0800)
//!
//! ## What it asks
//! Nothing of its own: the survey's one greeting in SSLv2.
//!
//! ## Why it matters
//! Who answers in SSLv2 helps to open recorded connections of every service with the same key. What other services do
//! with this one's key is not known here: see KEY-SHARED.

use holter_model::{Attempt, Judgement, Observation};
use holter_wire::ssl2::{self, CipherKind};

use crate::accepted::{asked_for, list};
use crate::ruling::{Ruling, rule};
use crate::{Check, Configuration, Needs, Profile};
use holter_wire::Version;

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "drown",
    name: "DROWN",
    about: "looks whether the service answered the survey's greeting in SSLv2",
    profile: Profile::Standard,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/CVE-2016-0800.toml")],
    ask: |_| Box::pin(async {}),
    judge,
};

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let judge = |configuration: &Configuration| ruling(configuration, attempt);
    rule((CHECK.id, "CVE-2016-0800"), observations, attempt, judge)
        .into_iter()
        .collect()
}

fn ruling(configuration: &Configuration, attempt: Attempt) -> Ruling {
    match &configuration.ssl2 {
        // OpenSSL before 1.0.2f took ciphers that it did not offer (CVE-2015-3197).
        Some(kinds) if kinds.is_empty() => Ruling::inconclusive(
            "it answers in SSLv2 and offers no cipher there; an OpenSSL before 1.0.2f takes one all the same",
        ),
        Some(kinds) => {
            let weak = kinds.iter().any(|kind| CipherKind(*kind).is_export());
            let names: Vec<String> = kinds
                .iter()
                .take(3)
                .map(|kind| CipherKind(*kind).to_string())
                .collect();
            let export = if weak { ", made for export among them" } else { "" };
            Ruling::affected(format!(
                "it speaks SSLv2 with {} kinds of ciphers, such as {}{export}; every other service with its key is exposed through it",
                kinds.len(),
                list(&names),
            ))
        }
        None if !asked_for(configuration).contains(&Version::SSL3) => {
            Ruling::not_applicable("there is no SSLv2 over datagrams")
        }
        None if configuration.refused.contains(&ssl2::VERSION) => {
            Ruling::not_affected("it does not answer in SSLv2")
        }
        None => {
            let why = match attempt {
                Attempt::Completed => String::new(),
                _ => format!(": {}", attempt.explain()),
            };
            Ruling::inconclusive(format!("it was not asked for SSLv2{why}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{holds, suites, whole};
    use holter_model::Fact;
    use holter_model::Verdict::{Affected, Inconclusive, NotAffected, NotApplicable};

    fn ssl2(kinds: &[u32]) -> Vec<Fact> {
        let kinds = kinds.to_vec();
        vec![suites(Version::TLS10, &[0x002f], true), Fact::Ssl2 { kinds }]
    }

    #[test]
    fn an_answer_in_ssl2_is_enough() {
        holds(
            &CHECK,
            vec![
                ("RC4", ssl2(&[0x01_0080]), Affected),
                ("export", ssl2(&[0x01_0080, 0x02_0080]), Affected),
                ("no kind", ssl2(&[]), Inconclusive),
                ("no answer", whole(&[(Version::TLS12, &[0x002f])]), NotAffected),
                (
                    "not asked",
                    vec![suites(Version::TLS12, &[0x002f], true)],
                    Inconclusive,
                ),
                (
                    "DTLS",
                    vec![suites(Version::DTLS12, &[0x002f], true)],
                    NotApplicable,
                ),
            ],
        );
    }
}
