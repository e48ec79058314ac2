//! The `facts` of a service: what was heard, gathered by version, in the registries' names.

use std::collections::{BTreeMap, BTreeSet};

use holter_model::{Fact, HeartbeatAnswer, Observation, Refusal, Stage};
use holter_wire::{AlertDescription, CipherSuite, Version};
use serde::{Serialize, Serializer};

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
}

#[derive(Serialize)]
struct Refused {
    offered: String,
    how: String,
}

#[derive(Serialize)]
struct Beat {
    version: String,
    stage: Stage,
    payload: u32,
    padding: u32,
    #[serde(flatten)]
    answer: Answer,
}

/// What came back, flat beside what was sent.
#[derive(Default, Serialize)]
struct Answer {
    answer: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_length: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_padding: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_zero_padding: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    foreign_bytes: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waited_ms: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alert: Option<String>,
}

#[derive(Serialize)]
struct Proof {
    version: String,
    claimed: u32,
    brought: u32,
    answered: bool,
    own_bytes: u32,
    foreign_bytes: u32,
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
        .filter_map(|observation| match observation.fact {
            Fact::Hello { version, .. } => Some(version),
            _ => None,
        })
        .collect();
    // DTLS counts downwards: 0xfeff is 1.0, 0xfefd is 1.2.
    let (datagrams, streams): (Vec<u16>, Vec<u16>) = spoken.iter().partition(|version| **version >= 0xfe00);
    datagrams
        .into_iter()
        .chain(streams.into_iter().rev())
        .map(|version| Version(version).to_string())
        .collect()
}

fn gather(observations: &[Observation]) -> Shape {
    let mut shape = Shape {
        versions: versions(observations),
        ..Shape::default()
    };
    for observation in observations {
        match &observation.fact {
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
                shape.heartbeat.insert(version.clone(), offer);
                shape.suites.insert(version, CipherSuite(*suite).to_string());
                let demanded = shape.client_certificate.get_or_insert(false);
                *demanded |= *client_certificate;
            }
            Fact::HelloRefused { offered, how } => shape.refused.push(Refused {
                offered: Version(*offered).to_string(),
                how: refusal(*how),
            }),
            Fact::Recognised { mark } => shape.recognised.push(mark.clone()),
            Fact::Heartbeat {
                version,
                stage,
                payload,
                padding,
                answer,
            } => shape.heartbeats.push(Beat {
                version: Version(*version).to_string(),
                stage: *stage,
                payload: *payload,
                padding: *padding,
                answer: (*answer).into(),
            }),
            Fact::OverRead {
                version,
                claimed,
                brought,
                own,
                foreign,
                answered,
            } => {
                shape.proof = Some(Proof {
                    version: Version(*version).to_string(),
                    claimed: *claimed,
                    brought: *brought,
                    answered: *answered,
                    own_bytes: *own,
                    foreign_bytes: *foreign,
                });
            }
            _ => {}
        }
    }
    shape
}

fn refusal(how: Refusal) -> String {
    match how {
        Refusal::Alert(code) => format!("alert {}", AlertDescription(code)),
        Refusal::Closed => "closed".to_owned(),
        Refusal::Silence => "silence".to_owned(),
        Refusal::Nonsense => "nonsense".to_owned(),
    }
}

impl From<HeartbeatAnswer> for Answer {
    fn from(heard: HeartbeatAnswer) -> Self {
        let mut answer = Self::default();
        answer.answer = match heard {
            HeartbeatAnswer::Echo {
                padding,
                zero_padding,
            } => {
                answer.answer_padding = Some(padding);
                answer.answer_zero_padding = Some(zero_padding);
                "echo"
            }
            HeartbeatAnswer::Other { length, beyond } => {
                answer.answer_length = Some(length);
                answer.foreign_bytes = Some(beyond);
                "other"
            }
            HeartbeatAnswer::Silence { waited_ms } => {
                answer.waited_ms = Some(waited_ms);
                "silence"
            }
            HeartbeatAnswer::Alert { code } => {
                answer.alert = Some(AlertDescription(code).to_string());
                "alert"
            }
            HeartbeatAnswer::Closed => "closed",
        };
        answer
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
