//! What is different since the last run, with a real server that is patched, switched off and restored from an old
//! backup.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod command;
#[allow(dead_code, reason = "of a ward, the port alone")]
mod ward;

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::process::Stdio;

use command::{Said, command, holter, signal};
use holter_lab::Server;
use holter_lab::node::{self, NodeServer};
use holter_lab::ports::free_tcp;
use serde_json::{Value, json};
use ward::robust;

fn server(version: &str, at: SocketAddr) -> Server {
    node::serve(&NodeServer::new(version, "https", at)).unwrap()
}

/// The differences of a JSON document, without what all of them share here.
fn items(document: &str) -> Vec<Value> {
    let document: Value = serde_json::from_str(document).unwrap();
    let items = document["differences"]["items"].as_array().unwrap().clone();
    let short = |mut item: Value| {
        assert_eq!(item["transport"], "tcp");
        let item = item.as_object_mut().unwrap();
        let _ = ["address", "port", "transport"].map(|field| item.remove(field).unwrap());
        Value::Object(item.clone())
    };
    items.into_iter().map(short).collect()
}

#[test]
fn a_server_is_patched_switched_off_and_restored() {
    let folder = tempfile::tempdir().unwrap();
    let at = robust(|| free_tcp().unwrap());
    let scan = |more: &str| -> Said {
        let state = folder.path().display();
        let range = format!("{}/30 -p {}", at.ip(), at.port());
        holter(&format!("scan {range} --no-config --state {state} {more}"))
    };
    let affected = server("0.10.1", at);
    let first = scan("--diff -f json");
    assert!(first.err.contains("nothing to compare with"), "{}", first.err);
    let first: Value = serde_json::from_str(&first.out).unwrap();
    assert!(first.get("differences").is_none());
    drop(affected);

    let patched = server("0.10.2", at);
    let fixed = json!({"kind": "fixed", "flaw": "CVE-2014-0160", "was": "affected", "now": "not affected"});
    // A run that nobody compares is one to be compared with all the same.
    assert_eq!(items(&scan("--diff -f json").out), [fixed]);
    let text = scan("--diff").out;
    assert!(
        text.contains("\nNothing is different since the run of 20"),
        "{text}"
    );
    drop(patched);

    let gone = scan("--diff");
    assert!(
        gone.out.contains("Gone, which is not the same as fixed:\n"),
        "{}",
        gone.out
    );
    let restored = server("0.10.1", at);
    let rows = scan("--diff -f jsonl");
    assert_eq!(rows.out.lines().count(), 1);
    assert!(
        rows.err.contains(": 1 back; -f json says which\n"),
        "{}",
        rows.err
    );
    let rows = scan("--diff -f csv");
    assert!(
        rows.err.contains("nothing is different since the run of 20"),
        "{}",
        rows.err
    );
    assert!(!scan("-f json").out.contains("differences"), "nobody asked");
    drop(restored);
}

#[test]
fn a_repeated_scan_says_it_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let at = robust(|| free_tcp().unwrap());
    let repeated = || {
        let state = folder.path().display();
        let scan = format!("scan {}/30 -p {} --every 6h -f json", at.ip(), at.port());
        let mut child = command(&format!("{scan} --no-config --state {state}"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut err = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("next run") {
            line.clear();
            assert!(err.read_line(&mut line).unwrap() > 0, "it ended");
        }
        signal("-INT", child.id());
        let mut out = String::new();
        child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        child.wait().unwrap();
        out
    };
    let first: Value = serde_json::from_str(&repeated()).unwrap();
    assert!(first.get("differences").is_none());
    let _server = server("0.10.1", at);
    let found = json!({"kind": "affected", "flaw": "CVE-2014-0160", "was": "not there", "now": "affected"});
    assert_eq!(items(&repeated()), [found]);
}
