//! `holter scan` against scripted peers: verdicts, exit codes, formats, and where what is said goes.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod command;

use std::io::{BufRead as _, BufReader};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::process::Stdio;

use command::{command, holter, holter_reading, said, signal};
use holter_lab::ports::free_tcp;
use holter_lab::zoo::{self, Running};
use serde_json::Value;

fn peer(name: &str) -> Running {
    (zoo::named(name).unwrap().start)(IpAddr::V4(Ipv4Addr::LOCALHOST)).unwrap()
}

/// Where nothing listens, nor will: no other is given this address, and no connection leaves from it.
fn closed() -> SocketAddr {
    free_tcp().unwrap()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn the_exit_code_is_the_answer() {
    let (bad, good, odd) = (
        peer("openssl-affected"),
        peer("controller-that-hangs"),
        peer("plaintext-http"),
    );
    let (bad, good, odd) = (bad.address, good.address, odd.address);
    let code = |arguments: &str| holter(&format!("scan -q {arguments}")).code;
    assert_eq!(code(&good.to_string()), Some(0));
    assert_eq!(code(&format!("{bad} {good}")), Some(1));
    assert_eq!(code(&format!("{good} {odd}")), Some(3));
    assert_eq!(code(&closed().to_string()), Some(3));
    assert_eq!(code(&format!("{good} no-such-host.invalid")), Some(2));
    assert_eq!(code(&format!("{bad} no-such-host.invalid")), Some(1));
    assert_eq!(code(&format!("{bad} {good} --fail-on critical")), Some(1));
    assert_eq!(code(&format!("{good} {odd} --fail-on critical")), Some(3));
    assert_eq!(code(&format!("{good} --fail-on low")), Some(0));
    // A range without anything in it is assessed: nobody said that something is there.
    let closed = closed();
    let empty = format!("{}/30 -p {}", closed.ip(), closed.port());
    assert_eq!(code(&empty), Some(0));
}

#[test]
fn json_lines_have_the_shape_of_the_contract() {
    let peer = peer("openssl-affected");
    let said = holter(&format!("scan {} -f jsonl", peer.address));
    assert_eq!((said.code, said.out.lines().count()), (Some(1), 1));
    let line = json(&said.out);
    let fields = [
        "schema",
        "target",
        "address",
        "port",
        "transport",
        "protocol",
        "started",
        "elapsed_ms",
        "reached",
        "connections",
        "bytes_sent",
        "bytes_received",
        "verdicts",
        "facts",
        "oddities",
        "attempt",
    ];
    for field in fields {
        assert!(line.get(field).is_some(), "{field} is missing");
    }
    assert_eq!(line["schema"], "holter.scan/1");
    assert_eq!(line["port"], peer.address.port());
    assert_eq!(
        (&line["transport"], &line["attempt"]),
        (&"tcp".into(), &"completed".into())
    );
    let verdict = &line["verdicts"][0];
    assert_eq!(
        (
            &verdict["verdict"],
            &verdict["basis"],
            &verdict["flaw"],
            &verdict["foreign_bytes"]
        ),
        (
            &"affected".into(),
            &"behaviour".into(),
            &"CVE-2014-0160".into(),
            &0.into()
        )
    );
    assert_eq!(line["facts"]["heartbeats"][0]["answer"], "echo");
}

#[test]
fn json_is_one_document_and_an_unknown_host_is_in_it() {
    let peer = peer("controller-that-hangs");
    let said = holter(&format!("scan {} no-such-host.invalid -f json", peer.address));
    assert_eq!(said.code, Some(2));
    assert!(
        said.err.contains("no-such-host.invalid"),
        "one line says so: {}",
        said.err
    );
    let document = json(&said.out);
    assert_eq!(document["schema"], "holter.report/1");
    let summary = &document["summary"];
    assert_eq!(
        (&summary["services"], &summary["not_affected"]),
        (&2.into(), &1.into())
    );
    let attempts: Vec<_> = document["services"]
        .as_array()
        .unwrap()
        .iter()
        .map(|service| service["attempt"].as_str().unwrap())
        .collect();
    assert!(
        attempts.contains(&"unresolved") && attempts.contains(&"completed"),
        "{attempts:?}"
    );
}

#[test]
fn csv_has_a_head_and_a_row_for_each() {
    let peer = peer("controller-that-hangs");
    let said = holter(&format!("scan {} {} -f csv", peer.address, closed()));
    let mut rows = said.out.lines();
    assert!(rows.next().unwrap().starts_with("target,name,address,port,"));
    let rows: Vec<_> = rows.collect();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().any(|row| row.contains(",not_affected,behaviour,")));
    assert!(rows.iter().any(|row| row.contains(",refused,")));
}

#[test]
fn ports_that_are_left_out_are_said_once_and_the_others_asked() {
    let peer = peer("controller-that-hangs");
    let ports = format!("9100-9101,{}", peer.address.port());
    let told = holter(&format!("scan 127.0.0.1 127.0.0.1/32 -p {ports} -f jsonl"));
    assert_eq!((told.code, told.out.lines().count()), (Some(0), 1), "{told:?}");
    assert_eq!(
        told.err.matches("left out: 9100-9101, ").count(),
        1,
        "{}",
        told.err
    );
    assert!(told.err.contains("host:9100"), "{}", told.err);
    let quiet = holter(&format!("scan 127.0.0.1 -p {ports} -f jsonl -q"));
    assert_eq!((quiet.code, quiet.err.as_str()), (Some(0), ""));
    let help = holter("scan --help");
    for (set, _) in holter_protocols::sets::SETS {
        assert!(help.out.contains(&format!("\n  {set} ")), "{set}");
    }
}

#[test]
fn targets_come_from_standard_input_each_once() {
    let peer = peer("controller-that-hangs");
    let input = format!("# twice\n{0} https\n{0} https # the same\n", peer.address);
    let said = holter_reading("scan -i - -f jsonl", &input);
    assert_eq!((said.code, said.out.lines().count()), (Some(0), 1));
    assert_eq!(json(&said.out)["protocol"], "https");
}

#[test]
fn quiet_says_nothing_and_a_file_takes_it_all() {
    let peer = peer("controller-that-hangs");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.json");
    std::fs::write(&file, "an earlier report, longer than nothing").unwrap();
    let wrong = holter(&format!("scan no-such-host.invalid -o {}", file.display()));
    assert_eq!(wrong.code, Some(2));
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("an earlier"));
    let said = holter(&format!("scan -q {} -f json -o {}", peer.address, file.display()));
    assert_eq!(
        (said.code, said.out.as_str(), said.err.as_str()),
        (Some(0), "", "")
    );
    let document = json(&std::fs::read_to_string(&file).unwrap());
    assert_eq!(document["summary"]["not_affected"], 1);
}

#[test]
fn colour_comes_when_asked_and_never_into_a_pipe() {
    let peer = peer("controller-that-hangs");
    let coloured = |arguments: &str| {
        holter(&format!("scan {} {arguments}", peer.address))
            .out
            .contains('\u{1b}')
    };
    assert!(!coloured("") && !coloured("--color never") && coloured("--color always"));
}

#[test]
fn ctrl_c_prints_what_is_known_so_far() {
    // At another address: a host is asked one question at a time, in no order that is promised.
    let (bad, mute) = (
        peer("openssl-affected"),
        TcpListener::bind("127.0.0.2:0").unwrap(),
    );
    let mut child = command(&format!(
        "scan {} {} -f jsonl --timeout 600",
        bad.address,
        mute.local_addr().unwrap()
    ))
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    // The affected one is written as soon as it is decided, while the other keeps silent.
    out.read_line(&mut line).unwrap();
    assert_eq!(json(&line)["verdicts"][0]["verdict"], "affected");
    signal("-INT", child.id());
    let said = said(child.wait_with_output().unwrap());
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains("stopped before the end"), "{}", said.err);
}

#[test]
fn ctrl_c_before_anything_is_known_is_not_a_clean_answer() {
    let mute = peer("tarpit");
    let child = command(&format!("scan {} -f json --timeout 600", mute.address))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Once it has connected, its handler stands.
    while mute.contacts() == 0 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    // A service manager or `timeout` asks in this way.
    signal("-TERM", child.id());
    let said = said(child.wait_with_output().unwrap());
    assert_eq!(said.code, Some(3), "{said:?}");
    assert_eq!(json(&said.out)["summary"]["interrupted"], true);
}

#[test]
fn of_what_is_excluded_nothing_is_said_but_that() {
    let peer = peer("controller-that-hangs");
    let said = holter(&format!(
        "scan {} 127.9.0.0/30 127.9.1.1:443 --exclude 127.9.0.0/16 -f jsonl",
        peer.address
    ));
    assert_eq!((said.code, said.out.lines().count()), (Some(0), 1));
    assert!(
        said.err
            .contains("2 not asked, because excluded: 127.9.0.0/30, 127.9.1.1:443"),
        "{}",
        said.err
    );
}

#[test]
fn a_list_from_a_windows_editor_is_read() {
    let peer = peer("controller-that-hangs");
    let input = format!("\u{feff}# ours\r\n{} https\r\n", peer.address);
    let said = holter_reading("scan -i - -f jsonl", &input);
    assert_eq!(
        (said.code, said.out.lines().count()),
        (Some(0), 1),
        "{}",
        said.err
    );
}

#[test]
fn a_full_disk_is_said_and_is_not_an_answer() {
    let peer = peer("controller-that-hangs");
    let said = holter(&format!("scan {} -o /dev/full", peer.address));
    assert_eq!((said.code, said.err.lines().count()), (Some(2), 1));
    assert!(said.err.contains("/dev/full"), "{}", said.err);
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let (bad, mute) = (peer("openssl-affected"), peer("tarpit"));
    let mut child = command(&format!(
        "scan -q {} {} -f jsonl --timeout 4",
        bad.address, mute.address
    ))
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .unwrap();
    drop(child.stdout.take());
    let said = said(child.wait_with_output().unwrap());
    assert_eq!((said.code, said.err.as_str()), (Some(1), ""));
}
