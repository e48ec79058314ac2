//! What the checks that ask find on real servers, beside what is known of those.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod support;

use std::collections::BTreeMap;

use holter_checks::{Configuration, Profile};
use holter_lab::truth::{self, Expected, Table};
use holter_model::Service;
use support::assess;

/// The checks that are looked at here; the others judge by the configuration.
const CHECKS: [&str; 14] = [
    "alpaca",
    "breach",
    "ccs-injection",
    "client-renegotiation",
    "early-data",
    "fallback",
    "heartbleed",
    "http-headers",
    "insecure-renegotiation",
    "padding-oracle",
    "robot",
    "starttls-injection",
    "ticketbleed",
    "tolerance",
];

/// Those that show something that others do not.
const SERVERS: [&str; 31] = [
    "fault-goldendoodle",
    "fault-insecure-renegotiation",
    "fault-poodle-tls",
    "fault-robot-strong",
    "fault-robot-weak",
    "fault-ticketbleed",
    "fault-zero-length",
    "fault-zombie-poodle",
    "gnutls",
    "haproxy",
    "nginx",
    "node-0.10.1",
    "node-0.10.2",
    "node-0.10.2-smtp",
    "node-0.10.28",
    "node-0.10.29",
    "node-0.10.29-smtp-injection",
    "node-0.10.48",
    "node-0.12.0",
    "node-0.8.28",
    "node-10.0.0",
    "node-12.22.12",
    "openssl-1.0.2n",
    "openssl-1.1.0i",
    "openssl-3.0",
    "openssl-3.0-renegotiation",
    "openssl-3.0-tls10-only",
    "openssl-3.0-tls13-only",
    "postfix",
    "stunnel",
    "vsftpd",
];

/// What the table calls a flaw.
fn name(flaw: &str) -> &str {
    match flaw {
        "ROBOT" => "CVE-2017-13099",
        "TLS-NO-FALLBACK-SCSV" => "FALLBACK-SCSV",
        other => other,
    }
}

/// Connections beyond one for each suite and each group in each version.
fn surplus(service: &Service) -> i64 {
    let configuration = Configuration::of(&service.observations);
    let known = configuration
        .versions
        .values()
        .map(|spoken| spoken.suites.len() + spoken.groups.len());
    i64::from(service.connections) - i64::try_from(known.sum::<usize>()).unwrap()
}

/// What is wrong about a scan of one server.
fn wrong(id: &str, expected: &BTreeMap<String, Expected>) -> Vec<String> {
    let running = truth::start(id).unwrap();
    let service = assess(running.address, &running.protocol, Profile::Full, &[]);
    println!(
        "{id}: {} connections, {} beyond suites and groups, {} ms {:?} {:?}",
        service.connections,
        surplus(&service),
        service.elapsed_ms,
        service.trouble,
        service.oddities,
    );
    let judged = service
        .judgements
        .iter()
        .filter(|one| CHECKS.contains(&one.check.as_str()));
    let mut wrong: Vec<String> = Vec::new();
    for one in judged {
        let verdict = one.verdict.as_str();
        let as_expected = expected
            .get(name(&one.flaw))
            .is_none_or(|expected| expected.allows(verdict));
        if !as_expected {
            wrong.push(format!("{id}: {} {verdict}: {}", one.flaw, one.evidence));
        }
    }
    wrong
}

#[test]
fn what_is_asked_of_each_server_is_answered_as_its_makers_say() {
    let table = Table::read().unwrap();
    let wrong: Vec<String> = SERVERS
        .iter()
        .flat_map(|id| wrong(id, &table.expected(table.find(id).unwrap())))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_ticket_brings_at_most_one_byte_that_is_not_ours_and_it_is_counted() {
    let running = truth::start("fault-ticketbleed").unwrap();
    let service = assess(running.address, &running.protocol, Profile::Standard, &[]);
    let judged = |flaw: &str| service.judgements.iter().find(|one| one.flaw == flaw).unwrap();
    let bled = judged("CVE-2016-9244");
    assert_eq!((bled.verdict.as_str(), bled.foreign_bytes), ("affected", 1));
    assert_eq!(judged("ROBOT").verdict.as_str(), "not_affected");
}

#[test]
fn robot_is_told_as_strong_and_as_weak() {
    for strength in ["strong", "weak"] {
        let running = truth::start(&format!("fault-robot-{strength}")).unwrap();
        let service = assess(running.address, &running.protocol, Profile::Standard, &[]);
        let robot = service
            .judgements
            .iter()
            .find(|one| one.check == "robot")
            .unwrap();
        assert!(
            robot.evidence.contains(&format!("a {strength} oracle")),
            "{robot:?}"
        );
    }
}
