//! What a capture told opens findings and finds them back; what was not heard closes nothing.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod hearing;
mod scanned;

use hearing::{captured, opened, said, tell};
use holter_capture::subject::{End, InterfaceSeen, Subject, Weight};
use holter_capture::{Ladder, Part};
use holter_model::finding::{Next, State};
use holter_model::{Service, Verdict};
use holter_program::closing::{Unmeasurable, measurable_at, what_closes};
use holter_program::overheard::{self, Overheard};
use holter_program::{Ingest, ProgramError, deeds};
use holter_store::{AssetFilter, InterfaceFilter, Page, Store};
use ipnet::IpNet;
use scanned::{DEADLINES, at, by, scan_of, service};

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
    let verdict = match leak {
        Some(_) => Verdict::Affected,
        None => Verdict::Inconclusive,
    };
    let mut subject = hearing::subject((at_address, 443), role, (first, last));
    subject.protocol = (role == End::Server).then(|| "https".to_owned());
    let flaw = ("heartbeats-heard", "CVE-2014-0160");
    let mut heartbeats = said(flaw, verdict, "200 bytes went out");
    heartbeats.weight = leak.map(weight);
    subject.verdicts.push(heartbeats);
    subject
}

fn way(client: &str, server: &str, encrypted: bool) -> InterfaceSeen {
    hearing::way(client, (server, 443), ("https", encrypted), 3, (0, 1))
}

/// Tells a whole capture; the same subjects are the same capture.
async fn remember(
    store: &Store,
    (subjects, ways): (&[Subject], &[InterfaceSeen]),
    own: &[IpNet],
) -> Overheard {
    let started = subjects.iter().map(|subject| subject.first).min();
    let mut captured = captured();
    captured.sources[0].first = started;
    captured.sources[0].last = subjects.iter().map(|subject| subject.last).max();
    let subjects = subjects.iter().cloned().map(Box::new).map(Part::Subject);
    let parts = subjects
        .chain(ways.iter().cloned().map(Part::Interface))
        .collect();
    tell(store, (started.unwrap_or(at(0)), own), parts, (&captured, false)).await
}

async fn heard(store: &Store, subjects: Vec<Subject>) -> Overheard {
    remember(store, (&subjects, &[]), &[]).await
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
    // Nobody can ask it, so nobody is told to wait until somebody has.
    let client = Some(overheard::CLIENT);
    assert_eq!(measurable_at(&found, client), Err(Unmeasurable::Client));
    assert!(what_closes(&found, client).starts_with("No scan closes it"));
    assert_eq!(measurable_at(&found, Some("https")), Ok(service.id));
    let (ada, _) = scanned::two_people(&store).await;
    let mut writing = store.write_alone().await.unwrap();
    let refused = deeds::measure_now(&mut writing, found.id, by(ada, 20)).await;
    assert!(matches!(
        refused,
        Err(ProgramError::Unmeasurable(Unmeasurable::Client))
    ));
    let said = deeds::say_done(&mut writing, found.id, by(ada, 20))
        .await
        .unwrap();
    assert_eq!(said.next, Next::Person);
    writing.commit().await.unwrap();
    assert!(store.measurements_for(found.id).await.unwrap().is_empty());
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
    let subjects = [subject("10.0.0.7", End::Server, (0, None, 9))];
    for _ in 0..2 {
        let sums = remember(&store, (&subjects, &ways), &[]).await;
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
    let sums = remember(&store, (&subjects, &ways), &own).await;
    assert_eq!(
        (sums.interfaces, sums.outside),
        (3, 2),
        "what is named as one's own is"
    );
}
