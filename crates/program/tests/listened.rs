//! What is heard reaches the store while it is heard; what closes clinical traffic in the clear; sessions that were taken over.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod hearing;
mod scanned;

use hearing::{Stands, beginning, captured, opened, said, subject, tell};
use holter_capture::subject::{End, InterfaceSeen, Subject};
use holter_capture::takeover::{Columns, Log};
use holter_capture::{Part, SessionLog};
use holter_model::finding::State;
use holter_model::{Endpoint, Fact, Method, Observation, Severity, Transport, Verdict};
use holter_program::Ingest;
use holter_program::closing::{Unmeasurable, measurable_at, what_closes};
use holter_program::overheard::{self, Overheard, Overhearing};
use holter_store::{InterfaceFilter, Page, Store};
use jiff::Timestamp;
use scanned::{DEADLINES, at, scan_of, service};

const ARCHIVE: &str = "10.0.0.7";
const MODALITY: &str = "10.0.0.1";

/// The archive from this minute to that one, with its messages in the clear or with TLS.
fn archive(clear: bool, span: (i64, i64)) -> Subject {
    let endpoint = Endpoint {
        address: hearing::address(ARCHIVE),
        port: 4242,
        transport: Transport::Tcp,
    };
    let mut archive = subject((ARCHIVE, 4242), End::Server, span);
    if !clear {
        archive.protocol = Some("tls".to_owned());
        return archive;
    }
    archive.protocol = Some("dicom".to_owned());
    archive.verdicts.push(said(
        ("clear-clinical", "CLEAR-CLINICAL"),
        Verdict::Affected,
        "4 messages passed without encryption: DICOM",
    ));
    archive.observations.push(Observation {
        at: at(span.1),
        method: Method::Passive,
        subject: endpoint,
        fact: Fact::InTheClear {
            protocol: "dicom".to_owned(),
            messages: 4,
        },
    });
    archive
}

fn way(client: &str, encrypted: bool, sessions: u32, span: (i64, i64)) -> InterfaceSeen {
    let protocol = if encrypted { "tls" } else { "dicom" };
    hearing::way(client, (ARCHIVE, 4242), (protocol, encrypted), sessions, span)
}

/// A capture that begins at this minute.
async fn capture(store: &Store, minute: i64, parts: Vec<Part>, (whole, cut_off): (bool, bool)) -> Overheard {
    let mut captured = captured();
    captured.sources[0].trouble = (!whole).then(|| "it is damaged".to_owned());
    tell(store, (at(minute), &[]), parts, (&captured, cut_off)).await
}

fn spoke(clear: bool, client: &str, span: (i64, i64)) -> Vec<Part> {
    vec![
        Part::Subject(Box::new(archive(clear, span))),
        Part::Interface(way(client, !clear, 6, span)),
    ]
}

async fn state(store: &Store) -> State {
    scanned::only(store).await.state
}

#[tokio::test]
async fn clear_text_is_closed_by_hearing_it_encrypted_and_by_nothing_else() {
    let (store, _folder) = opened().await;
    capture(&store, 0, spoke(true, MODALITY, (0, 5)), (true, false)).await;
    let found = scanned::only(&store).await;
    assert_eq!(
        (found.state, found.flaw.as_str()),
        (State::Open, "CLEAR-CLINICAL")
    );
    assert_eq!(measurable_at(&found, Some("dicom")), Err(Unmeasurable::OnlyHeard));
    assert!(what_closes(&found, Some("dicom")).contains("a later capture"));
    // Scans that name the check, and reach the port, have not asked it.
    for minute in [20, 22, 24, 26] {
        let mut about = scan_of(&format!("scan-{minute}"), &["10.0.0.0/24"], minute);
        about.scope.checks.push("clear-clinical".to_owned());
        let mut asked = service(ARCHIVE, minute, Verdict::NotAffected);
        asked.endpoint.as_mut().unwrap().port = 4242;
        let ingest = Ingest::begin(&store, about, DEADLINES).await.unwrap();
        ingest.take(&[asked]).await.unwrap();
        ingest.end(at(minute + 1), true).await.unwrap();
    }
    let found = scanned::all(&store).await;
    let found = found.iter().find(|one| one.flaw == "CLEAR-CLINICAL").unwrap();
    assert_eq!((found.state, found.inconclusive), (State::Open, 0));
    let still = async || {
        let all = scanned::all(&store).await;
        let found = all.iter().find(|one| one.flaw == "CLEAR-CLINICAL").unwrap();
        found.state
    };
    // Silence; another system that speaks TLS; what was damaged; what somebody stopped; one that still speaks in the clear.
    capture(&store, 30, Vec::new(), (true, false)).await;
    assert_eq!(still().await, State::Open, "silence");
    capture(&store, 40, spoke(false, "10.0.0.2", (40, 45)), (true, false)).await;
    assert_eq!(still().await, State::Open, "another system");
    capture(&store, 50, spoke(false, MODALITY, (50, 55)), (false, false)).await;
    assert_eq!(still().await, State::Open, "damaged");
    capture(&store, 60, spoke(false, MODALITY, (60, 65)), (true, true)).await;
    assert_eq!(still().await, State::Open, "stopped");
    let mut both = spoke(false, MODALITY, (70, 75));
    both.push(Part::Subject(Box::new(archive(true, (76, 77)))));
    both.push(Part::Interface(way("10.0.0.3", false, 1, (76, 77))));
    capture(&store, 70, both, (true, false)).await;
    assert_eq!(still().await, State::Open, "one still speaks in the clear");
    capture(&store, 80, spoke(false, MODALITY, (80, 85)), (true, false)).await;
    assert_eq!(
        still().await,
        State::Open,
        "the other one is not heard to have changed"
    );
    let mut all = spoke(false, MODALITY, (90, 95));
    all.push(Part::Interface(way("10.0.0.3", true, 2, (91, 92))));
    let sums = capture(&store, 90, all, (true, false)).await;
    assert_eq!((still().await, sums.taken.fixed), (State::Fixed, 1));
    let back = capture(&store, 110, spoke(true, MODALITY, (110, 111)), (true, false)).await;
    assert_eq!((still().await, back.taken.back), (State::Back, 1));
}

/// The archive as it speaks TLS up to 1.2, which shows a certificate's key.
fn shown(key: &str, client: &str, span: (i64, i64)) -> Vec<Part> {
    let mut archive = archive(false, span);
    archive.observations.push(Observation {
        at: at(span.1),
        method: Method::Passive,
        subject: Endpoint {
            address: hearing::address(ARCHIVE),
            port: 4242,
            transport: Transport::Tcp,
        },
        fact: Fact::Key {
            sha256: key.to_owned(),
        },
    });
    let way = Part::Interface(way(client, true, 6, span));
    vec![Part::Subject(Box::new(archive)), way]
}

#[tokio::test]
async fn clear_text_is_closed_where_the_key_is_known_and_not_by_another_systems() {
    let (store, _folder) = opened().await;
    let (own, others) = ("aa".repeat(32), "bb".repeat(32));
    let mut other = service("10.0.0.9", 0, Verdict::NotAffected);
    other.observations[0].fact = Fact::Key {
        sha256: others.clone(),
    };
    scanned::once(&store, "scan", 0, other).await;
    capture(&store, 1, spoke(true, MODALITY, (1, 5)), (true, false)).await;
    // Its key is known since, and who spoke in the clear is not heard.
    capture(&store, 10, shown(&own, "10.0.0.2", (10, 15)), (true, false)).await;
    assert_eq!(state(&store).await, State::Open);
    capture(&store, 20, shown(&others, MODALITY, (20, 25)), (true, false)).await;
    assert_eq!(state(&store).await, State::Open, "another system's key");
    capture(&store, 30, shown(&own, MODALITY, (30, 35)), (true, false)).await;
    assert_eq!(state(&store).await, State::Fixed);
    capture(&store, 40, spoke(true, MODALITY, (40, 45)), (true, false)).await;
    assert_eq!(state(&store).await, State::Back);
    // TLS 1.3 shows no key to who listens.
    capture(&store, 50, spoke(false, MODALITY, (50, 55)), (true, false)).await;
    assert_eq!(state(&store).await, State::Fixed);
}

#[tokio::test]
async fn what_was_heard_before_a_kill_is_there_and_the_rest_closes_nothing() {
    let (store, _folder) = opened().await;
    let clock = Stands(at(5));
    let scan = {
        let mut hearing = Overhearing::begin((&store, &clock), beginning(at(0)), &[], None)
            .await
            .unwrap();
        let so_far = Subject {
            so_far: true,
            ..archive(true, (0, 4))
        };
        let told = Part::Subject(Box::new(so_far));
        hearing.take(told, true).await.unwrap();
        let told = Part::Interface(way(MODALITY, false, 2, (0, 4)));
        hearing.take(told, true).await.unwrap();
        hearing.beat().await.unwrap();
        let scans = store.scans(&Page::first(9)).await.unwrap().rows;
        assert!(
            scans[0].ended.is_none() && scans[0].held_until.is_some(),
            "it is under way"
        );
        scans[0].id
        // Nobody ends it.
    };
    assert_eq!(state(&store).await, State::Open);
    assert_eq!(flows(&store).await, 2);
    // Whoever listens next calls it broken off, when nobody has been heard of for a while.
    capture(&store, 30, Vec::new(), (true, false)).await;
    let known = store.scan(scan).await.unwrap();
    assert!(known.broken_off && !known.whole);
    // The same capture again has all of it, once.
    for _ in 0..2 {
        let mut parts = vec![Part::Subject(Box::new(archive(true, (0, 4))))];
        // What had to be handed on and was heard again comes in two parts.
        parts.push(Part::Interface(way(MODALITY, false, 2, (0, 4))));
        parts.push(Part::Interface(way(MODALITY, false, 3, (5, 6))));
        capture(&store, 0, parts, (true, false)).await;
        assert_eq!(flows(&store).await, 5);
    }
    let known = store.scan(scan).await.unwrap();
    assert!(!known.broken_off && known.ended.is_some());
    assert_eq!((known.sums.services, known.sums.affected), (1, 1));
    assert_eq!(scanned::only(&store).await.returns, 0);
}

fn log_of(lines: &[(i64, &str, &str)]) -> SessionLog {
    let mut text = "time,session,source\n".to_owned();
    for (second, session, source) in lines {
        let at = Timestamp::from_second(1_790_000_000 + second).unwrap();
        text.push_str(&format!("{at},{session},{source}\n"));
    }
    let log = Log::read(text.as_bytes(), &Columns::default()).unwrap();
    SessionLog::of("/logs/vpn-2026-11-22.csv".to_owned(), &log)
}

const STOLEN: [(i64, &str, &str); 5] = [
    (0, "SECRET-1", "203.0.113.5"),
    (1, "SECRET-1", "198.51.100.7"),
    (2, "SECRET-1", "203.0.113.5"),
    (4, "SECRET-1", "198.51.100.7"),
    (5, "SECRET-2", "203.0.113.5"),
];

#[tokio::test]
async fn a_session_that_was_taken_over_is_a_finding_of_the_device() {
    let (store, _folder) = opened().await;
    let by = (None, at(900));
    for _ in 0..2 {
        overheard::sessions(&store, &log_of(&STOLEN), None, by)
            .await
            .unwrap();
        let found = scanned::only(&store).await;
        assert_eq!(
            (found.flaw.as_str(), found.severity, found.state),
            ("SESSION-TAKEOVER", Severity::Critical, State::Open)
        );
        assert!(
            found
                .evidence
                .starts_with("vpn-2026-11-22.csv, the session that line 2 has first")
        );
        assert!(!found.evidence.contains("SECRET"));
        assert_eq!(measurable_at(&found, None), Err(Unmeasurable::OnlyHeard));
        assert!(what_closes(&found, None).contains("happened"));
    }
    let found = scanned::only(&store).await;
    let row = store.finding(found.id).await.unwrap();
    assert_eq!(row.place.as_deref(), Some("sessions in vpn"));
    let noted = store.observations(found.visit.unwrap()).await.unwrap();
    assert_eq!(noted.len(), 1);
    assert!(noted[0].fact.contains("session_moved") && !noted[0].fact.contains("SECRET"));
    // A log in which nobody shares a session opens nothing, and closes nothing.
    let quiet = log_of(&[(90, "SECRET-3", "203.0.113.5"), (99, "SECRET-3", "203.0.113.6")]);
    overheard::sessions(&store, &quiet, None, by).await.unwrap();
    assert_eq!(state(&store).await, State::Open);
}

#[tokio::test]
async fn a_log_can_be_said_to_be_a_known_systems() {
    let (store, _folder) = opened().await;
    let about = scan_of("scan", &["10.0.0.0/24"], 0);
    let ingest = Ingest::begin(&store, about, DEADLINES).await.unwrap();
    ingest
        .take(&[service("10.0.0.9", 0, Verdict::Affected)])
        .await
        .unwrap();
    ingest.end(at(1), true).await.unwrap();
    let by = (None, at(900));
    overheard::sessions(&store, &log_of(&STOLEN), Some("10.0.0.9"), by)
        .await
        .unwrap();
    let all = scanned::all(&store).await;
    assert_eq!(all.len(), 2);
    assert_eq!(
        all[0].asset, all[1].asset,
        "the session's finding is the gateway's"
    );
}

/// How often the only interface was used.
async fn flows(store: &Store) -> i64 {
    let all = store
        .interfaces(&InterfaceFilter::default(), &Page::first(9))
        .await;
    all.unwrap().rows[0].flows
}
