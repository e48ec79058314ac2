//! # WinShock (CVE-2014-6321)
//!
//! ## What it asks
//! Nothing of its own: asking for the fault would harm who has it. What the survey found is compared with what Windows
//! spoke in November 2014; whoever accepts anything else is not such a Windows. The others may be, with or without the
//! update, or may be something else altogether, so that nobody is called affected by it.
//!
//! ## Why it matters
//! Without MS14-066 anybody who can reach such a service can take the machine over.

use holter_model::{Attempt, Basis, Fact, Feature, Judgement, Observation};
use holter_wire::{CipherSuite, ExtensionType};

use crate::accepted::gap;
use crate::ground::{Ruling, rule};
use crate::{Check, Configuration, Needs, Profile};

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "winshock",
    name: "WinShock",
    about: "looks whether the survey found anything that a Windows of 2014 does not speak",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/CVE-2014-6321.toml")],
    ask: |_| Box::pin(async {}),
    judge,
};

/// What Windows spoke up to 8.1 and Server 2012 R2, by Microsoft's tables of Schannel's suites, those among them that
/// are off by default.
const SUITES: [u16; 37] = [
    0x0001, 0x0002, 0x0003, 0x0004, 0x0005, 0x0009, 0x000a, 0x0012, 0x0013, 0x002f, 0x0032, 0x0033, 0x0035,
    0x0038, 0x0039, 0x003b, 0x003c, 0x003d, 0x0040, 0x0062, 0x0063, 0x0064, 0x006a, 0x009c, 0x009d, 0x009e,
    0x009f, 0xc009, 0xc00a, 0xc013, 0xc014, 0xc023, 0xc024, 0xc027, 0xc028, 0xc02b, 0xc02c,
];

/// Suites that MS14-066 brought; Windows 8.1 and Server 2012 R2 had them already.
const BROUGHT: [u16; 4] = [0x009c, 0x009d, 0x009e, 0x009f];

/// P-256, P-384 and P-521.
const GROUPS: [u16; 3] = [0x0017, 0x0018, 0x0019];

/// Extensions that Schannel does not answer: maximum fragment length, heartbeat, encrypt-then-MAC, next protocol.
const EXTENSIONS: [u16; 4] = [0x0001, ExtensionType::HEARTBEAT.0, 0x0016, 0x3374];

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let judge = |configuration: &Configuration| ruling(configuration, observations, attempt);
    rule((CHECK.id, "CVE-2014-6321"), observations, attempt, judge)
        .into_iter()
        .collect()
}

fn ruling(configuration: &Configuration, observations: &[Observation], attempt: Attempt) -> Ruling {
    if let Some(sign) = foreign(configuration, observations) {
        return Ruling::not_applicable(format!("it {sign}, which no Windows of 2014 does"));
    }
    // MS15-121 of November 2015, which replaces the whole library.
    if configuration.has(Feature::ExtendedMasterSecret) == Some(true) {
        return Ruling::not_affected(
            "it knows the extended master secret, which came to Windows a year after the update",
        )
        .by(Basis::Version);
    }
    if let Some(gap) = gap(configuration, attempt, |_| true) {
        return Ruling::inconclusive(gap);
    }
    let brought = configuration
        .suites()
        .any(|(_, suite, _)| BROUGHT.contains(&suite.0));
    Ruling::inconclusive(if brought {
        "it may be a Windows of 2014, with suites that the update brought or that 8.1 had already; look at its updates"
    } else {
        "it speaks nothing that a Windows of 2014 without the update does not; look whether it is one, and at its updates"
    })
}

/// Something by which it is no such Windows.
fn foreign(configuration: &Configuration, observations: &[Observation]) -> Option<String> {
    let mut suites = configuration.versions.values().flat_map(|spoken| &spoken.suites);
    let suite = suites.find(|CipherSuite(code)| !SUITES.contains(code));
    if let Some(suite) = suite {
        return Some(format!("accepts {suite}"));
    }
    let mut groups = configuration.versions.values().flat_map(|spoken| &spoken.groups);
    if let Some(group) = groups.find(|group| !GROUPS.contains(&group.0)) {
        return Some(format!("accepts {group}"));
    }
    let features = [
        (Feature::Compression, "compresses records"),
        (Feature::EncryptThenMac, "knows encrypt-then-MAC"),
        (Feature::FallbackScsv, "guards against fallback"),
        (Feature::DowngradeSentinel, "tells of a newer version"),
    ];
    let feature = features
        .iter()
        .find(|(feature, _)| configuration.has(*feature) == Some(true))
        .map(|(_, words)| (*words).to_owned());
    feature.or_else(|| {
        observations
            .iter()
            .filter_map(|observation| match &observation.fact {
                Fact::Hello { extensions, .. } => Some(extensions),
                _ => None,
            })
            .flatten()
            .find(|code| EXTENSIONS.contains(code))
            .map(|code| format!("answers the extension {}", ExtensionType(*code)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{feature, holds, listed, whole};
    use holter_model::Verdict::{Inconclusive, NotAffected, NotApplicable};
    use holter_wire::Version;

    #[test]
    fn nobody_is_called_affected_and_only_a_possible_windows_is_left_open() {
        let windows: &[u16] = &[0xc028, 0xc014, 0x0035, 0x002f, 0x000a];
        let mut renewed = whole(&[(Version::TLS12, windows)]);
        renewed.push(feature(Feature::ExtendedMasterSecret, Version::TLS12, true));
        let mut heartbeats = whole(&[(Version::TLS12, windows)]);
        heartbeats.push(Fact::Hello {
            offered: Version::TLS12.0,
            version: Version::TLS12.0,
            suite: 0x0035,
            heartbeat: Some(1),
            extensions: vec![0xff01, 0x000f],
            cut_short: false,
            client_certificate: false,
        });
        let mut curve = whole(&[(Version::TLS12, windows)]);
        curve.push(Fact::Groups {
            version: Version::TLS12.0,
            groups: vec![0x0017, 0x0016],
            order: holter_model::Order::Server,
            complete: true,
        });
        holds(
            &CHECK,
            vec![
                ("like Windows", whole(&[(Version::TLS12, windows)]), Inconclusive),
                (
                    "with the update's suites",
                    whole(&[(Version::TLS12, &[0x009d, 0x0035])]),
                    Inconclusive,
                ),
                ("TLS 1.3", whole(&[(Version::TLS13, &[0x1301])]), NotApplicable),
                (
                    "ECDHE with RSA and GCM",
                    whole(&[(Version::TLS12, &[0xc030, 0x0035])]),
                    NotApplicable,
                ),
                (
                    "Camellia",
                    whole(&[(Version::TLS10, &[0x0041, 0x002f])]),
                    NotApplicable,
                ),
                ("another curve", curve, NotApplicable),
                ("heartbeats", heartbeats, NotApplicable),
                ("later updates", renewed, NotAffected),
                (
                    "cut short",
                    vec![listed(Version::TLS12, windows, false)],
                    Inconclusive,
                ),
            ],
        );
    }
}
