//! A flaw as a rule of SARIF.

use holter_checks::catalogue::Known;
use holter_model::{Flaw, Severity};
use serde::Serialize;

/// A reporting descriptor (section 3.49).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule {
    id: String,
    name: String,
    short_description: Text,
    full_description: Text,
    help: Help,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    default_configuration: Configuration,
    properties: Properties,
}

/// A message of plain text.
#[derive(Debug, Serialize)]
pub(super) struct Text {
    pub(super) text: String,
}

#[derive(Debug, Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Debug, Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Debug, Serialize)]
struct Properties {
    tags: Vec<String>,
    precision: &'static str,
    #[serde(rename = "problem.severity")]
    problem_severity: &'static str,
    /// GitHub makes "critical", "high", "medium" and "low" of it.
    #[serde(rename = "security-severity")]
    security_severity: &'static str,
    check: &'static str,
    severity: Severity,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<String>,
}

impl Rule {
    /// A flaw in this shape.
    pub(super) fn of(known: &Known) -> Self {
        let flaw = &known.flaw;
        let cwes = flaw
            .cwe
            .iter()
            .map(|number| format!("external/cwe/cwe-{number:03}"));
        let reference = flaw.references.iter().find(|text| text.starts_with("https://"));
        Self {
            id: flaw.id.clone(),
            name: flaw.name.clone(),
            short_description: Text {
                text: flaw.summary.clone(),
            },
            full_description: Text {
                text: flaw.why.clone(),
            },
            help: Help {
                text: plain(flaw),
                markdown: markdown(flaw),
            },
            help_uri: reference.cloned(),
            default_configuration: Configuration {
                level: level(flaw.severity),
            },
            properties: Properties {
                tags: ["security".to_owned(), "tls".to_owned()]
                    .into_iter()
                    .chain(cwes)
                    .collect(),
                precision: "very-high",
                problem_severity: match level(flaw.severity) {
                    "error" => "error",
                    "warning" => "warning",
                    _ => "recommendation",
                },
                security_severity: match flaw.severity {
                    Severity::Critical => "9.5",
                    Severity::High => "8.0",
                    Severity::Medium => "5.5",
                    Severity::Low => "2.5",
                    Severity::Info => "0.0",
                },
                check: known.check.id,
                severity: flaw.severity,
                also: flaw.also.clone(),
            },
        }
    }
}

/// A severity as SARIF's level (section 3.27.10).
pub(super) const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

fn plain(flaw: &Flaw) -> String {
    let mut text = format!("{}\n\nWhat to do first:\n", flaw.why);
    for (index, step) in flaw.first_steps.iter().enumerate() {
        text.push_str(&format!("{}. {step}\n", index + 1));
    }
    text
}

fn markdown(flaw: &Flaw) -> String {
    let mut text = format!("{}\n\n## What to do first\n\n", flaw.why);
    for (index, step) in flaw.first_steps.iter().enumerate() {
        text.push_str(&format!("{}. {step}\n", index + 1));
    }
    for instruction in &flaw.instructions {
        text.push_str(&format!(
            "\n### {}\n\n{}\n",
            instruction.product, instruction.text
        ));
        if !instruction.lines.is_empty() {
            text.push_str(&format!("\n```\n{}\n```\n", instruction.lines.join("\n")));
        }
    }
    if !flaw.unchangeable.is_empty() {
        text.push_str(&format!(
            "\n### Where the device cannot be changed\n\n{}\n",
            flaw.unchangeable
        ));
    }
    if !flaw.references.is_empty() {
        text.push_str("\n## References\n\n");
        for reference in &flaw.references {
            text.push_str(&format!("- {reference}\n"));
        }
    }
    text
}
