//! # Suites that protect nothing, or little
//!
//! ## What it asks
//! Nothing of its own: the survey's list of suites, and SSLv2's kinds.
//!
//! ## Why it matters
//! Suites without encryption, without authentication or with less than 112 bits are read, changed or opened by others.

use holter_model::{Attempt, Judgement, Observation};
use holter_wire::ssl2::CipherKind;
use holter_wire::suite::{Authentication, Mode, Parts};

use crate::accepted::Accepted;
use crate::ground::{Ruling, rule};
use crate::{Check, Configuration, Needs, Profile};

/// Below this a key can be found by trying all (NIST SP 800-131A).
const LEAST_BITS: u16 = 112;

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "weak-suites",
    name: "Weak suites",
    about: "looks for suites without encryption, without authentication and below 112 bits among those that the survey found",
    profile: Profile::Standard,
    needs: Needs::Survey,
    flaws: &[
        include_str!("../../../flaws/TLS-NO-ENCRYPTION.toml"),
        include_str!("../../../flaws/TLS-NO-AUTHENTICATION.toml"),
        include_str!("../../../flaws/TLS-WEAK-CIPHER.toml"),
    ],
    ask: |_| Box::pin(async {}),
    judge,
};

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let kinds = [
        Kind {
            flaw: "TLS-NO-ENCRYPTION",
            wanted: |parts| parts.mode == Mode::Null,
            so: ", without encryption",
            none: "it encrypts with every suite that it accepts",
        },
        Kind {
            flaw: "TLS-NO-AUTHENTICATION",
            wanted: |parts| parts.authentication == Authentication::Anonymous,
            so: ", without showing who it is",
            none: "it shows who it is with every suite that it accepts",
        },
        Kind {
            flaw: "TLS-WEAK-CIPHER",
            wanted: |parts| parts.mode != Mode::Null && parts.bits < LEAST_BITS,
            so: ", below 112 bits",
            none: "every cipher that it accepts has 112 bits or more",
        },
    ];
    kinds
        .iter()
        .filter_map(|kind| {
            let judge = |configuration: &Configuration| kind.ruling(configuration, attempt);
            rule((CHECK.id, kind.flaw), observations, attempt, judge)
        })
        .collect()
}

/// Suites that should not be there.
struct Kind {
    flaw: &'static str,
    wanted: fn(&Parts) -> bool,
    so: &'static str,
    none: &'static str,
}

impl Kind {
    fn ruling(&self, configuration: &Configuration, attempt: Attempt) -> Ruling {
        let accepted = Accepted::of(configuration, attempt, |_| true, self.wanted);
        if self.flaw == "TLS-WEAK-CIPHER" && !accepted.any() {
            let kinds = configuration.ssl2.iter().flatten();
            if let Some(weak) = kinds.map(|kind| CipherKind(*kind)).find(|kind| is_weak(*kind)) {
                return Ruling::affected(format!("it accepts {weak} in SSLv2{}", self.so));
            }
        }
        accepted.rule(self.so, self.none)
    }
}

/// A kind of SSLv2 that is cut to 40 bits, or single DES with its 56.
fn is_weak(kind: CipherKind) -> bool {
    const DES_64: CipherKind = CipherKind(0x06_0040);
    kind.is_export() || kind == DES_64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{listed, verdicts, whole};
    use holter_model::Fact;
    use holter_model::Verdict::{Affected, Inconclusive, NotAffected};
    use holter_wire::Version;

    #[test]
    fn each_kind_is_found_by_itself() {
        let ssl2 = vec![Fact::Ssl2 {
            kinds: vec![0x02_0080],
        }];
        let table = [
            (
                "all is well",
                whole(&[(Version::TLS12, &[0xc02f, 0x000a])]),
                [NotAffected; 3],
            ),
            (
                "NULL",
                whole(&[(Version::TLS12, &[0x0002])]),
                [Affected, NotAffected, NotAffected],
            ),
            (
                "TLS 1.3 with integrity alone",
                whole(&[(Version::TLS13, &[0xc0b4])]),
                [Affected, NotAffected, NotAffected],
            ),
            (
                "anonymous",
                whole(&[(Version::TLS12, &[0x0034])]),
                [NotAffected, Affected, NotAffected],
            ),
            (
                "anonymous and NULL",
                whole(&[(Version::TLS10, &[0xc015])]),
                [Affected, Affected, NotAffected],
            ),
            (
                "single DES",
                whole(&[(Version::TLS10, &[0x0009])]),
                [NotAffected, NotAffected, Affected],
            ),
            (
                "export",
                whole(&[(Version::SSL3, &[0x0003])]),
                [NotAffected, NotAffected, Affected],
            ),
            (
                "SSLv2's export",
                [ssl2, whole(&[(Version::TLS12, &[0xc02f])])].concat(),
                [NotAffected, NotAffected, Affected],
            ),
            (
                "cut short",
                vec![listed(Version::TLS12, &[0x0009], false)],
                [Inconclusive, Inconclusive, Affected],
            ),
        ];
        for (name, facts, expected) in table {
            assert_eq!(verdicts(&CHECK, facts), expected, "{name}");
        }
    }

    #[test]
    fn who_was_not_reached_is_not_judged() {
        assert!(judge(&[], Attempt::Refused).is_empty());
    }
}
