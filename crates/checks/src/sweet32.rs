//! # SWEET32 (CVE-2016-2183)
//!
//! ## What it asks
//! Nothing of its own: the survey's list of suites.
//!
//! ## Why it matters
//! A cipher with blocks of 64 bits repeats itself within a long connection, as interfaces keep open, and gives text away.

use holter_model::{Attempt, Judgement, Observation};
use holter_wire::Version;
use holter_wire::ssl2::CipherKind;
use holter_wire::suite::Mode;

use crate::accepted::Accepted;
use crate::ground::{Ruling, rule};
use crate::{Check, Configuration, Needs, Profile};

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "sweet32",
    name: "SWEET32",
    about: "looks for ciphers with blocks of 64 bits among the suites that the survey found",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/CVE-2016-2183.toml")],
    ask: |_| Box::pin(async {}),
    judge,
};

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let judge = |configuration: &Configuration| {
        // RC2, IDEA, DES and Triple DES: of SSLv2's ciphers all but RC4.
        let short = |kind: &u32| !matches!(kind, 0x01_0080 | 0x02_0080);
        if let Some(kind) = configuration
            .ssl2
            .iter()
            .flatten()
            .copied()
            .find(|kind| short(kind))
        {
            let name = CipherKind(kind);
            return Ruling::affected(format!("it accepts {name} in SSLv2, with blocks of 64 bits"));
        }
        Accepted::of(
            configuration,
            attempt,
            |version| version != Version::TLS13,
            |parts| parts.mode == Mode::Cbc && parts.block == 64,
        )
        .rule(
            ", with blocks of 64 bits",
            "it accepts no cipher with blocks of 64 bits",
        )
    };
    rule((CHECK.id, "CVE-2016-2183"), observations, attempt, judge)
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{holds, listed, whole};
    use holter_model::Verdict::{Affected, Inconclusive, NotAffected};

    #[test]
    fn short_blocks_are_found() {
        holds(
            &CHECK,
            vec![
                (
                    "Triple DES",
                    whole(&[(Version::TLS12, &[0xc02f, 0x000a])]),
                    Affected,
                ),
                ("IDEA", whole(&[(Version::TLS10, &[0x0007])]), Affected),
                ("AES", whole(&[(Version::TLS12, &[0xc02f, 0x002f])]), NotAffected),
                (
                    "RC4 has no blocks",
                    whole(&[(Version::TLS10, &[0x0005])]),
                    NotAffected,
                ),
                (
                    "cut short",
                    vec![listed(Version::TLS12, &[0x002f], false)],
                    Inconclusive,
                ),
            ],
        );
    }
}
