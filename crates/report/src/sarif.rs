//! `-f sarif`: SARIF 2.1.0 (OASIS standard), as GitHub's code scanning and defect trackers take it in.
//!
//! What is affected is a result of the kind `fail`, what could not be decided one of the kind `open`. What is not
//! affected is left out: several readers show every result as an alert, whatever its kind. A service that could not be
//! asked is a notification of the invocation, not a result.

mod finding;
mod rule;

use std::io;

use holter_model::{LeftAlone, Service, Verdict};
use serde::Serialize;

use self::finding::{Broken, Finding, Notification};
use self::rule::Rule;
use crate::place::Place;
use crate::shape::time;
use crate::span::Span;
use crate::waiting::Waiting;
use crate::{Document, Preamble, Summary, spelled};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Results wait for their order.
#[derive(Debug, Default)]
pub(crate) struct Sarif {
    preamble: Preamble,
    span: Span,
    results: Waiting,
    notifications: Waiting,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    full_name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'a> {
    summary: &'a Summary,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorized_by: Option<&'a str>,
}

impl Document for Sarif {
    fn begin(&mut self, preamble: &Preamble, _: &mut Vec<u8>) -> io::Result<()> {
        self.preamble = preamble.clone();
        self.span.begin(preamble.began);
        Ok(())
    }

    fn service(&mut self, service: &Service, _: &mut Vec<u8>) -> io::Result<()> {
        self.span.take(service);
        let place = Place::of(service);
        for judgement in &service.judgements {
            if matches!(judgement.verdict, Verdict::Affected | Verdict::Inconclusive) {
                self.results.add(place, &Finding::of(service, judgement))?;
            }
        }
        for policy in service.assessment.iter().flat_map(|all| &all.policies) {
            if policy.kept == Some(false) {
                self.results.add(place, &Broken::of(service, policy))?;
            }
        }
        match Notification::of(service) {
            Some(notification) => self.notifications.add(place, &notification),
            None => Ok(()),
        }
    }

    fn left_alone(&mut self, left: &LeftAlone) {
        // It consists of strings and numbers, which are always JSON.
        let place = Place::at(Some(left.endpoint));
        let _ = self.notifications.add(place, &Notification::of_left(left));
    }

    fn end(&mut self, summary: &Summary, out: &mut Vec<u8>) -> io::Result<()> {
        let mut put = |text: &str| out.extend_from_slice(text.as_bytes());
        put("{\"$schema\":\"");
        put(SCHEMA);
        put("\",\n\"version\":\"2.1.0\",\n\"runs\":[{\n\"tool\":{\"driver\":");
        spelled::json(out, &driver())?;
        out.extend_from_slice(b"},\n\"automationDetails\":{\"id\":\"holter/scan/\"},\n");
        self.invocation(summary, out)?;
        out.extend_from_slice(b",\n\"results\":[");
        self.results.write(out);
        out.extend_from_slice(b"\n],\n\"properties\":");
        let properties = Properties {
            summary,
            authorized_by: self.preamble.authorized_by.as_deref(),
        };
        spelled::json(out, &properties)?;
        out.extend_from_slice(b"\n}]}\n");
        Ok(())
    }
}

impl Sarif {
    fn invocation(&mut self, summary: &Summary, out: &mut Vec<u8>) -> io::Result<()> {
        out.extend_from_slice(b"\"invocations\":[{");
        for (name, moment) in [("startTimeUtc", self.span.began), ("endTimeUtc", self.span.ended)] {
            if let Some(moment) = moment {
                out.extend_from_slice(format!("\"{name}\":\"{}\",", time(moment)).as_bytes());
            }
        }
        let whole = !summary.interrupted;
        let code = summary.exit_code();
        out.extend_from_slice(
            format!("\"exitCode\":{code},\"executionSuccessful\":{whole},\"toolExecutionNotifications\":[")
                .as_bytes(),
        );
        self.notifications.write(out);
        out.extend_from_slice(b"]}]");
        Ok(())
    }
}

fn driver() -> Driver {
    Driver {
        name: "Holter",
        full_name: "Holter, a scanner for systems that hold patients' records",
        version: env!("CARGO_PKG_VERSION"),
        semantic_version: env!("CARGO_PKG_VERSION"),
        rules: holter_checks::catalogue::known().iter().map(Rule::of).collect(),
    }
}
