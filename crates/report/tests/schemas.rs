//! Every JSON document against its published schema: SARIF's and CycloneDX's own, and ours in `docs/schema`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    dead_code,
    reason = "a test fails by panicking; the hospital is shared"
)]

mod hospital;

use holter_lab::schemas;
use holter_model::{LeftAlone, Service};
use holter_report::{Format, Look, Preamble, Summary};
use jsonschema::{Registry, Validator};
use serde_json::Value;

/// All that can be in a document, and nothing at all.
fn documents(format: Format) -> Vec<String> {
    let full = (hospital::full::services(), hospital::full::summary());
    let few = (hospital::services(), hospital::summary());
    let none = (Vec::new(), Summary::default());
    [full, few, none]
        .map(|(services, summary)| written(format, &services, summary))
        .into()
}

fn written(format: Format, services: &[Service], summary: Summary) -> String {
    let mut document = format.document(Look::default());
    let mut out = Vec::new();
    let mut preamble = Preamble::default();
    preamble.authorized_by = Some(format!("J. Weber, contract {}", hospital::full::HOSTILE));
    preamble.began = Some("2026-11-21T20:00:00Z".parse().unwrap());
    document.begin(&preamble, &mut out).unwrap();
    for service in services {
        document.service(service, &mut out).unwrap();
    }
    document.left_alone(&LeftAlone {
        at: "2026-11-21T20:00:00Z".parse().unwrap(),
        endpoint: hospital::billing(9).endpoint.unwrap(),
        why: "it refused a connection".to_owned(),
        not_asked: 41,
    });
    document.end(&summary, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn hold(validator: &Validator, document: &Value) {
    let wrong: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sarif_keeps_to_its_schema() {
    // One pattern in it, of a field that Holter does not write, has a bracket too many.
    let schema = schemas::sarif()
        .unwrap()
        .replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}?$");
    let schema = parsed(&schema);
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    for text in documents(Format::Sarif) {
        hold(&validator, &parsed(&text));
    }
}

#[test]
fn cyclonedx_keeps_to_its_schema() {
    let schema = parsed(&schemas::cyclonedx().unwrap());
    let beside = schemas::beside_cyclonedx().unwrap();
    let mut registry = Registry::new();
    for (name, text) in beside {
        let address = format!("http://cyclonedx.org/schema/{name}");
        registry = registry.add(address, parsed(&text)).unwrap();
    }
    let registry = registry.prepare().unwrap();
    let validator = jsonschema::options()
        .with_registry(&registry)
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    for text in documents(Format::CycloneDx) {
        let document = parsed(&text);
        hold(&validator, &document);
        references_lead_somewhere(&document);
    }
}

#[test]
fn our_own_json_keeps_to_the_schemas_that_we_publish() {
    let scan = strict(include_str!("../../../docs/schema/holter.scan-1.json"));
    let report = strict(include_str!("../../../docs/schema/holter.report-1.json"));
    let registry = Registry::new()
        .add("urn:holter:schema:scan:1", scan.clone())
        .unwrap();
    let registry = registry.prepare().unwrap();
    let build = |schema: &Value| {
        let options = jsonschema::options().with_registry(&registry);
        options.should_validate_formats(true).build(schema).unwrap()
    };
    let (scan, report) = (build(&scan), build(&report));
    for text in documents(Format::Json) {
        hold(&report, &parsed(&text));
    }
    for text in documents(Format::Jsonl) {
        text.lines().for_each(|line| hold(&scan, &parsed(line)));
    }
    let explain = build(&strict(include_str!(
        "../../../docs/schema/holter.explain-1.json"
    )));
    let all: Vec<_> = holter_report::Entry::all().iter().collect();
    let text = holter_report::explain_json(&all).unwrap();
    hold(&explain, &serde_json::from_slice(&text).unwrap());
}

/// A published schema allows fields that are yet to come; none that we write today may be missing from it.
fn strict(schema: &str) -> Value {
    fn close(value: &mut Value) {
        if let Value::Object(fields) = value {
            if fields.contains_key("properties") {
                fields.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            fields.values_mut().for_each(close);
        }
    }
    let mut schema = parsed(schema);
    close(&mut schema);
    schema
}

#[test]
fn what_does_not_keep_to_a_schema_is_noticed() {
    let schema = strict(include_str!("../../../docs/schema/holter.report-1.json"));
    let scan = strict(include_str!("../../../docs/schema/holter.scan-1.json"));
    let registry = Registry::new().add("urn:holter:schema:scan:1", scan).unwrap();
    let registry = registry.prepare().unwrap();
    let validator = jsonschema::options()
        .with_registry(&registry)
        .build(&schema)
        .unwrap();
    let mut document = parsed(&documents(Format::Json)[0]);
    assert!(validator.is_valid(&document));
    document["services"][0]["facts"]["surprise"] = Value::Bool(true);
    assert!(!validator.is_valid(&document));
}

/// No schema says that: every reference is that of something in the document, and nothing has two names.
fn references_lead_somewhere(document: &Value) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut names = std::collections::BTreeSet::new();
    for kind in ["components", "services", "vulnerabilities"] {
        for item in document[kind].as_array().unwrap() {
            assert!(
                names.insert(text(&item["bom-ref"])),
                "{} stands twice",
                item["bom-ref"]
            );
        }
    }
    let mut used = Vec::new();
    for item in document["dependencies"].as_array().unwrap() {
        used.push(text(&item["ref"]));
        used.extend(item["dependsOn"].as_array().into_iter().flatten().map(text));
    }
    for item in document["vulnerabilities"].as_array().unwrap() {
        used.extend(
            item["affects"]
                .as_array()
                .unwrap()
                .iter()
                .map(|at| text(&at["ref"])),
        );
    }
    for item in document["components"].as_array().unwrap() {
        let crypto = &item["cryptoProperties"];
        let certificate = &crypto["certificateProperties"];
        let one = [
            &certificate["signatureAlgorithmRef"],
            &certificate["subjectPublicKeyRef"],
        ];
        used.extend(one.into_iter().filter(|value| !value.is_null()).map(text));
        for suite in crypto["protocolProperties"]["cipherSuites"]
            .as_array()
            .into_iter()
            .flatten()
        {
            used.extend(suite["algorithms"].as_array().into_iter().flatten().map(text));
        }
    }
    for reference in used {
        assert!(names.contains(&reference), "{reference} leads nowhere");
    }
}
