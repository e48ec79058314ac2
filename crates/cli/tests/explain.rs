//! `holter explain`, and the forms of a scan's answer that others read.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    dead_code,
    reason = "a test fails by panicking"
)]

mod command;

use std::net::{IpAddr, Ipv4Addr};

use command::{command, holter, said};
use holter_lab::zoo;
use serde_json::Value;

#[test]
fn without_an_id_all_is_listed() {
    let said = holter("explain");
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    for known in holter_checks::catalogue::known() {
        assert!(said.out.contains(&known.flaw.id), "{}", known.flaw.id);
    }
    assert!(!said.out.contains('\u{1b}'), "no colour into a pipe");
}

#[test]
fn a_flaw_is_explained_by_any_of_its_names() {
    let by_id = holter("explain CVE-2014-0160");
    assert_eq!(by_id.code, Some(0));
    let chapters = [
        "Heartbleed (CVE-2014-0160)",
        "critical, public since 2014-04-07",
        "Why it matters to a hospital",
        "What Holter asks",
        "What to do first",
        "CWE-126",
    ];
    for chapter in chapters {
        assert!(by_id.out.contains(chapter), "{chapter}");
    }
    assert!(
        by_id
            .out
            .lines()
            .all(|line| line.chars().count() <= 90 || line.contains("https://"))
    );
    assert_eq!(holter("explain heartbleed").out, by_id.out);
    assert_eq!(holter("explain HeartBleed cve-2014-0160").out, by_id.out, "once");
}

#[test]
fn whatever_listening_can_name_is_explained() {
    let heard = holter_capture::flaws::CHECKS.iter();
    for id in heard.flat_map(|check| check.flaws.iter().chain([&check.id])) {
        let said = holter(&format!("explain {id}"));
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{id}");
    }
    assert!(
        holter("explain SESSION-TAKEOVER")
            .out
            .contains("To hear it: holter listen")
    );
    assert_eq!(
        holter("explain heartbeats-heard").out,
        holter("explain heartbleed").out
    );
}

#[test]
fn a_name_that_nothing_has_is_an_error_with_what_is_like_it() {
    let said = holter("explain haertbleed");
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""));
    assert!(
        said.err.contains("'haertbleed'; similar: ") && said.err.contains("eartbleed"),
        "{}",
        said.err
    );
    assert_eq!(said.err.lines().count(), 1);
}

#[test]
fn colour_comes_when_asked_for_and_json_is_json() {
    assert!(holter("explain heartbleed --color always").out.contains('\u{1b}'));
    let quiet = command("explain heartbleed")
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    assert!(!said_out(quiet).contains('\u{1b}'));
    let document: Value = serde_json::from_str(&holter("explain heartbleed -f json").out).unwrap();
    assert_eq!(document["schema"], "holter.explain/1");
    assert_eq!(document["flaws"][0]["check"]["id"], "heartbleed");
}

fn said_out(output: std::process::Output) -> String {
    said(output).out
}

#[test]
fn a_scan_can_be_written_for_other_programs() {
    let peer = (zoo::named("openssl-affected").unwrap().start)(IpAddr::V4(Ipv4Addr::LOCALHOST)).unwrap();
    let scanned = |form: &str| {
        let said = holter(&format!("scan -q {} -f {form}", peer.address));
        assert_eq!(said.code, Some(1), "{}", said.err);
        said.out
    };
    let sarif: Value = serde_json::from_str(&scanned("sarif")).unwrap();
    let run = &sarif["runs"][0];
    assert_eq!(run["results"][0]["ruleId"], "CVE-2014-0160");
    assert_eq!(run["results"][0]["level"], "error");
    assert_eq!(run["invocations"][0]["exitCode"], 1);
    let index = usize::try_from(run["results"][0]["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(run["tool"]["driver"]["rules"][index]["id"], "CVE-2014-0160");
    let again: Value = serde_json::from_str(&scanned("sarif")).unwrap();
    let fingerprint = |document: &Value| document["runs"][0]["results"][0]["partialFingerprints"].clone();
    assert_eq!(
        fingerprint(&again),
        fingerprint(&sarif),
        "the same finding is known again"
    );
    let bom: Value = serde_json::from_str(&scanned("cyclonedx")).unwrap();
    assert_eq!(bom["vulnerabilities"][0]["analysis"]["state"], "exploitable");
    assert!(
        bom["components"]
            .as_array()
            .unwrap()
            .iter()
            .any(|component| { component["cryptoProperties"]["assetType"] == "protocol" })
    );
    let page = scanned("html");
    assert!(
        page.starts_with("<!DOCTYPE html>") && page.contains("The service is affected, worst by Heartbleed")
    );
}
