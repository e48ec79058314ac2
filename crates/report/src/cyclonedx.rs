//! `-f cyclonedx`: CycloneDX 1.6 (ECMA-424) with cryptographic assets: a CBOM of what was measured on the wire. Services
//! stand in `services`; protocols, algorithms, certificates and keys are components, each once, however many services
//! use it; verdicts are `vulnerabilities` with an `analysis`, as in a VEX.

mod algorithm;
mod asset;
mod inventory;
mod vulnerability;

use std::collections::BTreeSet;
use std::io;

use holter_model::{Service, Transport};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use self::inventory::Inventory;
use self::vulnerability::Vulnerabilities;
use crate::named::{self, hex};
use crate::place::Place;
use crate::shape::time;
use crate::span::Span;
use crate::waiting::Waiting;
use crate::{Document, Preamble, Summary, spelled};

/// Services wait for their order; assets are few.
#[derive(Debug, Default)]
pub(crate) struct CycloneDx {
    preamble: Preamble,
    span: Span,
    /// What the document's serial number is made of.
    contents: Sha256,
    names: BTreeSet<String>,
    services: Waiting,
    inventory: Inventory,
    vulnerabilities: Vulnerabilities,
}

#[derive(Serialize)]
struct Listed {
    #[serde(rename = "bom-ref")]
    reference: String,
    name: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'static str,
    endpoints: [String; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    authenticated: Option<bool>,
    properties: Vec<Property>,
}

/// A name and a value of Holter's own.
#[derive(Debug, Serialize)]
struct Property {
    name: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Metadata {
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    lifecycles: [Lifecycle; 1],
    tools: Tools,
    properties: Vec<Property>,
}

#[derive(Serialize)]
struct Lifecycle {
    phase: &'static str,
}

#[derive(Serialize)]
struct Tools {
    components: [Tool; 1],
}

#[derive(Serialize)]
struct Tool {
    r#type: &'static str,
    name: &'static str,
    version: &'static str,
}

impl Document for CycloneDx {
    fn begin(&mut self, preamble: &Preamble, _: &mut Vec<u8>) -> io::Result<()> {
        self.preamble = preamble.clone();
        self.span.begin(preamble.began);
        Ok(())
    }

    fn service(&mut self, service: &Service, _: &mut Vec<u8>) -> io::Result<()> {
        self.span.take(service);
        // What nobody reached is no part of an inventory.
        if !service.attempt.reached() {
            return Ok(());
        }
        let reference = self.reference(service);
        self.contents
            .update(named::fingerprint(&[&reference, &time(service.started)]));
        for judgement in &service.judgements {
            self.contents
                .update(named::fingerprint(&[&judgement.flaw, judgement.verdict.as_str()]));
            self.vulnerabilities.add(service, judgement, &reference);
        }
        self.inventory.add(service, &reference);
        self.services
            .add(Place::of(service), &Listed::of(service, reference))
    }

    fn end(&mut self, summary: &Summary, out: &mut Vec<u8>) -> io::Result<()> {
        out.extend_from_slice(
            b"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\n\"serialNumber\":\"urn:uuid:",
        );
        out.extend_from_slice(self.serial().as_bytes());
        out.extend_from_slice(b"\",\"version\":1,\n\"metadata\":");
        spelled::json(out, &self.metadata(summary))?;
        out.extend_from_slice(b",\n\"components\":");
        array(out, self.inventory.assets())?;
        out.extend_from_slice(b",\n\"services\":[");
        self.services.write(out);
        out.extend_from_slice(b"\n],\n\"dependencies\":");
        array(out, self.inventory.dependencies())?;
        out.extend_from_slice(b",\n\"vulnerabilities\":");
        array(out, self.vulnerabilities.all())?;
        out.extend_from_slice(b"\n}\n");
        Ok(())
    }
}

impl CycloneDx {
    /// A name that no other service has: one host name can have two addresses, and one list can name a service twice.
    fn reference(&mut self, service: &Service) -> String {
        let address = service.endpoint.map_or_else(String::new, |at| at.to_string());
        let first = match &service.name {
            Some(name) => format!("service/{address}/{name}"),
            None => format!("service/{address}"),
        };
        let mut reference = first.clone();
        let mut count = 1_u32;
        while !self.names.insert(reference.clone()) {
            count += 1;
            reference = format!("{first}#{count}");
        }
        reference
    }

    /// The same run has the same number for ever: a UUID of version 8 (RFC 9562), made of the contents.
    fn serial(&self) -> String {
        let mut contents = self.contents.clone();
        if let Some(began) = self.span.began {
            contents.update(time(began));
        }
        let digest = hex(&contents.finalize());
        let part = |from: usize, to: usize| digest.get(from..to).unwrap_or_default();
        format!(
            "{}-{}-8{}-a{}-{}",
            part(0, 8),
            part(8, 12),
            part(13, 16),
            part(17, 20),
            part(20, 32)
        )
    }

    fn metadata(&self, summary: &Summary) -> Metadata {
        let mut properties: Vec<Property> = [
            ("holter:tried", summary.tried),
            ("holter:services", summary.services),
            ("holter:affected", summary.affected),
            ("holter:not_affected", summary.not_affected),
            ("holter:inconclusive", summary.inconclusive),
            ("holter:breaking_policy", summary.breaking_policy),
        ]
        .map(|(name, value)| Property::new(name, value.to_string()))
        .into();
        if let Some(authorized_by) = &self.preamble.authorized_by {
            properties.push(Property::new("holter:authorized_by", authorized_by));
        }
        if summary.interrupted {
            properties.push(Property::new("holter:interrupted", "true"));
        }
        Metadata {
            timestamp: self.span.began.map(time),
            lifecycles: [Lifecycle { phase: "operations" }],
            tools: Tools {
                components: [Tool {
                    r#type: "application",
                    name: "holter",
                    version: env!("CARGO_PKG_VERSION"),
                }],
            },
            properties,
        }
    }
}

impl Property {
    fn new(name: &'static str, value: impl Into<String>) -> Self {
        Self {
            name,
            value: value.into(),
        }
    }
}

impl Listed {
    fn of(service: &Service, reference: String) -> Self {
        let mut properties = vec![
            Property::new("holter:protocol", &service.protocol),
            Property::new("holter:target", &service.target),
        ];
        if let Some(endpoint) = service.endpoint {
            properties.push(Property::new("holter:address", endpoint.address.to_string()));
            if endpoint.transport == Transport::Udp {
                properties.push(Property::new("holter:transport", "udp"));
            }
        }
        if let Some(role) = &service.role {
            properties.push(Property::new("holter:role", &role.name));
            properties.push(Property::new("holter:criticality", role.criticality.as_str()));
        }
        if let Some(assessment) = &service.assessment {
            if let Some(grade) = &assessment.grade {
                properties.push(Property::new("holter:grade", &grade.letter));
            }
            for policy in &assessment.policies {
                let kept = match policy.kept {
                    Some(true) => "kept",
                    Some(false) => "broken",
                    None => "undecided",
                };
                properties.push(Property::new(
                    "holter:policy",
                    format!("{}: {kept}", policy.policy),
                ));
            }
        }
        Self {
            reference,
            name: named::authority(service),
            description: named::spoken(service).1,
            endpoints: [named::uri(service)],
            authenticated: inventory::demands_certificate(service),
            properties,
        }
    }
}

fn array(out: &mut Vec<u8>, items: impl Iterator<Item = impl Serialize>) -> io::Result<()> {
    out.push(b'[');
    for (index, item) in items.enumerate() {
        out.extend_from_slice(if index == 0 { b"\n" } else { b",\n" });
        spelled::json(out, &item)?;
    }
    out.extend_from_slice(b"\n]");
    Ok(())
}
