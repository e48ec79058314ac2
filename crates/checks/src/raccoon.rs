//! # Raccoon (CVE-2020-1968)
//!
//! ## What it asks
//! Nothing of its own: the survey notes the service's Diffie-Hellman value, as a hash, each time it sees one.
//!
//! ## Why it matters
//! A value that is used again lets exact timing undo a recorded connection. TLS 1.3 does not have it.

use std::collections::{BTreeMap, BTreeSet};

use holter_model::{Attempt, Basis, Judgement, Observation};
use holter_wire::Version;
use holter_wire::suite::{Authentication, Exchange};

use crate::accepted::Accepted;
use crate::ground::{Ruling, rule};
use crate::{Check, Configuration, Needs, Profile};

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "raccoon",
    name: "Raccoon",
    about: "looks whether the service used a Diffie-Hellman value twice while it was surveyed",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/CVE-2020-1968.toml")],
    ask: |_| Box::pin(async {}),
    judge,
};

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let judge = |configuration: &Configuration| ruling(configuration, attempt);
    rule((CHECK.id, "CVE-2020-1968"), observations, attempt, judge)
        .into_iter()
        .collect()
}

fn ruling(configuration: &Configuration, attempt: Attempt) -> Ruling {
    let old = |version| version != Version::TLS13;
    let fixed = Accepted::of(configuration, attempt, old, |parts| {
        parts.exchange == Exchange::Dh
    });
    if fixed.any() {
        return Ruling::affected(format!("it {}, whose value never changes", fixed.phrase()));
    }
    // Values in fields of different primes differ in any case.
    let mut seen: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for field in configuration.fields.iter().filter(|field| old(field.version)) {
        seen.entry(&field.prime).or_default().push(&field.public);
    }
    let again = seen
        .values()
        .map(|values| (values.len(), values.iter().collect::<BTreeSet<_>>().len()))
        .find(|(count, different)| different < count);
    if let Some((count, different)) = again {
        return Ruling::affected(format!(
            "in {count} connections it used {different} different Diffie-Hellman {}",
            if different == 1 { "value" } else { "values" },
        ))
        .by(Basis::Behaviour);
    }
    let ephemeral = Accepted::of(configuration, attempt, old, |parts| {
        parts.exchange == Exchange::Dhe && parts.authentication != Authentication::Shared
    });
    if let Some(gap) = ephemeral.gap() {
        return Ruling::inconclusive(gap);
    }
    if seen.is_empty() && !ephemeral.any() {
        return Ruling::not_affected("it accepts no finite-field Diffie-Hellman up to TLS 1.2");
    }
    match seen.values().map(Vec::len).min() {
        Some(2..) => {
            let count: usize = seen.values().map(Vec::len).sum();
            Ruling::not_affected(format!(
                "in {count} connections it used {count} different Diffie-Hellman values"
            ))
            .by(Basis::Behaviour)
        }
        _ => Ruling::inconclusive("its Diffie-Hellman value was not seen twice"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{field, holds, listed, whole};
    use holter_model::Fact;
    use holter_model::Verdict::{Affected, Inconclusive, NotAffected};

    fn seen(values: &[&str]) -> Vec<Fact> {
        let mut facts = whole(&[(Version::TLS12, &[0x0033, 0xc02f])]);
        facts.extend(values.iter().map(|value| field(Version::TLS12, 2048, "p", value)));
        facts
    }

    fn two_fields() -> Vec<Fact> {
        let mut facts = seen(&["a"]);
        facts.push(field(Version::TLS12, 1024, "q", "b"));
        facts
    }

    fn open() -> Vec<Fact> {
        let mut facts = vec![listed(Version::TLS12, &[0x0033], false)];
        facts.extend(["a", "b"].map(|value| field(Version::TLS12, 2048, "p", value)));
        facts
    }

    #[test]
    fn a_value_twice_is_enough() {
        holds(
            &CHECK,
            vec![
                ("the same twice", seen(&["a", "b", "a"]), Affected),
                ("all different", seen(&["a", "b"]), NotAffected),
                ("once", seen(&["a"]), Inconclusive),
                ("once in each of two fields", two_fields(), Inconclusive),
                ("all different, and more unknown", open(), Inconclusive),
                ("never", seen(&[]), Inconclusive),
                (
                    "no Diffie-Hellman",
                    whole(&[(Version::TLS12, &[0xc02f])]),
                    NotAffected,
                ),
                (
                    "in the certificate",
                    whole(&[(Version::TLS12, &[0x0031])]),
                    Affected,
                ),
                (
                    "cut short",
                    vec![listed(Version::TLS12, &[0xc02f], false)],
                    Inconclusive,
                ),
            ],
        );
    }
}
