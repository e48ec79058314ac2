//! `holter listen -i` in a network namespace of the test's own: a theft that passes there is told, by a process that has given up
//! its rights.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it skipped"
)]

mod command;
#[path = "listen/packets.rs"]
#[allow(dead_code, reason = "shared with the captures in files")]
mod packets;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use command::{command, said, signal};
use holter_store::{FindingFilter, Page, Store};
use packets::Conversation;
use serde_json::Value;

/// What takes longer has failed, on whatever machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// Says that this process is the one within the namespace.
const INSIDE: &str = "HOLTER_TEST_INSIDE";

#[test]
fn a_theft_on_an_interface_is_told() {
    in_a_namespace("a_theft_on_an_interface_is_told", inside);
}

#[test]
fn a_killed_listener_loses_no_more_than_its_last_beat() {
    in_a_namespace("a_killed_listener_loses_no_more_than_its_last_beat", killed);
}

/// Does it in a network of this test's own.
fn in_a_namespace(test: &str, inside: impl FnOnce()) {
    if std::env::var_os(INSIDE).is_some() {
        return inside();
    }
    let namespace = |script: &str| {
        let mut unshare = Command::new("unshare");
        unshare.args(["--net", "sh", "-c", script]);
        unshare
    };
    let may = namespace("ip link set lo up").status();
    if !may.is_ok_and(|status| status.success()) {
        println!("skipped: no right to make network namespaces");
        return;
    }
    let me = std::env::current_exe().unwrap();
    let again = format!("ip link set lo up && exec \"$0\" --exact {test} --nocapture --test-threads 1");
    let ended = namespace(&again).arg(me).env(INSIDE, "1").status();
    assert!(ended.unwrap().success());
}

fn inside() {
    let mut listening = command("listen -i lo --for 600s -f jsonl --quiet");
    let mut child = listening.stdout(Stdio::piped()).spawn().unwrap();
    wait_until_it_may_nothing(child.id());
    replay();
    let out = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut servers = out
        .map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap())
        .filter(|object| object["subject"]["role"] == "server");
    // It is told while it listens; may be told again, with more; and the last word counts.
    let news = servers.next().unwrap();
    assert_eq!(news["so_far"], true);
    signal("-INT", child.id());
    let server = servers.last().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_eq!(
        (&server["file"], &server["subject"]["address"]),
        (&"lo".into(), &"127.0.0.1".into())
    );
    let verdicts = server["verdicts"].as_array().unwrap();
    let verdict = verdicts
        .iter()
        .find(|said| said["flaw"] == "CVE-2014-0160")
        .unwrap();
    assert_eq!(
        (&verdict["ladder"], &verdict["leaked_min"], &verdict["leaked_max"]),
        (&"leak_exact".into(), &200.into(), &200.into()),
        "{verdict}"
    );
}

fn killed() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("holter.db").display().to_string();
    // Root's own is refused: who listens is not root for long.
    let refused = said(command("listen -i lo --db").arg(&db).output().unwrap());
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    assert!(refused.err.contains("the database is root's"), "{}", refused.err);
    std::os::unix::fs::chown(folder.path(), Some(65_534), Some(65_534)).unwrap();
    let mut listening = command("listen -i lo --quiet --every 1s --db");
    let mut child = listening
        .arg(&db)
        .env("HOLTER_STATE", folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until_it_may_nothing(child.id());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let begun = Instant::now();
    let scans = |store: &Store| {
        let page = Page::first(9);
        runtime
            .block_on(store.scans(&page))
            .map(|scans| scans.rows)
            .unwrap_or_default()
    };
    let store = loop {
        // It is root's to look, and not to make.
        if std::path::Path::new(&db).exists()
            && let Ok(store) = runtime.block_on(Store::open(&db))
            && !scans(&store).is_empty()
        {
            break store;
        }
        assert!(begun.elapsed() < PATIENCE, "no scan is under way");
        std::thread::sleep(Duration::from_millis(100));
    };
    assert!(scans(&store)[0].held_until.is_some(), "it is under way");
    replay();
    let findings = || {
        let filter = FindingFilter::default();
        let listed = runtime
            .block_on(store.findings(&filter, &Page::first(9)))
            .unwrap();
        listed
            .rows
            .into_iter()
            .map(|row| row.finding.flaw)
            .collect::<Vec<_>>()
    };
    let begun = Instant::now();
    while !findings().contains(&"CVE-2014-0160".to_owned()) {
        assert!(begun.elapsed() < PATIENCE, "{:?}", findings());
        std::thread::sleep(Duration::from_millis(100));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(findings().contains(&"CVE-2014-0160".to_owned()));
    let scan = scans(&store).remove(0);
    assert!(
        scan.ended.is_none() && !scan.whole,
        "what was killed has not come to its end"
    );
    runtime.block_on(store.close());
}

/// It gives up root once the interface is open, and reads its first packet after that.
fn wait_until_it_may_nothing(pid: u32) {
    let start = Instant::now();
    loop {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let is = |name: &str, value: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.is_some_and(|line| line.split_whitespace().all(|word| word == value))
        };
        if is("CapEff:", "0000000000000000") && is("CapPrm:", "0000000000000000") && !is("Uid:", "0") {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "{status}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Two ends say to each other what the conversation has.
fn replay() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    for (_, packet) in Conversation::theft(200) {
        let data = packet.get(40..).unwrap_or_default();
        // The server of the conversation is 192.0.2.1.
        let (mut from, mut to) = if packet[15] == 1 {
            (&server, &client)
        } else {
            (&client, &server)
        };
        from.write_all(data).unwrap();
        let mut got = vec![0; data.len()];
        to.read_exact(&mut got).unwrap();
    }
}
