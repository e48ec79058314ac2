//! # Logjam (CVE-2015-4000)
//!
//! ## What it asks
//! Nothing of its own: the survey's list of suites, and the primes that the service chose.
//!
//! ## Why it matters
//! Over 512 bits a connection is read within minutes. Over 1024 bits it takes a state's means, once a prime; most
//! services use the same few primes.

use holter_model::{Attempt, Judgement, Observation};
use holter_wire::Version;
use holter_wire::suite::{Authentication, Exchange, Parts};

use crate::accepted::Accepted;
use crate::configuration::FiniteField;
use crate::ground::{Ruling, rule};
use crate::primes::known_prime;
use crate::{Check, Configuration, Needs, Profile};

/// Shorter primes can be broken by anybody; one of this length by whoever can afford it, once for all who share it.
const SHARED_BITS: u32 = 1024;

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "logjam",
    name: "Logjam",
    about: "looks for Diffie-Hellman key exchange over short or shared primes in what the survey found",
    profile: Profile::Standard,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/CVE-2015-4000.toml")],
    ask: |_| Box::pin(async {}),
    judge,
};

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let judge = |configuration: &Configuration| ruling(configuration, attempt);
    rule((CHECK.id, "CVE-2015-4000"), observations, attempt, judge)
        .into_iter()
        .collect()
}

fn ruling(configuration: &Configuration, attempt: Attempt) -> Ruling {
    let old = |version| version != Version::TLS13;
    let export = Accepted::of(configuration, attempt, old, |parts| {
        parts.export && parts.exchange == Exchange::Dhe
    });
    if export.any() {
        return Ruling::affected(format!("it {}, whose primes are cut for export", export.phrase()));
    }
    let shortest = configuration
        .fields
        .iter()
        .filter(|field| old(field.version))
        .min_by_key(|field| field.bits);
    // A prime of its own at this length costs an attacker years for this one service: short, but not Logjam.
    let broken = |field: &&FiniteField| {
        field.bits < SHARED_BITS || (field.bits == SHARED_BITS && known_prime(&field.prime).is_some())
    };
    if let Some(field) = configuration
        .fields
        .iter()
        .filter(|field| old(field.version))
        .find(broken)
    {
        return Ruling::affected(short(field));
    }
    let ephemeral = Accepted::of(configuration, attempt, old, is_seen);
    match (shortest, ephemeral.gap()) {
        (_, Some(gap)) => Ruling::inconclusive(gap),
        (Some(field), None) => Ruling::not_affected(format!(
            "its shortest prime has {} bits{}",
            field.bits,
            known_prime(&field.prime).map_or_else(String::new, |prime| format!(" ({})", prime.name)),
        )),
        (None, None) if ephemeral.any() => {
            Ruling::inconclusive(format!("it {}, and its prime was not seen", ephemeral.phrase()))
        }
        (None, None) => Ruling::not_affected("it accepts no finite-field Diffie-Hellman"),
    }
}

fn short(field: &FiniteField) -> String {
    let FiniteField { bits, suite, .. } = field;
    let known = known_prime(&field.prime);
    let whose = match known {
        Some(prime) => format!(", which it shares with many others ({})", prime.name),
        None => String::new(),
    };
    format!("with {suite} it uses a prime of {bits} bits{whose}")
}

/// Ephemeral, and not behind a secret that Holter does not have.
fn is_seen(parts: &Parts) -> bool {
    parts.exchange == Exchange::Dhe && parts.authentication != Authentication::Shared
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{field, holds, listed, verdict, whole};
    use holter_model::Verdict::{Affected, Inconclusive, NotAffected};

    /// SHA-256 of the prime of 1024 bits of RFC 2409, and of one that nobody knows.
    const GROUP2: &str = "3f35a3f5f6c4";
    const OWN: &str = "00";

    fn dhe(bits: u32, prime: &str) -> Vec<holter_model::Fact> {
        let mut facts = whole(&[(Version::TLS12, &[0x009e, 0x0033])]);
        facts.push(field(Version::TLS12, bits, prime, "1"));
        facts
    }

    #[test]
    fn short_primes_are_found() {
        let mut two = dhe(2048, OWN);
        two.push(field(Version::TLS10, 768, OWN, "2"));
        holds(
            &CHECK,
            vec![
                ("export", whole(&[(Version::TLS10, &[0x0014])]), Affected),
                (
                    "anonymous export",
                    whole(&[(Version::TLS10, &[0x0017])]),
                    Affected,
                ),
                ("768 bits", dhe(768, OWN), Affected),
                ("1024 bits of its own", dhe(1024, OWN), NotAffected),
                ("2048 bits", dhe(2048, OWN), NotAffected),
                ("one of two", two, Affected),
                ("none", whole(&[(Version::TLS12, &[0xc02f])]), NotAffected),
                (
                    "with a shared secret",
                    whole(&[(Version::TLS12, &[0x00aa])]),
                    NotAffected,
                ),
                (
                    "prime not seen",
                    whole(&[(Version::TLS12, &[0x0033])]),
                    Inconclusive,
                ),
                (
                    "cut short",
                    vec![listed(Version::TLS12, &[0xc02f], false)],
                    Inconclusive,
                ),
            ],
        );
    }

    #[test]
    fn the_evidence_says_whose_prime_it_is() {
        let group2 = include_str!("../../../registry/primes.tsv")
            .split(['\n', '\t'])
            .find(|cell| cell.starts_with(GROUP2))
            .unwrap();
        let evidence = verdict(&CHECK, dhe(1024, group2)).1;
        assert!(
            evidence.ends_with("shares with many others (MODP group 2 of IKE)"),
            "{evidence}"
        );
        let evidence = verdict(&CHECK, dhe(1024, OWN)).1;
        assert_eq!(evidence, "its shortest prime has 1024 bits");
    }
}
