//! Facts as tests write them down, and judges asked about them.

#![cfg(test)]

use holter_model::{
    Attempt, Endpoint, Fact, Feature, Judgement, Method, Observation, Order, Reaction, Refusal, Transport,
};

/// Refusals of every other version.
pub(crate) fn alone(version: u16) -> Vec<Fact> {
    let others = [0x0300, 0x0301, 0x0302, 0x0303, 0x0304];
    others
        .into_iter()
        .filter(|other| *other != version)
        .map(refused)
        .collect()
}

/// What a service that speaks this version does.
pub(crate) fn hello(version: u16) -> Fact {
    hello_with(version, 0x002f)
}

/// What a service that speaks this version with this suite does.
pub(crate) fn hello_with(version: u16, suite: u16) -> Fact {
    Fact::Hello {
        offered: version,
        version,
        suite,
        heartbeat: None,
        extensions: Vec::new(),
        cut_short: false,
        client_certificate: false,
    }
}

/// All suites of a version.
pub(crate) fn suites(version: u16, suites: &[u16]) -> Fact {
    Fact::Suites {
        version,
        suites: suites.to_vec(),
        order: Order::Server,
        complete: true,
    }
}

/// What a service that does not speak this version does.
pub(crate) fn refused(offered: u16) -> Fact {
    Fact::HelloRefused {
        offered,
        how: Refusal::Alert(70),
    }
}

/// A feature, there or not.
pub(crate) fn feature(feature: Feature, version: u16, present: bool) -> Fact {
    Fact::Feature {
        feature,
        version,
        present,
    }
}

/// An answer to a probe.
pub(crate) fn probe(probe: &str, version: u16, reaction: Reaction) -> Fact {
    Fact::Probe {
        probe: probe.to_owned(),
        version,
        suite: 0x002f,
        reaction,
    }
}

/// The protocol spoken.
pub(crate) fn protocol(id: &str) -> Fact {
    Fact::Protocol {
        id: id.to_owned(),
        at_once: false,
    }
}

/// A header.
pub(crate) fn header(name: &str, value: &str) -> Fact {
    Fact::Header {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

/// Facts with what goes round them.
pub(crate) fn observed(facts: &[Fact]) -> Vec<Observation> {
    let subject = Endpoint {
        address: std::net::Ipv4Addr::LOCALHOST.into(),
        port: 443,
        transport: Transport::Tcp,
    };
    let observe = |fact: &Fact| Observation {
        at: jiff::Timestamp::UNIX_EPOCH,
        method: Method::Active,
        subject,
        fact: fact.clone(),
    };
    facts.iter().map(observe).collect()
}

/// The verdicts on facts, as words.
pub(crate) fn judged(judge: fn(&[Observation], Attempt) -> Vec<Judgement>, facts: &[Fact]) -> String {
    let judgements = judge(&observed(facts), Attempt::Completed);
    let verdicts: Vec<_> = judgements.iter().map(|one| one.verdict.as_str()).collect();
    verdicts.join(" ")
}
