//! A verdict as a result of SARIF, and what could not be asked as a notification.

use std::collections::BTreeMap;

use holter_checks::catalogue::{flaw, known, severity};
use holter_model::assessment::PolicyResult;
use holter_model::{Attempt, Basis, Criticality, Judgement, LeftAlone, Service, Severity, Verdict};
use serde::Serialize;

use super::rule::{Text, level};
use crate::named;

/// A result (section 3.27).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Finding {
    rule_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    kind: &'static str,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    partial_fingerprints: BTreeMap<&'static str, String>,
    properties: Properties,
}

/// A policy that a service breaks.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Broken {
    rule_id: String,
    kind: &'static str,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    partial_fingerprints: BTreeMap<&'static str, String>,
}

/// Something that happened while it was asked (section 3.58).
#[derive(Debug, Serialize)]
pub(super) struct Notification {
    level: &'static str,
    message: Text,
    locations: Vec<Location>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Physical,
    logical_locations: [Logical; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Debug, Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    name: String,
    fully_qualified_name: String,
    kind: &'static str,
}

#[derive(Debug, Serialize)]
struct Properties {
    check: String,
    verdict: Verdict,
    basis: Basis,
    severity: Severity,
    protocol: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    criticality: Option<Criticality>,
}

impl Finding {
    /// A verdict of a service.
    pub(super) fn of(service: &Service, judgement: &Judgement) -> Self {
        let affected = judgement.verdict == Verdict::Affected;
        let weight = severity(judgement);
        let name = flaw(&judgement.flaw).map_or(judgement.flaw.as_str(), |known| known.flaw.name.as_str());
        let place = named::authority(service);
        Self {
            rule_id: judgement.flaw.clone(),
            rule_index: known().iter().position(|known| known.flaw.id == judgement.flaw),
            kind: if affected { "fail" } else { "open" },
            // Section 3.27.10: only what failed has a level.
            level: if affected { level(weight) } else { "none" },
            message: Text {
                text: message(&if affected {
                    format!("{name} at {place}: {}.", judgement.evidence)
                } else {
                    format!("{name} at {place} could not be decided: {}.", judgement.evidence)
                }),
            },
            locations: [Location::of(service)],
            partial_fingerprints: fingerprints(service, &[&judgement.check, &judgement.flaw]),
            properties: Properties {
                check: judgement.check.clone(),
                verdict: judgement.verdict,
                basis: judgement.basis,
                severity: weight,
                protocol: service.protocol.clone(),
                role: service.role.as_ref().map(|role| role.name.clone()),
                criticality: service.role.as_ref().map(|role| role.criticality),
            },
        }
    }
}

impl Broken {
    /// A policy's result, which names all that breaks it.
    pub(super) fn of(service: &Service, policy: &PolicyResult) -> Self {
        let place = named::authority(service);
        let broken = policy.violations.iter();
        let broken: Vec<String> = broken
            .map(|violation| format!("{} ({}): {}", violation.rule, violation.source, violation.found))
            .collect();
        Self {
            rule_id: format!("policy/{}", policy.policy),
            kind: "fail",
            level: "warning",
            message: Text {
                text: message(&format!("{place} breaks {}: {}.", policy.name, broken.join("; "))),
            },
            locations: [Location::of(service)],
            partial_fingerprints: fingerprints(service, &["policy", &policy.policy]),
        }
    }
}

impl Notification {
    /// What kept a service from being asked to the end; `None`: nothing did.
    pub(super) fn of(service: &Service) -> Option<Self> {
        if matches!(service.attempt, Attempt::Completed | Attempt::TlsDeclined) {
            return None;
        }
        let why = service.trouble.as_deref().unwrap_or(service.attempt.explain());
        Some(Self {
            level: "warning",
            message: Text {
                text: message(&format!(
                    "{} could not be assessed: {why}.",
                    named::authority(service)
                )),
            },
            locations: vec![Location::of(service)],
        })
    }

    /// A host that was left alone.
    pub(super) fn of_left(left: &LeftAlone) -> Self {
        let (host, more) = (left.endpoint.address, left.not_asked);
        Self {
            level: "warning",
            message: Text {
                text: message(&format!(
                    "{host} was left alone: {}; {more} of its endpoints were not asked.",
                    left.why
                )),
            },
            locations: Vec::new(),
        }
    }
}

impl Location {
    fn of(service: &Service) -> Self {
        Self {
            physical_location: Physical {
                // Relative: GitHub refuses the whole file for an absolute address that is no file's.
                artifact_location: Artifact {
                    uri: named::path(service),
                },
                region: Region { start_line: 1 },
            },
            logical_locations: [Logical {
                name: named::authority(service),
                fully_qualified_name: named::uri(service),
                kind: "resource",
            }],
        }
    }
}

/// What makes the same finding known again in the next run.
fn fingerprints(service: &Service, about: &[&str]) -> BTreeMap<&'static str, String> {
    let place = named::authority(service);
    let address = service.endpoint.map_or_else(String::new, |at| at.to_string());
    let identity = named::fingerprint(&[about, &[&place, &address]].concat());
    let line = format!("{}:1", identity.get(..16).unwrap_or_default());
    // GitHub goes by its own; without it, it would hash a line of a file that there is not.
    BTreeMap::from([("holter/v1", identity), ("primaryLocationLineHash", line)])
}

/// Text in which nothing is a placeholder or a link (sections 3.11.5 and 3.11.6).
fn message(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}").replace("](", "] (")
}
