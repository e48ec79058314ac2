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
#[path = "remember/place.rs"]
#[allow(dead_code, reason = "not every test writes files")]
mod place;
#[path = "remember/visitor.rs"]
mod visitor;

use std::process::Child;

use command::{command, said, signal};
use holter_lab::ports::free_tcp;
use holter_store::Page;
use packets::{Conversation, file};
use peers::{answering, silent};
use place::{Place, until};
use visitor::{Served, Visitor};

fn scan(place: &Place, rest: &str) -> std::process::Command {
    command(&format!(
        "scan -q --no-config --state {} --db {} {rest}",
        place.file("state").display(),
        place.db().display()
    ))
}

fn visits(place: &Place, scan: i64) -> Vec<String> {
    place.read(async |store| {
        let listed = store.visits_of(scan, &Page::first(500)).await.unwrap();
        listed.rows.into_iter().map(|visit| visit.about.target).collect()
    })
}

fn kill(mut child: Child) {
    signal("-KILL", child.id());
    child.wait().unwrap();
}

#[test]
fn a_killed_scan_leaves_what_was_kept_and_goes_on_without_doubles() {
    let (place, quick, slow) = (Place::new(), answering([127, 0, 0, 2]), silent([127, 0, 0, 3]));
    let targets = format!("{} {}", quick.address, slow.address);
    let child = scan(&place, &targets).spawn().unwrap();
    let begun = until("a service is kept", || {
        let scan = place.db().exists().then(|| place.scans())?.pop()?;
        (scan.sums.services > 0).then_some(scan)
    });
    kill(child);
    assert!(begun.ended.is_none() && begun.held_until.is_some());
    assert_eq!(visits(&place, begun.id).len(), 1);
    let asked = quick.asked();
    slow.answer();
    let gone_on = scan(&place, &format!("--resume {targets}")).output().unwrap();
    assert!(gone_on.status.code().is_some());
    assert_eq!(quick.asked(), asked, "what was done is not asked again");
    let all = place.scans();
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
    let report = place.file("report.json");
    let out = scan(
        &elsewhere,
        &format!("{} -f json -o {}", peer.address, report.display()),
    )
    .output()
    .unwrap();
    assert!(out.status.code().is_some());
    let runs = elsewhere.file("state/runs");
    let journal = std::fs::read_dir(runs).unwrap().next().unwrap().unwrap().path();
    for _ in 0..2 {
        let told = place.run("remember", &journal);
        assert_eq!(told.code, Some(0), "{told:?}");
        assert!(told.err.contains("1 service"), "{}", told.err);
    }
    let brought = place.scans();
    assert_eq!((brought.len(), brought[0].whole), (1, true));
    assert_eq!(
        brought[0].about.key,
        elsewhere.scans()[0].about.key,
        "it is the same run"
    );
    for _ in 0..2 {
        assert_eq!(place.run("remember", &report).code, Some(0));
    }
    let all = place.scans();
    assert_eq!((all.len(), all[0].sums.services, all[1].sums.services), (2, 1, 1));
    let nonsense = place.file("nonsense.json");
    std::fs::write(&nonsense, b"{\"schema\":\"else\"}").unwrap();
    assert_eq!(place.run("remember", &nonsense).code, Some(2));
}

#[test]
fn a_closed_port_is_told_plainly() {
    let place = Place::new();
    // No other is given this address, and no connection leaves from it.
    let closed = free_tcp().unwrap();
    scan(&place, &closed.to_string()).output().unwrap();
    let scan = place.scans().remove(0);
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
        let path = place.file(&format!("{name}.pcap"));
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
    let (findings, ways) = place.read(async |store| {
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
            let state = place.file(&format!("state-{last}"));
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
        place.scans().into_iter().find(|scan| scan.id == id && scan.whole)
    });
    assert_eq!(quick.asked(), asked, "what was done is not asked again");
    assert_eq!(visits(&place, id).len(), 2);
    let again = visitor.scan(&targets);
    until("the next comes to its end", || {
        place
            .scans()
            .into_iter()
            .find(|scan| scan.id == again && scan.whole)
    });
    let page = visitor.open(&format!("/scans/{again}/difference"));
    assert!(page.contains("nothing is different"), "{page}");
}
