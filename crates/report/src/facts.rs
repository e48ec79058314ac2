//! The `facts` of a service: what was heard, gathered by version, in the registries' names. Each name stands in
//! `docs/formats.md` and is never another.

mod certificate;
mod configuration;
mod heartbeat;
mod probes;

use std::collections::{BTreeMap, BTreeSet};

use holter_checks::Configuration;
use holter_model::{Fact, Observation, Refusal};
use holter_wire::{AlertDescription, CipherSuite, Version};
use serde::{Serialize, Serializer};

pub(crate) use self::certificate::{Certificate, Key};
use self::configuration::Settings;
use self::heartbeat::{Beat, Proof};
use self::probes::{Probe, Ticket};

/// Serializes observations as one object.
#[derive(Debug)]
pub(crate) struct Facts<'a>(pub(crate) &'a [Observation]);

#[derive(Default, Serialize)]
struct Shape {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    versions: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    heartbeat: BTreeMap<String, &'static str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    suites: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_certificate: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    recognised: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refused: Vec<Refused>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    heartbeats: Vec<Beat>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<Proof>,
    #[serde(flatten)]
    settings: Settings,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tickets: Vec<Ticket>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    probes: Vec<Probe>,
}

#[derive(Serialize)]
struct Refused {
    offered: String,
    how: String,
}

impl Serialize for Facts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        gather(self.0).serialize(serializer)
    }
}

/// The names of the versions that a service spoke, newest first.
pub(crate) fn versions(observations: &[Observation]) -> Vec<String> {
    let spoken: BTreeSet<u16> = observations
        .iter()
        .filter_map(|observation| match &observation.fact {
            Fact::Hello { version, .. } => Some(*version),
            Fact::Suites { version, suites, .. } if !suites.is_empty() => Some(*version),
            _ => None,
        })
        .collect();
    newest_first(spoken.into_iter().map(Version))
        .into_iter()
        .map(|version| version.to_string())
        .collect()
}

/// Versions, newest first. DTLS counts downwards: 0xfeff is 1.0, 0xfefd is 1.2.
pub(crate) fn newest_first(versions: impl IntoIterator<Item = Version>) -> Vec<Version> {
    let mut versions: Vec<Version> = versions.into_iter().collect();
    versions.sort_by_key(|version| {
        let datagrams = version.0 >= 0xfe00;
        (!datagrams, if datagrams { version.0 } else { !version.0 })
    });
    versions
}

/// The versions that something was accepted in stand in the [`Configuration`]; what was heard on the way stands here.
fn gather(observations: &[Observation]) -> Shape {
    let mut shape = Shape {
        versions: versions(observations),
        settings: Settings::of(&Configuration::of(observations), observations),
        ..Shape::default()
    };
    for observation in observations {
        shape.take(&observation.fact);
    }
    shape
}

impl Shape {
    fn take(&mut self, fact: &Fact) {
        self.heartbeats.extend(Beat::of(fact));
        self.tickets.extend(Ticket::of(fact));
        self.probes.extend(Probe::of(fact));
        self.proof = Proof::of(fact).or(self.proof.take());
        match fact {
            Fact::Hello {
                version,
                suite,
                heartbeat,
                client_certificate,
                ..
            } => {
                let version = Version(*version).to_string();
                let offer = match heartbeat {
                    None => "not_offered",
                    Some(1) => "offered",
                    Some(_) => "forbidden",
                };
                self.heartbeat.insert(version.clone(), offer);
                self.suites.insert(version, CipherSuite(*suite).to_string());
                let demanded = self.client_certificate.get_or_insert(false);
                *demanded |= *client_certificate;
            }
            Fact::HelloRefused { offered, how } => self.refused.push(Refused {
                offered: Version(*offered).to_string(),
                how: refusal(*how),
            }),
            Fact::Recognised { mark } => self.recognised.push(mark.clone()),
            _ => {}
        }
    }
}

fn refusal(how: Refusal) -> String {
    match how {
        Refusal::Alert(code) => format!("alert {}", AlertDescription(code)),
        Refusal::Closed => "closed".to_owned(),
        Refusal::Silence => "silence".to_owned(),
        Refusal::Nonsense => "nonsense".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use holter_model::{Endpoint, Method, Transport};

    use super::*;

    #[test]
    fn versions_stand_newest_first_also_those_that_count_downwards() {
        let heard = |version| Observation {
            at: jiff::Timestamp::UNIX_EPOCH,
            method: Method::Active,
            subject: Endpoint {
                address: Ipv4Addr::LOCALHOST.into(),
                port: 4433,
                transport: Transport::Udp,
            },
            fact: Fact::Hello {
                offered: version,
                version,
                suite: 0x002f,
                heartbeat: None,
                extensions: Vec::new(),
                cut_short: false,
                client_certificate: false,
            },
        };
        assert_eq!(
            versions(&[0xfeff, 0xfefd].map(heard)),
            ["DTLS 1.2", "DTLS 1.0"].map(str::to_owned)
        );
        assert_eq!(
            versions(&[0x0301, 0x0303, 0x0302].map(heard)),
            ["TLS 1.2", "TLS 1.1", "TLS 1.0"].map(str::to_owned)
        );
    }
}
