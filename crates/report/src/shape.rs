//! The shapes that others script against: `holter.scan/1` and `holter.report/1`. A field is never renamed.

use std::net::IpAddr;

use holter_model::difference::Kind;
use holter_model::{
    Assessment, Attempt, Criticality, Difference, Fragility, Judgement, LeftAlone, Service, Transport,
    Unasked,
};
use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::facts::Facts;

/// The sums of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Endpoints tried.
    pub tried: u64,
    /// Services reported.
    pub services: u64,
    /// Services with something affected.
    pub affected: u64,
    /// Services where all was asked and nothing is affected.
    pub not_affected: u64,
    /// Services that could not be assessed, wholly or in part.
    pub inconclusive: u64,
    /// Services that break a policy that they are held against, affected or not.
    pub breaking_policy: u64,
    /// Ports that were closed or silent and that nobody named by themselves.
    pub nothing_there: u64,
    /// Endpoints that were not contacted because the user's inventory calls them fragile or do-not-touch.
    pub spared: u64,
    /// Hosts that were left alone because they stopped answering what they had answered before.
    pub left_alone: u64,
    /// Endpoints that were not asked because of that.
    pub not_asked: u64,
    /// Whether the user stopped the scan before its end.
    pub interrupted: bool,
    /// What counts for the exit code, where not everything that is affected does.
    #[serde(skip)]
    pub failing: Option<Failing>,
}

/// What is grave enough to end a scan with code 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failing {
    /// Services with something affected that is.
    pub services: u64,
    /// Services with nothing that is, and something that could not be decided and might be.
    pub open: u64,
}

impl Summary {
    /// With which code a scan of these sums ends: 1 where something is affected or breaks a policy, 3 where nothing is but
    /// something could not be assessed, else 0. 2 is for errors, which have no sums.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        let (failing, open) = match self.failing {
            Some(failing) => (failing.services, failing.open),
            None => (self.affected, self.inconclusive),
        };
        if failing > 0 || self.breaking_policy > 0 {
            1
        } else if open > 0 || self.left_alone > 0 || self.interrupted {
            3
        } else {
            0
        }
    }
}

/// The sums as a document has them: with what was made of each policy.
#[derive(Debug, Serialize)]
pub(crate) struct Sums<'a> {
    #[serde(flatten)]
    pub(crate) summary: &'a Summary,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) policies: Vec<&'a PolicySum>,
}

/// How services fare with one policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct PolicySum {
    pub(crate) policy: String,
    pub(crate) name: String,
    /// Services that keep it.
    pub(crate) kept: u64,
    /// Services that break it.
    pub(crate) broken: u64,
    /// Services of which that is not known.
    pub(crate) undecided: u64,
}

/// One service.
#[derive(Debug, Serialize)]
pub(crate) struct Row<'a> {
    schema: &'static str,
    target: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    address: Option<IpAddr>,
    port: Option<u16>,
    transport: Option<Transport>,
    protocol: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    criticality: Option<Criticality>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fragility: Option<Fragility>,
    #[serde(serialize_with = "milliseconds")]
    started: Timestamp,
    elapsed_ms: u64,
    reached: bool,
    connections: u32,
    bytes_sent: u64,
    bytes_received: u64,
    verdicts: &'a [Judgement],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    not_asked: &'a [Unasked],
    facts: Facts<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assessment: Option<&'a Assessment>,
    oddities: &'a [String],
    attempt: Attempt,
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<&'a str>,
}

impl<'a> Row<'a> {
    /// A service in this shape.
    pub(crate) fn of(service: &'a Service) -> Self {
        let role = service.role.as_ref();
        Self {
            schema: "holter.scan/1",
            target: &service.target,
            name: service.name.as_deref(),
            address: service.endpoint.map(|endpoint| endpoint.address),
            port: service.endpoint.map(|endpoint| endpoint.port),
            transport: service.endpoint.map(|endpoint| endpoint.transport),
            protocol: &service.protocol,
            role: role.map(|role| role.name.as_str()),
            criticality: role.map(|role| role.criticality),
            fragility: role.map(|role| role.fragility),
            started: service.started,
            elapsed_ms: service.elapsed_ms,
            reached: service.attempt.reached(),
            connections: service.connections,
            bytes_sent: service.bytes_sent,
            bytes_received: service.bytes_received,
            verdicts: &service.judgements,
            not_asked: &service.not_asked,
            facts: Facts(&service.observations),
            assessment: service.assessment.as_ref(),
            oddities: &service.oddities,
            attempt: service.attempt,
            trouble: service.trouble.as_deref(),
        }
    }
}

/// One difference.
#[derive(Debug, Serialize)]
pub(crate) struct DifferenceRow<'a> {
    kind: Kind,
    address: IpAddr,
    port: u16,
    transport: Transport,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flaw: Option<&'a str>,
    was: &'a str,
    now: &'a str,
}

impl<'a> DifferenceRow<'a> {
    /// A difference in this shape.
    pub(crate) fn of(item: &'a Difference) -> Self {
        Self {
            kind: item.kind,
            address: item.endpoint.address,
            port: item.endpoint.port,
            transport: item.endpoint.transport,
            name: item.name.as_deref(),
            flaw: item.flaw.as_deref(),
            was: &item.was,
            now: &item.now,
        }
    }
}

/// One host that was left alone.
#[derive(Debug, Serialize)]
pub(crate) struct LeftAloneRow<'a> {
    #[serde(serialize_with = "milliseconds")]
    at: Timestamp,
    address: IpAddr,
    port: u16,
    transport: Transport,
    why: &'a str,
    not_asked: u64,
}

impl<'a> LeftAloneRow<'a> {
    /// A host in this shape.
    pub(crate) fn of(left: &'a LeftAlone) -> Self {
        Self {
            at: left.at,
            address: left.endpoint.address,
            port: left.endpoint.port,
            transport: left.endpoint.transport,
            why: &left.why,
            not_asked: left.not_asked,
        }
    }
}

/// A time as every format has it. Nobody needs finer than milliseconds.
pub(crate) fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}

fn milliseconds<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{at:.3}"))
}
