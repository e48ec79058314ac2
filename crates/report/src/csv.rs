//! `-f csv`: one row a verdict; a service without a verdict has one row all the same.

use std::io;

use holter_checks::catalogue::severity;
use holter_model::{Judgement, Role, Service};

use crate::escape::{cell, terminal};
use crate::shape::time;
use crate::{Document, Summary};

const HEAD: [&str; 25] = [
    "target",
    "name",
    "address",
    "port",
    "transport",
    "protocol",
    "started",
    "elapsed_ms",
    "reached",
    "attempt",
    "check",
    "flaw",
    "verdict",
    "basis",
    "evidence",
    "foreign_bytes",
    "versions",
    "oddities",
    "trouble",
    "role",
    "criticality",
    "fragility",
    "severity",
    "grade",
    "policies_broken",
];

/// Rows under one head.
#[derive(Debug, Default)]
pub(crate) struct Csv {
    begun: bool,
}

impl Document for Csv {
    fn service(&mut self, service: &Service, out: &mut Vec<u8>) -> io::Result<()> {
        self.begin(out)?;
        if service.judgements.is_empty() {
            return row(out, &line(service, None));
        }
        for judgement in &service.judgements {
            row(out, &line(service, Some(judgement)))?;
        }
        Ok(())
    }

    fn end(&mut self, _: &Summary, out: &mut Vec<u8>) -> io::Result<()> {
        self.begin(out)
    }
}

impl Csv {
    fn begin(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        row(out, &HEAD.map(str::to_owned))
    }
}

fn line(service: &Service, judgement: Option<&Judgement>) -> [String; HEAD.len()] {
    let endpoint = service.endpoint;
    let role = |text: fn(&Role) -> String| service.role.as_ref().map(text).unwrap_or_default();
    let of = |text: fn(&Judgement) -> String| judgement.map(text).unwrap_or_default();
    [
        service.target.clone(),
        service.name.clone().unwrap_or_default(),
        endpoint.map_or_else(String::new, |at| at.address.to_string()),
        endpoint.map_or_else(String::new, |at| at.port.to_string()),
        endpoint.map_or_else(String::new, |at| at.transport.to_string()),
        service.protocol.clone(),
        time(service.started),
        service.elapsed_ms.to_string(),
        service.attempt.reached().to_string(),
        name(&service.attempt),
        of(|judgement| judgement.check.clone()),
        of(|judgement| judgement.flaw.clone()),
        of(|judgement| judgement.verdict.as_str().to_owned()),
        of(|judgement| judgement.basis.as_str().to_owned()),
        of(|judgement| judgement.evidence.clone()),
        of(|judgement| judgement.foreign_bytes.to_string()),
        crate::facts::versions(&service.observations).join("; "),
        service.oddities.join("; "),
        service.trouble.clone().unwrap_or_default(),
        role(|role| role.name.clone()),
        role(|role| role.criticality.to_string()),
        role(|role| role.fragility.to_string()),
        of(|judgement| severity(judgement).as_str().to_owned()),
        service
            .assessment
            .as_ref()
            .and_then(|all| all.grade.as_ref())
            .map_or_else(String::new, |grade| grade.letter.clone()),
        broken(service),
    ]
}

/// The ids of the policies that a service breaks.
fn broken(service: &Service) -> String {
    let policies = service.assessment.iter().flat_map(|all| &all.policies);
    let broken = policies.filter(|policy| policy.kept == Some(false));
    broken
        .map(|policy| policy.policy.as_str())
        .collect::<Vec<_>>()
        .join("; ")
}

/// A word as it stands in JSON, without its quotes.
fn name(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn row(out: &mut Vec<u8>, cells: &[String]) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    // A table is looked at in a terminal as well.
    writer.write_record(cells.iter().map(|text| cell(&terminal(text)).into_owned()))?;
    writer.flush()
}
