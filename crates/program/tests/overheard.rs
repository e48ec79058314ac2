//! What a capture told opens findings and finds them back; what was not heard closes nothing.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod scanned;

use std::net::IpAddr;

use holter_capture::captured::{Captured, Kind, Origin};
use holter_capture::coverage::Coverage;
use holter_capture::subject::{self, End, InterfaceSeen, Inventory, Said, Subject, Weight, Who};
use holter_capture::{Heard, Ladder, Part};
use holter_model::finding::State;
use holter_model::seam::Clock;
use holter_model::{Basis, Service, Transport, Verdict};
use holter_program::Ingest;
use holter_program::overheard::{self, Beginning, Overheard, Overhearing};
use holter_store::{AssetFilter, InterfaceFilter, Page, Store};
use ipnet::IpNet;
use jiff::Timestamp;
use scanned::{DEADLINES, at, scan_of, service};

/// A clock that stands.
struct Stands(Timestamp);

impl Clock for Stands {
    fn now(&self) -> Timestamp {
        self.0
    }
}

async fn opened() -> (Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("holter.db");
    (Store::open(path.to_str().unwrap()).await.unwrap(), folder)
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// A subject in which memory went out at this minute, or nothing was heard.
fn subject(at_address: &str, role: End, (first, leak, last): (i64, Option<i64>, i64)) -> Subject {
    let weight = |minute| Weight {
        ladder: Ladder::LeakExact,
        attempts: 1,
        answers: 1,
        leaked_min: 200,
        leaked_max: 200,
        first_leak: Some(at(minute)),
        last_leak: Some(at(minute)),
    };
    Subject {
        schema: subject::SCHEMA,
        file: "a.pcap".to_owned(),
        subject: Who {
            address: address(at_address),
            port: 443,
            role,
        },
        transport: Transport::Tcp,
        protocol: (role == End::Server).then(|| "https".to_owned()),
        peers: Vec::new(),
        more_peers: false,
        first: at(first),
        last: at(last),
        verdicts: vec![Said {
            check: "heartbeats-heard".to_owned(),
            flaw: "CVE-2014-0160".to_owned(),
            verdict: if leak.is_some() {
                Verdict::Affected
            } else {
                Verdict::Inconclusive
            },
            basis: Basis::Behaviour,
            weight: leak.map(weight),
            evidence: "200 bytes went out".to_owned(),
            by: Vec::new(),
            exposure: None,
        }],
        signs: Vec::new(),
        inventory: Inventory::default(),
        coverage: subject::Coverage {
            bytes_heard: 900,
            ..subject::Coverage::default()
        },
        so_far: false,
        observations: Vec::new(),
    }
}

fn way(client: &str, server: &str, encrypted: bool) -> InterfaceSeen {
    InterfaceSeen {
        client: address(client),
        server: address(server),
        port: 443,
        transport: Transport::Tcp,
        protocol: "https".into(),
        encrypted,
        sessions: 3,
        first: at(0),
        last: at(1),
    }
}

fn capture(subjects: Vec<Subject>, interfaces: Vec<InterfaceSeen>) -> (Captured, Heard) {
    let mut source = Origin::new("/var/captures/a.pcap".to_owned(), Kind::Capture);
    source.first = subjects.iter().map(|subject| subject.first).min();
    source.last = subjects.iter().map(|subject| subject.last).max();
    source.packets = 40;
    let captured = Captured {
        sources: vec![source],
        coverage: Coverage {
            packets: 40,
            ..Coverage::default()
        },
        totals: Default::default(),
        beyond: Default::default(),
    };
    let heard = Heard {
        subjects,
        interfaces,
        ..Heard::default()
    };
    (captured, heard)
}

/// Tells a whole capture; the same subjects are the same capture.
async fn remember(store: &Store, (captured, heard): (&Captured, &Heard), own: &[IpNet]) -> Overheard {
    let clock = Stands(at(900));
    let first = captured.sources[0].first.unwrap_or(at(0));
    let beginning = Beginning {
        key: format!("capture-{first}"),
        label: "Heard in a.pcap".to_owned(),
        started: first,
    };
    let mut hearing = Overhearing::begin((store, &clock), beginning, own, None)
        .await
        .unwrap();
    let subjects = heard.subjects.iter().cloned().map(Box::new).map(Part::Subject);
    let interfaces = heard.interfaces.iter().cloned().map(Part::Interface);
    for part in subjects.chain(interfaces) {
        hearing.take(part, false).await.unwrap();
    }
    hearing.end(captured, false).await.unwrap()
}

async fn heard(store: &Store, subjects: Vec<Subject>) -> Overheard {
    let (captured, heard) = capture(subjects, Vec::new());
    remember(store, (&captured, &heard), &[]).await
}

async fn scanned(store: &Store, key: &str, minute: i64, services: &[Service]) {
    let about = scan_of(key, &["10.0.0.0/24"], minute);
    let ingest = Ingest::begin(store, about, DEADLINES).await.unwrap();
    ingest.take(services).await.unwrap();
    ingest.end(at(minute + 1), true).await.unwrap();
}

async fn state(store: &Store) -> State {
    let all = scanned::all(store).await;
    assert_eq!(all.len(), 1, "{all:?}");
    all[0].state
}

#[tokio::test]
async fn a_leak_is_a_finding_and_only_a_later_one_brings_it_back() {
    let (store, _folder) = opened().await;
    let server = |leak| subject("10.0.0.7", End::Server, leak);
    let first = heard(&store, vec![server((0, Some(5), 9))]).await;
    assert_eq!((first.taken.opened, state(&store).await), (1, State::Open));
    let found = scanned::only(&store).await;
    assert_eq!((found.foreign_bytes, found.measured_at), (200, at(5)));
    // The same capture again changes nothing.
    let again = heard(&store, vec![server((0, Some(5), 9))]).await;
    assert_eq!(
        (again.taken.opened, again.taken.visits, again.taken.known),
        (0, 0, 1)
    );
    // A capture in which nothing was heard closes nothing, and is no measurement that left anything open.
    heard(&store, vec![server((20, None, 29))]).await;
    let found = scanned::only(&store).await;
    assert_eq!((found.state, found.inconclusive), (State::Open, 0));
    // Only asking fixes.
    scanned(
        &store,
        "asked",
        40,
        &[service("10.0.0.7", 40, Verdict::NotAffected)],
    )
    .await;
    assert_eq!(state(&store).await, State::Fixed);
    // A capture that goes on after the repair, in which memory went out before it.
    heard(&store, vec![server((30, Some(35), 60))]).await;
    assert_eq!(state(&store).await, State::Fixed);
    let back = heard(&store, vec![server((70, Some(75), 80))]).await;
    assert_eq!((back.taken.back, state(&store).await), (1, State::Back));
}

#[tokio::test]
async fn a_client_that_was_robbed_is_a_system_with_a_finding() {
    let (store, _folder) = opened().await;
    heard(&store, vec![subject("10.0.0.9", End::Client, (0, Some(5), 9))]).await;
    let found = scanned::only(&store).await;
    let service = store.service(found.service.unwrap()).await.unwrap();
    assert_eq!(
        (service.protocol.as_str(), service.endpoint.port),
        (overheard::CLIENT, 0)
    );
}

#[tokio::test]
async fn interfaces_lead_between_what_is_ours() {
    let (store, _folder) = opened().await;
    let ways = vec![
        way("10.0.0.1", "10.0.0.7", false),
        way("10.0.0.2", "10.0.0.7", true),
        way("10.0.0.1", "198.18.0.9", true),
        way("8.8.8.8", "10.0.0.7", true),
        way("10.0.0.1", "8.8.4.4", true),
    ];
    let captured = capture(vec![subject("10.0.0.7", End::Server, (0, None, 9))], ways);
    for _ in 0..2 {
        let sums = remember(&store, (&captured.0, &captured.1), &[]).await;
        assert_eq!((sums.interfaces, sums.outside), (2, 3));
    }
    let linked = store
        .interfaces(&InterfaceFilter::default(), &Page::first(50))
        .await;
    let mut linked = linked.unwrap().rows;
    linked.sort_by_key(|one| one.interface.id);
    let told: Vec<(&str, &str, i64, Option<bool>)> = linked
        .iter()
        .map(|one| {
            let (from, to) = (one.from_name.as_str(), one.to_name.as_str());
            (from, to, one.flows, one.interface.encrypted)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("10.0.0.1", "10.0.0.7", 3, Some(false)),
            ("10.0.0.2", "10.0.0.7", 3, Some(true))
        ]
    );
    let assets = store
        .assets(&AssetFilter::default(), &Page::first(50))
        .await
        .unwrap();
    assert_eq!(assets.rows.len(), 3, "nobody's systems are made ours");
    let server = assets
        .rows
        .iter()
        .find(|asset| asset.about.name == "10.0.0.7")
        .unwrap();
    assert_eq!(
        server.about.internet_facing,
        Some(true),
        "somebody outside speaks with it"
    );
    let own = ["8.8.4.0/24".parse().unwrap()];
    let sums = remember(&store, (&captured.0, &captured.1), &own).await;
    assert_eq!(
        (sums.interfaces, sums.outside),
        (3, 2),
        "what is named as one's own is"
    );
}
