//! Observations for the tests of judges.

use holter_model::{
    Attempt, Endpoint, Fact, Feature, Judgement, Method, Observation, Order, Refusal, Transport, Verdict,
};
use holter_wire::Version;
use jiff::Timestamp;

use crate::{Check, Configuration};

/// Facts as observations of one service at one moment.
pub(crate) fn observed(facts: Vec<Fact>) -> Vec<Observation> {
    observed_at(Timestamp::from_second(1_790_000_000).unwrap(), facts)
}

pub(crate) fn observed_at(at: Timestamp, facts: Vec<Fact>) -> Vec<Observation> {
    let subject = Endpoint {
        address: "127.0.0.1".parse().unwrap(),
        port: 443,
        transport: Transport::Tcp,
    };
    facts
        .into_iter()
        .map(|fact| Observation {
            at,
            method: Method::Active,
            subject,
            fact,
        })
        .collect()
}

pub(crate) fn configured(facts: Vec<Fact>) -> Configuration {
    Configuration::of(&observed(facts))
}

pub(crate) fn suites(version: Version, suites: &[u16], complete: bool) -> Fact {
    Fact::Suites {
        version: version.0,
        suites: suites.to_vec(),
        order: Order::Server,
        complete,
    }
}

pub(crate) fn refused(version: Version) -> Fact {
    Fact::HelloRefused {
        offered: version.0,
        how: Refusal::Alert(70),
    }
}

/// These versions with these suites, and no other version: SSLv2 was asked for, too.
pub(crate) fn whole(spoken: &[(Version, &[u16])]) -> Vec<Fact> {
    const ALL: [Version; 6] = [
        Version::TLS13,
        Version::TLS12,
        Version::TLS11,
        Version::TLS10,
        Version::SSL3,
        holter_wire::ssl2::VERSION,
    ];
    let is_spoken = |version: &Version| spoken.iter().any(|(named, _)| named == version);
    let spoken_facts = spoken.iter().map(|(version, list)| suites(*version, list, true));
    let others = ALL.into_iter().filter(|version| !is_spoken(version)).map(refused);
    spoken_facts.chain(others).collect()
}

pub(crate) fn feature(feature: Feature, version: Version, present: bool) -> Fact {
    Fact::Feature {
        feature,
        version: version.0,
        present,
    }
}

/// The judgements of a check that was asked to the end.
pub(crate) fn judged(check: &Check, facts: Vec<Fact>) -> Vec<Judgement> {
    (check.judge)(&observed(facts), Attempt::Completed)
}

/// The one verdict of a check with one flaw, and why.
pub(crate) fn verdict(check: &Check, facts: Vec<Fact>) -> (Verdict, String) {
    let mut judgements = judged(check, facts);
    assert_eq!(judgements.len(), 1, "{judgements:?}");
    let judgement = judgements.remove(0);
    (judgement.verdict, judgement.evidence)
}

/// Holds a table of facts and verdicts against a check.
pub(crate) fn holds(check: &Check, table: Vec<(&str, Vec<Fact>, Verdict)>) {
    for (name, facts, expected) in table {
        let (verdict, evidence) = verdict(check, facts);
        assert_eq!(verdict, expected, "{name}: {evidence}");
        assert!(!evidence.is_empty(), "{name}");
    }
}

pub(crate) fn field(version: Version, bits: u32, prime: &str, public: &str) -> Fact {
    Fact::FiniteField {
        version: version.0,
        suite: 0x0033,
        bits,
        prime: prime.to_owned(),
        public: public.to_owned(),
    }
}
