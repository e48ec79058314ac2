//! What runs, captures and files found is remembered where the pages show it, whoever is killed meanwhile, and while the
//! server writes into the same file.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and speaks to the server that it has started"
)]

mod command;
#[path = "listen/packets.rs"]
#[allow(dead_code, reason = "not every test has every conversation")]
mod packets;
#[path = "remember/peers.rs"]
mod peers;
#[path = "remember/visitor.rs"]
mod visitor;

use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use command::{Said, command, said, signal};
use holter_lab::ports::free_tcp;
use holter_store::{Page, Scan, Store};
use packets::{Conversation, file};
use peers::{answering, silent};
use visitor::{Served, Visitor};

/// What takes longer has failed, on whatever machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// A folder with a database in it, and what one must say to use them.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn db(&self) -> PathBuf {
        self.0.path().join("holter.db")
    }

    fn scan(&self, rest: &str) -> std::process::Command {
        let state = self.0.path().join("state");
        command(&format!(
            "scan -q --no-config --state {} --db {} {rest}",
            state.display(),
            self.db().display()
        ))
    }

    fn remember(&self, path: &Path) -> Said {
        let db = self.db();
        said(
            command("remember")
                .arg(path)
                .arg("--db")
                .arg(db)
                .output()
                .unwrap(),
        )
    }
}

fn read<T>(place: &Place, what: impl AsyncFnOnce(&Store) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let store = Store::open(place.db().to_str().unwrap()).await.unwrap();
        let read = what(&store).await;
        store.close().await;
        read
    })
}

fn scans(place: &Place) -> Vec<Scan> {
    read(place, async |store| {
        store.scans(&Page::first(50)).await.unwrap().rows
    })
}

fn visits(place: &Place, scan: i64) -> Vec<String> {
    read(place, async |store| {
        let listed = store.visits_of(scan, &Page::first(500)).await.unwrap();
        listed.rows.into_iter().map(|visit| visit.about.target).collect()
    })
}

/// Until it is so; the answer.
fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "{what}: in vain");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn kill(mut child: Child) {
    signal("-KILL", child.id());
    child.wait().unwrap();
}

#[test]
fn a_killed_scan_leaves_what_was_kept_and_goes_on_without_doubles() {
    let (place, quick, slow) = (Place::new(), answering([127, 0, 0, 2]), silent([127, 0, 0, 3]));
    let targets = format!("{} {}", quick.address, slow.address);
    let child = place.scan(&targets).spawn().unwrap();
    let begun = until("a service is kept", || {
        let scan = place.db().exists().then(|| scans(&place))?.pop()?;
        (scan.sums.services > 0).then_some(scan)
    });
    kill(child);
    assert!(begun.ended.is_none() && begun.held_until.is_some());
    assert_eq!(visits(&place, begun.id).len(), 1);
    let asked = quick.asked();
    slow.answer();
    let gone_on = place.scan(&format!("--resume {targets}")).output().unwrap();
    assert!(gone_on.status.code().is_some());
    assert_eq!(quick.asked(), asked, "what was done is not asked again");
    let all = scans(&place);
    assert_eq!(all.len(), 1, "it is the same scan");
    assert!(all[0].whole && all[0].ended.is_some());
    let mut kept = visits(&place, begun.id);
    kept.sort();
    assert_eq!(kept, [quick.address.to_string(), slow.address.to_string()]);
    assert_eq!(all[0].sums.services, 2);
}

#[test]
fn a_journal_and_a_report_are_brought_in_once() {
    let (elsewhere, place, peer) = (Place::new(), Place::new(), answering([127, 0, 0, 2]));
    let report = place.0.path().join("report.json");
    let out = elsewhere
        .scan(&format!("{} -f json -o {}", peer.address, report.display()))
        .output()
        .unwrap();
    assert!(out.status.code().is_some());
    let runs = elsewhere.0.path().join("state/runs");
    let journal = std::fs::read_dir(runs).unwrap().next().unwrap().unwrap().path();
    for _ in 0..2 {
        let told = place.remember(&journal);
        assert_eq!(told.code, Some(0), "{told:?}");
        assert!(told.err.contains("1 services"), "{}", told.err);
    }
    let brought = scans(&place);
    assert_eq!((brought.len(), brought[0].whole), (1, true));
    assert_eq!(
        brought[0].about.key,
        scans(&elsewhere)[0].about.key,
        "it is the same run"
    );
    for _ in 0..2 {
        assert_eq!(place.remember(&report).code, Some(0));
    }
    let all = scans(&place);
    assert_eq!((all.len(), all[0].sums.services, all[1].sums.services), (2, 1, 1));
    let nonsense = place.0.path().join("nonsense.json");
    std::fs::write(&nonsense, b"{\"schema\":\"else\"}").unwrap();
    assert_eq!(place.remember(&nonsense).code, Some(2));
}

#[test]
fn a_closed_port_is_told_plainly() {
    let place = Place::new();
    // No other is given this address, and no connection leaves from it.
    let closed = free_tcp().unwrap();
    place.scan(&closed.to_string()).output().unwrap();
    let scan = scans(&place).remove(0);
    assert_eq!(
        (scan.sums.services, scan.reach.endpoints, scan.reach.nothing),
        (0, 1, 1)
    );
    assert_eq!(
        scan.reach.silent,
        [(closed.to_string(), "the port is closed".to_owned())]
    );
    let served = Served::start(&place.db());
    let mut visitor = Visitor::set_up(&served);
    let page = visitor.open(&format!("/scans/{}", scan.id));
    assert!(
        page.contains("Nothing answered.") && page.contains("the port is closed"),
        "{page}"
    );
}

#[test]
fn a_capture_becomes_findings_and_a_map() {
    let place = Place::new();
    for (name, packets) in [
        ("theft", Conversation::theft(200)),
        ("clinical", Conversation::clinical()),
    ] {
        let path = place.0.path().join(format!("{name}.pcap"));
        std::fs::write(&path, file(&packets)).unwrap();
        for _ in 0..2 {
            let heard = said(
                command("listen")
                    .arg(&path)
                    .arg("--db")
                    .arg(place.db())
                    .output()
                    .unwrap(),
            );
            assert_eq!(heard.code, Some(1), "{heard:?}");
            assert!(heard.err.contains("remembered: "), "{}", heard.err);
        }
    }
    let (findings, ways) = read(&place, async |store| {
        let filter = holter_store::FindingFilter::default();
        let findings = store.findings(&filter, &Page::first(50)).await.unwrap();
        let all = holter_store::InterfaceFilter::default();
        let ways = store.interfaces(&all, &Page::first(50)).await.unwrap();
        (findings.rows, ways.rows)
    });
    let flaws: Vec<&str> = findings.iter().map(|row| row.finding.flaw.as_str()).collect();
    assert!(
        flaws.contains(&"CVE-2014-0160") && flaws.contains(&"CLEAR-CLINICAL"),
        "{flaws:?}"
    );
    assert_eq!(ways.len(), 2, "{ways:?}");
    assert!(
        ways.iter()
            .any(|way| way.interface.protocol == "mllp" && way.interface.encrypted == Some(false))
    );
    let served = Served::start(&place.db());
    let mut visitor = Visitor::set_up(&served);
    let map = visitor.open("/map");
    assert!(map.contains("<svg") && map.contains("in clear text"), "{map}");
}

#[test]
fn a_page_and_the_command_line_write_side_by_side_and_a_killed_server_is_gone_on_with() {
    let (place, quick, slow) = (Place::new(), answering([127, 0, 0, 2]), silent([127, 0, 0, 3]));
    let served = Served::start(&place.db());
    let mut visitor = Visitor::set_up(&served);
    let targets = format!("{} {}", quick.address, slow.address);
    let id = visitor.scan(&targets);
    until("a service is kept", || {
        (!visits(&place, id).is_empty()).then_some(())
    });
    // Meanwhile others write into the same file.
    let beside: Vec<Child> = (4..7)
        .map(|last| {
            let peer = answering([127, 0, 0, last]);
            let address = peer.address.to_string();
            std::mem::forget(peer);
            let state = place.0.path().join(format!("state-{last}"));
            let db = place.db();
            command(&format!(
                "scan -q --no-config --state {} --db {} {address}",
                state.display(),
                db.display()
            ))
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap()
        })
        .collect();
    for child in beside {
        let done = said(child.wait_with_output().unwrap());
        assert_eq!(done.err, "", "nothing is lost where two write");
        assert!(visitor.open("/scans").contains("Scan of 127.0.0."));
    }
    let asked = quick.asked();
    served.kill();
    slow.answer();
    let served = Served::start(&place.db());
    let mut visitor = Visitor::sign_in(&served);
    let page = until("it is marked", || {
        Some(visitor.open(&format!("/scans/{id}"))).filter(|page| page.contains("was broken off"))
    });
    assert!(
        page.contains(&quick.address.to_string()),
        "what it had asked is kept: {page}"
    );
    visitor.press(&page, &format!("/scans/{id}/resume"));
    until("it comes to its end", || {
        scans(&place).into_iter().find(|scan| scan.id == id && scan.whole)
    });
    assert_eq!(quick.asked(), asked, "what was done is not asked again");
    assert_eq!(visits(&place, id).len(), 2);
    let again = visitor.scan(&targets);
    until("the next comes to its end", || {
        scans(&place)
            .into_iter()
            .find(|scan| scan.id == again && scan.whole)
    });
    let page = visitor.open(&format!("/scans/{again}/difference"));
    assert!(page.contains("nothing is different"), "{page}");
}
