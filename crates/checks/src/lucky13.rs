//! # Lucky Thirteen (CVE-2013-0169)
//!
//! ## What it asks
//! Nothing of its own. The fault shows in microseconds over thousands of connections, which Holter does not make.
//!
//! ## Why it matters
//! The time that it takes to refuse a CBC record gives text away. Every library has a remedy from February 2013 on, so a
//! service that shows something younger is cleared by that, and only the others are left undecided.

use holter_model::{Attempt, Basis, Feature, Judgement, Observation};
use holter_wire::suite::Mode;
use holter_wire::{NamedGroup, Version};

use crate::accepted::Accepted;
use crate::ground::{Ruling, rule};
use crate::{Check, Configuration, Needs, Profile};

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "lucky13",
    name: "Lucky Thirteen",
    about: "looks for CBC suites, and for signs that the service's library is younger than the remedy",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/CVE-2013-0169.toml")],
    ask: |_| Box::pin(async {}),
    judge,
};

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let judge = |configuration: &Configuration| ruling(configuration, attempt);
    rule((CHECK.id, "CVE-2013-0169"), observations, attempt, judge)
        .into_iter()
        .collect()
}

fn ruling(configuration: &Configuration, attempt: Attempt) -> Ruling {
    let cbc = Accepted::of(
        configuration,
        attempt,
        |version| version != Version::TLS13,
        |parts| parts.mode == Mode::Cbc,
    );
    if !cbc.any() && cbc.gap().is_none() {
        return Ruling::not_affected("it accepts no CBC suite");
    }
    if let Some(sign) = younger(configuration) {
        return Ruling::not_affected(format!(
            "it knows {sign}, so its library is younger than the remedy of February 2013"
        ))
        .by(Basis::Version);
    }
    match cbc.gap() {
        Some(gap) if !cbc.any() => Ruling::inconclusive(gap),
        _ => Ruling::inconclusive(format!(
            "it {}; whether its library hides how long it takes to refuse a record cannot be told from outside",
            cbc.phrase()
        )),
    }
}

/// Something that no library had before the remedy.
fn younger(configuration: &Configuration) -> Option<String> {
    let features = [
        (
            Feature::ExtendedMasterSecret,
            "the extended master secret (RFC 7627)",
        ),
        (Feature::EncryptThenMac, "encrypt-then-MAC (RFC 7366)"),
        (Feature::FallbackScsv, "the guard against fallback (RFC 7507)"),
    ];
    if configuration.speaks(Version::TLS13) == Some(true) {
        return Some("TLS 1.3".to_owned());
    }
    if let Some((_, name)) = features
        .iter()
        .find(|(feature, _)| configuration.has(*feature) == Some(true))
    {
        return Some((*name).to_owned());
    }
    let suite = configuration
        .suites()
        .find(|(_, _, parts)| parts.cipher == "CHACHA20_POLY1305");
    let mut groups = configuration.versions.values().flat_map(|spoken| &spoken.groups);
    suite
        .map(|(_, suite, _)| suite.to_string())
        .or_else(|| groups.find(|group| is_young(**group)).map(ToString::to_string))
}

/// X25519 and all that was registered after it: RFC 8446, RFC 7919 and later.
fn is_young(group: NamedGroup) -> bool {
    (0x001d..0xff00).contains(&group.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{feature, holds, suites, whole};
    use holter_model::Fact;
    use holter_model::Verdict::{Inconclusive, NotAffected};

    fn with(fact: Fact) -> Vec<Fact> {
        let mut facts = whole(&[(Version::TLS12, &[0x002f])]);
        facts.push(fact);
        facts
    }

    #[test]
    fn only_what_is_old_and_has_cbc_is_left_open() {
        let groups = |groups: &[u16]| Fact::Groups {
            version: Version::TLS12.0,
            groups: groups.to_vec(),
            order: holter_model::Order::Server,
            complete: true,
        };
        let secret = |present| feature(Feature::ExtendedMasterSecret, Version::TLS12, present);
        let both: &[(Version, &[u16])] = &[(Version::TLS12, &[0x002f]), (Version::TLS13, &[0x1301])];
        holds(
            &CHECK,
            vec![
                (
                    "CBC, nothing else known",
                    whole(&[(Version::TLS12, &[0x002f])]),
                    Inconclusive,
                ),
                ("no CBC", whole(&[(Version::TLS12, &[0xc02f])]), NotAffected),
                ("TLS 1.3", whole(both), NotAffected),
                ("extended master secret", with(secret(true)), NotAffected),
                ("no extended master secret", with(secret(false)), Inconclusive),
                (
                    "ChaCha20",
                    whole(&[(Version::TLS12, &[0x002f, 0xcca8])]),
                    NotAffected,
                ),
                ("X25519", with(groups(&[0x0017, 0x001d])), NotAffected),
                ("old curves", with(groups(&[0x0017, 0x0018])), Inconclusive),
                (
                    "cut short",
                    vec![suites(Version::TLS12, &[0xc02f], false)],
                    Inconclusive,
                ),
            ],
        );
    }
}
