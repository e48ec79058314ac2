//! # Forward secrecy
//!
//! ## What it asks
//! Nothing of its own: the survey's list of suites, and whose order decides.
//!
//! ## Why it matters
//! Without it the service's key opens all that was ever recorded. A suite without it that is left for old clients is
//! not counted as long as clients that know better get better.

use holter_model::{Attempt, Judgement, Observation, Order};
use holter_wire::CipherSuite;

use crate::accepted::{gap, list};
use crate::configuration::Spoken;
use crate::ground::{Ruling, rule};
use crate::{Check, Configuration, Needs, Profile};

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "forward-secrecy",
    name: "Forward secrecy",
    about: "looks whether clients that know forward secrecy get it in every version that the survey found",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/TLS-NO-FORWARD-SECRECY.toml")],
    ask: |_| Box::pin(async {}),
    judge,
};

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let judge = |configuration: &Configuration| ruling(configuration, attempt);
    rule((CHECK.id, "TLS-NO-FORWARD-SECRECY"), observations, attempt, judge)
        .into_iter()
        .collect()
}

fn ruling(configuration: &Configuration, attempt: Attempt) -> Ruling {
    let mut none = Vec::new();
    let mut later = Vec::new();
    let mut others = 0;
    for (version, spoken) in configuration.versions.iter().rev() {
        let without = spoken.suites.iter().filter(|suite| !is_secret(**suite)).count();
        let preferred = spoken.suites.first().filter(|suite| !is_secret(**suite));
        if without == spoken.suites.len() && spoken.complete {
            none.push(version.to_string());
        } else if let Some(suite) = preferred.filter(|_| decides(spoken)) {
            later.push(format!("in {version} it prefers {suite}"));
        } else {
            others += without;
        }
    }
    if !none.is_empty() {
        let more = later
            .first()
            .map_or_else(String::new, |later| format!("; {later}"));
        return Ruling::affected(format!(
            "it has no suite with forward secrecy in {}{more}",
            list(&none)
        ));
    }
    if !later.is_empty() {
        return Ruling::affected(format!("{}, which has no forward secrecy", list(&later)));
    }
    if let Some(gap) = gap(configuration, attempt, |_| true) {
        return Ruling::inconclusive(gap);
    }
    Ruling::not_affected(match others {
        0 => "it has forward secrecy with every suite that it accepts".to_owned(),
        _ => {
            "clients that know forward secrecy get it in every version; suites without it are left for others"
                .to_owned()
        }
    })
}

fn is_secret(suite: CipherSuite) -> bool {
    suite.parts().is_none_or(|parts| parts.forward_secret())
}

fn decides(spoken: &Spoken) -> bool {
    spoken.order == Some(Order::Server)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{holds, listed, whole};
    use holter_model::Fact;
    use holter_model::Verdict::{Affected, Inconclusive, NotAffected};
    use holter_wire::Version;

    #[test]
    fn clients_that_know_better_must_get_better() {
        let mut clients = whole(&[]);
        clients.push(Fact::Suites {
            version: Version::TLS12.0,
            suites: vec![0x009c, 0xc02f],
            order: Order::Client,
            complete: true,
        });
        let old_without: &[(Version, &[u16])] = &[(Version::TLS12, &[0xc02f]), (Version::TLS10, &[0x002f])];
        holds(
            &CHECK,
            vec![
                (
                    "all",
                    whole(&[(Version::TLS12, &[0xc02f]), (Version::TLS13, &[0x1301])]),
                    NotAffected,
                ),
                (
                    "some are left for others",
                    whole(&[(Version::TLS12, &[0xc02f, 0x009c])]),
                    NotAffected,
                ),
                ("none", whole(&[(Version::TLS12, &[0x009c])]), Affected),
                ("none in an old version", whole(old_without), Affected),
                (
                    "the server prefers the other",
                    whole(&[(Version::TLS12, &[0x009c, 0xc02f])]),
                    Affected,
                ),
                ("the client decides", clients, NotAffected),
                (
                    "cut short",
                    vec![listed(Version::TLS12, &[0xc02f], false)],
                    Inconclusive,
                ),
            ],
        );
    }
}
