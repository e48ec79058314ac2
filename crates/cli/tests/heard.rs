//! What is heard reaches the memory while it is heard, and so does what other tools and devices wrote of what they heard.

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
#[path = "remember/place.rs"]
mod place;
#[path = "remember/visitor.rs"]
#[allow(dead_code, reason = "not every test does everything")]
mod visitor;

use std::process::Stdio;

use command::{command, signal};
use holter_store::{FindingFilter, FindingRow, InterfaceFilter, Page};
use packets::{Conversation, file};
use place::{Place, until};
use visitor::{Served, Visitor};

fn findings(place: &Place) -> Vec<FindingRow> {
    place.read(async |store| {
        let listed = store.findings(&FindingFilter::default(), &Page::first(50)).await;
        listed.unwrap().rows
    })
}

fn flaws(place: &Place) -> Vec<String> {
    let findings = findings(place).into_iter();
    findings.map(|row| row.finding.flaw).collect()
}

#[test]
fn what_is_followed_is_remembered_before_it_ends() {
    let place = Place::new();
    let path = place.write("theft.pcap", file(&Conversation::theft(200)));
    let mut follow = command("listen --quiet --every 1s --follow");
    let mut child = follow
        .arg(&path)
        .arg("--db")
        .arg(place.db())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    until("the database is made", || place.db().exists().then_some(()));
    until("the theft is kept", || {
        flaws(&place).contains(&"CVE-2014-0160".to_owned()).then_some(())
    });
    let ways = place.read(async |store| {
        store
            .interfaces(&InterfaceFilter::default(), &Page::first(50))
            .await
            .unwrap()
            .rows
    });
    assert_eq!((ways.len(), ways[0].flows), (1, 1));
    signal("-KILL", child.id());
    child.wait().unwrap();
    let scans = place.scans();
    assert!(scans[0].ended.is_none() && scans[0].held_until.is_some());
    // To its end, as a file: what is known is not found a second time.
    assert_eq!(place.run("listen", &path).code, Some(1));
    let found = findings(&place);
    assert_eq!(
        found
            .iter()
            .filter(|row| row.finding.flaw == "CVE-2014-0160")
            .count(),
        1
    );
    assert!(place.scans().iter().any(|scan| scan.ended.is_some()));
}

#[test]
fn clear_text_is_known_while_its_connection_is_open() {
    let place = Place::new();
    let mut packets = Conversation::clinical();
    // Without its end: such connections stay open for months.
    packets.truncate(packets.len() - 3);
    let path = place.write("clinical.pcap", file(&packets));
    let mut follow = command("listen --quiet --every 1s --follow");
    let mut child = follow
        .arg(&path)
        .arg("--db")
        .arg(place.db())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    until("the database is made", || place.db().exists().then_some(()));
    until("it is kept", || {
        flaws(&place).contains(&"CLEAR-CLINICAL".to_owned()).then_some(())
    });
    signal("-INT", child.id());
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let found = findings(&place);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        found[0].finding.evidence,
        "6 messages passed without encryption: HL7 v2 (MLLP)"
    );
    let scan = place.scans().remove(0);
    assert!(scan.ended.is_some());
    assert_eq!((scan.sums.services, scan.sums.affected), (1, 1));
}

/// A session that two users share, and one that nobody does.
const SESSIONS: &str = "when,sid,addr\n\
    2026-11-22T10:00:00Z,SECRET-1,203.0.113.5\n\
    2026-11-22T10:00:01Z,SECRET-1,198.51.100.7\n\
    2026-11-22T10:00:02Z,SECRET-1,203.0.113.5\n\
    2026-11-22T10:00:04Z,SECRET-1,198.51.100.7\n\
    2026-11-22T10:00:05Z,SECRET-2,203.0.113.5\n";

#[test]
fn a_stolen_session_is_shown_by_either_command() {
    let columns = "--columns time=when,session=sid,source=addr";
    for verb in [
        format!("remember {columns}"),
        format!("listen {columns} --sessions"),
    ] {
        let place = Place::new();
        let log = place.write("vpn.csv", SESSIONS);
        for _ in 0..2 {
            let told = place.run(&verb, &log);
            assert!(told.err.contains("remembered: 1 service,"), "{verb}: {told:?}");
        }
        let found = findings(&place);
        assert_eq!(found.len(), 1, "{verb}");
        let served = Served::start(&place.db());
        let mut visitor = Visitor::set_up(&served);
        let page = visitor.open("/findings");
        assert!(
            page.contains("A session used from two networks at once"),
            "{page}"
        );
        let page = visitor.open(&format!("/findings/{}", found[0].finding.id));
        assert!(
            page.contains("vpn.csv, the session that line 2 has first"),
            "{page}"
        );
        assert!(!page.contains("SECRET"), "its number would open it: {page}");
        assert!(
            !page.contains("Measure now") && page.contains("something that happened"),
            "{page}"
        );
    }
    // Where the names of the columns say what they are, nobody need.
    let place = Place::new();
    let log = place.write(
        "vpn.csv",
        SESSIONS.replace("when,sid,addr", "time,session,source"),
    );
    let told = place.run("remember --of vpn.example", &log);
    assert_eq!(told.code, Some(0), "{told:?}");
    assert_eq!(findings(&place)[0].asset_name, "vpn.example");
}

const ZEEK: &str = "#separator \\x09\n\
    #fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tversion\tcipher\testablished\n\
    1790000000.5\t10.0.0.1\t40000\t10.0.0.7\t443\tSSLv3\tTLS_RSA_WITH_RC4_128_SHA\tT\n";
const SURICATA: &str = "{\"timestamp\":\"2026-11-22T10:00:00.000000+0000\",\"event_type\":\"tls\",\"src_ip\":\"10.0.0.1\",\
    \"src_port\":40000,\"dest_ip\":\"10.0.0.7\",\"dest_port\":443,\"proto\":\"TCP\",\"tls\":{\"version\":\"SSLv3\"}}\n";
const NOTICE: &str = "#separator \\x09\n\
    #fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tnote\tmsg\n\
    1790000000.5\tC1\t10.0.0.1\t40000\t10.0.0.7\t443\ttcp\tHeartbleed::SSL_Heartbeat_Attack_Success\tAn encrypted one\n";

#[test]
fn what_zeek_and_suricata_wrote_is_remembered_by_either_command() {
    for (name, log, finds, draws) in [
        ("ssl.log", ZEEK, true, 1),
        ("eve.json", SURICATA, false, 1),
        ("notice.log", NOTICE, false, 0),
    ] {
        for verb in ["remember", "listen"] {
            let place = Place::new();
            let path = place.write(name, log);
            for _ in 0..2 {
                let told = place.run(verb, &path);
                assert!(
                    told.err.contains("remembered: 1 service,"),
                    "{verb} {name}: {told:?}"
                );
            }
            let found = findings(&place);
            assert_eq!(!found.is_empty(), finds, "{verb} {name}: {found:?}");
            for row in &found {
                assert!(row.finding.evidence.starts_with("Zeek wrote:"), "{row:?}");
            }
            let (ways, visits) = place.read(async |store| {
                let scan = store.scans(&Page::first(9)).await.unwrap().rows;
                assert_eq!(scan.len(), 1, "{verb} {name}: the same log is the same");
                let visits = store.visits_of(scan[0].id, &Page::first(9)).await.unwrap();
                (
                    store
                        .interfaces(&InterfaceFilter::default(), &Page::first(50))
                        .await
                        .unwrap()
                        .rows,
                    visits.rows.len(),
                )
            });
            assert_eq!((ways.len(), visits), (draws, 1), "{verb} {name}");
            assert!(ways.iter().all(|way| way.flows == 1));
        }
    }
}

#[test]
fn a_capture_is_sent_to_who_can_hear_it() {
    let place = Place::new();
    let path = place.write("quiet.pcap", file(&Conversation::quiet()));
    let told = place.run("remember", &path);
    assert_eq!(told.code, Some(2));
    assert!(told.err.contains("holter listen --remember"), "{}", told.err);
}
