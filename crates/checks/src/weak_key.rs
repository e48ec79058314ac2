//! # Keys that should not be
//!
//! ## What it asks
//! Nothing of its own: the key of the certificate that the survey noted is looked at on this machine.
//!
//! ## Why it matters
//! Who can work the private key out, look it up, or may have read it out of Heartbleed, stands in for the service.

use holter_cert::weak::debian::{Debian, look_up};
use holter_cert::weak::{Weakness, weaknesses};
use holter_cert::{Certificate, Key};
use holter_model::{Attempt, Basis, Judgement, Observation};

use crate::certificate::shown::{self, Shown};
use crate::ground::{Ruling, rule};
use crate::{Check, Configuration, Needs, Profile};

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "weak-key",
    name: "Weak keys",
    about: "looks whether the key of the service's certificate can be worked out, looked up or was in use before Heartbleed",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[
        include_str!("../../../flaws/CVE-2008-0166.toml"),
        include_str!("../../../flaws/CVE-2017-15361.toml"),
        include_str!("../../../flaws/KEY-WEAK-FACTOR.toml"),
        include_str!("../../../flaws/KEY-BEFORE-HEARTBLEED.toml"),
    ],
    ask: |_| Box::pin(async {}),
    judge,
};

/// When Heartbleed became public: 7 April 2014.
const HEARTBLEED: i64 = 1_396_828_800;

/// Two years after Debian's OpenSSL was repaired: 13 May 2010.
const LATE: i64 = 1_273_708_800;

/// How a flaw is judged of one certificate.
type Judge = fn(&Certificate) -> Ruling;

const JUDGES: [(&str, Judge); 4] = [
    ("CVE-2008-0166", debian),
    ("CVE-2017-15361", |certificate| roca(&certificate.key)),
    ("KEY-WEAK-FACTOR", |certificate| factor(&certificate.key)),
    ("KEY-BEFORE-HEARTBLEED", before_heartbleed),
];

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let shown = shown::of(observations);
    JUDGES
        .iter()
        .filter_map(|(flaw, judge)| {
            if shown.is_empty() {
                let unseen = |configuration: &Configuration| shown::unseen(configuration, attempt);
                return rule((CHECK.id, flaw), observations, attempt, unseen);
            }
            let rulings = shown.iter().filter_map(Shown::leaf).map(judge);
            rulings
                .max_by_key(|ruling| ruling.verdict)
                .map(|ruling| ruling.under(CHECK.id, flaw))
        })
        .collect()
}

fn debian(certificate: &Certificate) -> Ruling {
    let Some(rsa) = &certificate.key.rsa else {
        return Ruling::not_applicable("its key is not RSA; of others no list is known");
    };
    match look_up(&rsa.modulus) {
        Debian::Weak(origin) => Ruling::affected(format!(
            "its key is the one that Debian's OpenSSL made for process {}: anyone can make the private key",
            origin.process
        )),
        Debian::NotListed => Ruling::not_affected("its key is none of those that Debian's OpenSSL made"),
        Debian::NotCovered
            if certificate
                .not_before
                .is_none_or(|first| first.as_second() < LATE) =>
        {
            Ruling::inconclusive(
                "of Debian's keys of this size no list is kept here, and it is as old as those",
            )
        }
        Debian::NotCovered => Ruling::not_applicable(
            "of Debian's keys of this size no list is kept here; it was issued long after them",
        ),
    }
}

fn roca(key: &Key) -> Ruling {
    if key.rsa.is_none() {
        return Ruling::not_applicable("its key is not RSA");
    }
    if weaknesses(key).contains(&Weakness::Roca) {
        Ruling::affected("its key has the mark of Infineon's faulty library")
    } else {
        Ruling::not_affected("its key has not the mark of Infineon's faulty library")
    }
}

fn factor(key: &Key) -> Ruling {
    if key.rsa.is_none() {
        return Ruling::not_applicable("its key is not RSA");
    }
    let broken = weaknesses(key).into_iter().find_map(|weakness| match weakness {
        Weakness::ClosePrimes => {
            Some("the two primes of its key lie so close together that they are found at once".to_owned())
        }
        Weakness::SmallFactor(factor) => Some(format!("its key is divisible by {factor}")),
        Weakness::ExponentOne => Some("its key's exponent is 1, which encrypts nothing".to_owned()),
        _ => None,
    });
    broken.map_or_else(
        || Ruling::not_affected("its key has no small factor and no primes close together"),
        Ruling::affected,
    )
}

fn before_heartbleed(certificate: &Certificate) -> Ruling {
    let Some(first) = certificate.not_before else {
        return Ruling::inconclusive("since when it is valid cannot be read");
    };
    let day = first.strftime("%Y-%m-%d");
    if first.as_second() >= HEARTBLEED {
        return Ruling::not_affected(format!("its certificate was issued on {day}, after Heartbleed"));
    }
    // Devices without a clock issue certificates of 1970 and 2000 to this day.
    if certificate.self_issued && first.as_second() < 1_262_304_000 {
        return Ruling::inconclusive(format!(
            "its certificate says {day}, which may be the clock of a device that did not know the time"
        ));
    }
    Ruling::affected(format!(
        "its certificate was issued on {day}, before Heartbleed was known"
    ))
    .by(Basis::Configuration)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{made, verdicts, whole};
    use holter_model::Fact;
    use holter_model::Verdict::{self, Affected, Inconclusive, NotAffected, NotApplicable};
    use holter_wire::Version;

    fn of(name: &str) -> Vec<Verdict> {
        let mut facts = whole(&[(Version::TLS12, &[0xc02f])]);
        facts.push(Fact::Chain {
            version: Version::TLS12.0,
            name: None,
            certificates: vec![made(name)],
        });
        verdicts(&CHECK, facts)
    }

    #[test]
    fn a_good_key_is_cleared_and_another_kind_is_not_asked() {
        // RSA of 1024 bits, issued in 2020; a curve; RSA of 512 bits.
        assert_eq!(of("sha1")[1..], [NotAffected; 3]);
        assert_ne!(of("sha1")[0], Affected);
        assert_eq!(
            of("leaf"),
            [NotApplicable, NotApplicable, NotApplicable, NotAffected]
        );
        assert_eq!(of("device")[1..3], [NotAffected; 2]);
    }

    #[test]
    fn what_was_issued_before_heartbleed_is_told_from_a_wrong_clock() {
        let issued = |day: &str, self_issued| Certificate {
            not_before: format!("{day}T00:00:00Z").parse().ok(),
            self_issued,
            ..Certificate::default()
        };
        for (day, self_issued, expected) in [
            ("2014-04-06", false, Affected),
            ("2014-04-07", false, NotAffected),
            ("2011-01-01", true, Affected),
            ("1970-01-01", true, Inconclusive),
            ("2000-01-01", false, Affected),
        ] {
            let ruling = before_heartbleed(&issued(day, self_issued));
            assert_eq!(ruling.verdict, expected, "{day}: {}", ruling.evidence);
        }
        assert_eq!(before_heartbleed(&Certificate::default()).verdict, Inconclusive);
    }

    #[test]
    fn who_showed_none_is_not_called_clean() {
        assert_eq!(
            verdicts(&CHECK, whole(&[(Version::TLS12, &[0x0034])])),
            [NotApplicable; 4]
        );
    }
}
