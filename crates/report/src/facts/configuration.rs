//! What a service is configured to speak, as the survey heard it.

use std::collections::BTreeMap;

use holter_checks::Configuration;
use holter_checks::configuration::Spoken;
use holter_checks::primes::known_prime;
use holter_model::{Fact, Feature, Observation, Order, Store};
use serde::Serialize;

use super::{Certificate, newest_first};

/// The part of the facts that the survey and the checks of a full assessment fill. Nothing of it stands where nobody
/// asked.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Settings {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    configuration: BTreeMap<String, Accepted>,
    #[serde(skip_serializing_if = "Option::is_none")]
    complete: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ssl2: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dh: Vec<Field>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    chains: Vec<Vec<Certificate>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    trust: BTreeMap<Store, Trust>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ocsp: Vec<Ocsp>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    features: BTreeMap<Feature, BTreeMap<String, bool>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alpn: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    headers: Option<Vec<Header>>,
}

/// What is accepted in one version.
#[derive(Debug, Serialize)]
struct Accepted {
    suites: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<Order>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    groups: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    schemes: Vec<String>,
    complete: bool,
}

#[derive(Debug, Serialize)]
struct Field {
    version: String,
    suite: String,
    bits: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<&'static str>,
    prime_sha256: String,
    public_sha256: String,
}

#[derive(Debug, Serialize)]
struct Trust {
    trusted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

#[derive(Debug, Serialize)]
struct Ocsp {
    stapled: bool,
    answered: bool,
}

#[derive(Debug, Serialize)]
struct Header {
    name: String,
    value: String,
}

impl Settings {
    /// A configuration in this shape.
    pub(crate) fn of(configuration: &Configuration, observations: &[Observation]) -> Self {
        let surveyed = observations
            .iter()
            .any(|seen| matches!(seen.fact, Fact::Suites { .. } | Fact::Groups { .. }));
        let versions = configuration.versions.iter().filter(|_| surveyed);
        Self {
            configuration: versions
                .map(|(version, spoken)| (version.to_string(), Accepted::of(spoken)))
                .collect(),
            complete: surveyed.then_some(configuration.complete),
            ssl2: configuration
                .ssl2
                .as_ref()
                .map(|kinds| kinds.iter().map(|kind| format!("0x{kind:06x}")).collect()),
            dh: configuration
                .fields
                .iter()
                .map(|field| Field {
                    version: field.version.to_string(),
                    suite: field.suite.to_string(),
                    bits: field.bits,
                    known: known_prime(&field.prime).map(|prime| prime.name),
                    prime_sha256: field.prime.clone(),
                    public_sha256: field.public.clone(),
                })
                .collect(),
            chains: configuration
                .chains
                .iter()
                .map(|chain| chain.iter().map(Certificate::of).collect())
                .collect(),
            trust: configuration
                .trust
                .iter()
                .map(|(store, problem)| (*store, Trust::of(problem.as_ref())))
                .collect(),
            ocsp: observations.iter().filter_map(Ocsp::of).collect(),
            features: features(configuration),
            alpn: configuration.alpn.clone(),
            headers: configuration.headers.as_ref().map(|headers| {
                let header = |(name, value): &(String, String)| Header {
                    name: name.clone(),
                    value: value.clone(),
                };
                headers.iter().map(header).collect()
            }),
        }
    }
}

impl Accepted {
    fn of(spoken: &Spoken) -> Self {
        Self {
            suites: spoken.suites.iter().map(ToString::to_string).collect(),
            order: spoken.order,
            groups: spoken.groups.iter().map(ToString::to_string).collect(),
            schemes: spoken.schemes.iter().map(ToString::to_string).collect(),
            complete: spoken.complete,
        }
    }
}

impl Trust {
    fn of(problem: Option<&String>) -> Self {
        Self {
            trusted: problem.is_none(),
            problem: problem.cloned(),
        }
    }
}

impl Ocsp {
    fn of(seen: &Observation) -> Option<Self> {
        match &seen.fact {
            Fact::Ocsp { stapled, response } => Some(Self {
                stapled: *stapled,
                answered: response.is_some(),
            }),
            _ => None,
        }
    }
}

fn features(configuration: &Configuration) -> BTreeMap<Feature, BTreeMap<String, bool>> {
    let mut features: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    let versions = configuration.features.keys().map(|(_, version)| *version);
    for version in newest_first(versions) {
        for ((feature, heard), present) in &configuration.features {
            if *heard == version {
                let of = features.entry(*feature).or_default();
                of.insert(version.to_string(), *present);
            }
        }
    }
    features
}
