//! What is written is read back the same, on both databases.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod both;

use std::collections::BTreeSet;

use holter_model::{
    Attempt, Basis, Criticality, Endpoint, Fact, Fragility, Judgement, Method, Observation, Transport,
    Verdict,
};
use holter_store::{
    AssetAbout, AssetFilter, KnownService, NewScan, NewVisit, Page, Person, ScanSums, Scope, Store,
    StoreError,
};
use jiff::Timestamp;

on_both! {
    a_scan_is_the_same_when_it_is_handed_in_twice,
    observations_come_back_as_they_were,
    assets_are_listed_a_page_at_a_time,
    nothing_lasts_without_a_commit,
    a_second_start_finds_its_schema,
    hostile_words_are_only_words,
    people_are_found_by_their_names,
    a_measurement_is_taken_up_once,
}

fn at(second: i64) -> Timestamp {
    Timestamp::new(1_790_000_000 + second, 123_456_000).unwrap()
}

fn new_scan(key: &str) -> NewScan {
    NewScan {
        key: key.to_owned(),
        method: "active".to_owned(),
        label: "nightly".to_owned(),
        scope: Scope {
            targets: vec!["10.0.0.0/24".to_owned()],
            checks: vec!["heartbleed".to_owned()],
        },
        actor: None,
        started: at(0),
    }
}

fn endpoint() -> Endpoint {
    Endpoint {
        address: "10.0.0.7".parse().unwrap(),
        port: 443,
        transport: Transport::Tcp,
    }
}

fn named(name: &str) -> AssetAbout {
    AssetAbout {
        name: name.to_owned(),
        ..AssetAbout::default()
    }
}

fn new_service(asset: i64) -> KnownService {
    KnownService {
        id: 0,
        asset,
        endpoint: endpoint(),
        name: String::new(),
        protocol: "https".to_owned(),
        role: "portal".to_owned(),
        key: String::new(),
        first_seen: at(0),
        last_seen: at(0),
        last_visit: None,
    }
}

fn new_visit(scan: i64, service: i64) -> NewVisit {
    NewVisit {
        scan,
        service,
        target: "10.0.0.7".to_owned(),
        started: at(1),
        elapsed_ms: 12,
        connections: 2,
        bytes_sent: 4700,
        bytes_received: u64::from(u32::MAX) + 1,
        attempt: Attempt::Completed,
        trouble: String::new(),
        oddities: vec!["a strange byte".to_owned()],
        judgements: vec![Judgement::new(
            "heartbleed",
            "CVE-2014-0160",
            Verdict::Affected,
            Basis::Behaviour,
            "it echoed",
        )],
        judged_by: "0.1.0".to_owned(),
    }
}

async fn a_scan_is_the_same_when_it_is_handed_in_twice(store: Store) {
    let mut writing = store.write_alone().await.unwrap();
    let (id, new) = writing.begin_scan(&new_scan("a")).await.unwrap();
    assert!(new);
    assert_eq!(writing.begin_scan(&new_scan("a")).await.unwrap(), (id, false));
    let sums = ScanSums {
        services: 2,
        completed: 1,
        affected: 1,
        inconclusive: 0,
        observations: 40,
    };
    writing.count_scan(id, sums).await.unwrap();
    writing.end_scan(id, at(60), true).await.unwrap();
    writing.commit().await.unwrap();

    let scan = store.scan(id).await.unwrap();
    assert_eq!(scan.about, new_scan("a"));
    assert_eq!((scan.sums, scan.ended, scan.whole), (sums, Some(at(60)), true));
    assert!(matches!(
        store.scan(id + 1).await,
        Err(StoreError::Missing { .. })
    ));
}

async fn observations_come_back_as_they_were(store: Store) {
    let observation = |second, fact| Observation {
        at: at(second),
        method: Method::Active,
        subject: endpoint(),
        fact,
    };
    let heard: Vec<Observation> = (0..1234)
        .map(|number| {
            let mark = format!("mark {number} ' \" \\ \u{202e} é");
            observation(number, Fact::Recognised { mark })
        })
        .collect();
    let mut writing = store.write().await.unwrap();
    let (scan, _) = writing.begin_scan(&new_scan("b")).await.unwrap();
    let asset = writing.add_asset(&named("portal"), at(0)).await.unwrap();
    let service = writing.add_service(&new_service(asset)).await.unwrap();
    let about = new_visit(scan, service);
    let visit = writing.add_visit(&about).await.unwrap().unwrap();
    assert_eq!(writing.add_visit(&about).await.unwrap(), None);
    writing.add_observations(visit, &heard).await.unwrap();
    let mut moved = writing.service_at(endpoint(), "").await.unwrap().unwrap();
    moved.last_visit = Some(visit);
    moved.endpoint.address = "::ffff:10.0.0.9".parse().unwrap();
    writing.update_service(&moved).await.unwrap();
    writing.commit().await.unwrap();

    let noted = store.observations(visit).await.unwrap();
    let read: Vec<Observation> = noted
        .iter()
        .map(|noted| noted.observation(endpoint()).unwrap())
        .collect();
    assert_eq!(read, heard);
    assert_eq!(store.visit(visit).await.unwrap().about, about);
    assert_eq!(
        store.visits_of(scan, &Page::default()).await.unwrap().rows.len(),
        1
    );
    assert_eq!(
        store
            .visits_to(service, &Page::default())
            .await
            .unwrap()
            .rows
            .len(),
        1
    );
    let services = store.services(asset).await.unwrap();
    assert_eq!(services.len(), 1);
    assert_eq!(services[0].endpoint.address.to_string(), "10.0.0.9");
    assert_eq!(store.asset(asset).await.unwrap().services, 1);
}

async fn assets_are_listed_a_page_at_a_time(store: Store) {
    let mut writing = store.write().await.unwrap();
    for number in 0..7 {
        let id = writing
            .add_asset(&named(&format!("Pump {number}")), at(0))
            .await
            .unwrap();
        let address = format!("10.1.0.{number}");
        assert!(writing.mark_asset(id, "address", &address, at(0)).await.unwrap());
        assert!(!writing.mark_asset(id, "address", &address, at(9)).await.unwrap());
    }
    writing.commit().await.unwrap();
    let mut page = Page::first(3);
    let mut seen = Vec::new();
    loop {
        let listed = store.assets(&AssetFilter::default(), &page).await.unwrap();
        seen.extend(listed.rows.into_iter().map(|asset| asset.about.name));
        page.after = listed.next;
        if page.after.is_none() {
            break;
        }
    }
    let all: Vec<String> = (0..7).rev().map(|number| format!("Pump {number}")).collect();
    assert_eq!(seen, all);

    let search = |words: &str| AssetFilter {
        search: Some(words.to_owned()),
        ..AssetFilter::default()
    };
    for (words, count) in [
        ("PUMP", 7),
        ("10.1.0.4", 1),
        ("pump 10.1.0.5", 1),
        ("%", 0),
        ("p_mp", 0),
    ] {
        let found = store.assets(&search(words), &Page::default()).await.unwrap();
        assert_eq!(found.rows.len(), count, "{words}");
    }

    let mut about = named("Pump 0");
    about.criticality = Some(Criticality::Life);
    about.fragility = Some(Fragility::DoNotTouch);
    about.holds_ephi = Some(false);
    let by_hand = BTreeSet::from(["criticality".to_owned()]);
    let mut writing = store.write().await.unwrap();
    let id = writing.marked("address", "10.1.0.0").await.unwrap()[0].asset;
    writing.update_asset(id, &about, &by_hand).await.unwrap();
    writing.commit().await.unwrap();
    let asset = store.asset(id).await.unwrap();
    assert_eq!((asset.about, asset.by_hand), (about, by_hand));
    let life = AssetFilter {
        criticality: Some(Criticality::Life),
        ..AssetFilter::default()
    };
    assert_eq!(store.assets(&life, &Page::default()).await.unwrap().rows.len(), 1);
}

async fn nothing_lasts_without_a_commit(store: Store) {
    let mut writing = store.write().await.unwrap();
    writing.begin_scan(&new_scan("c")).await.unwrap();
    drop(writing);
    assert!(store.scans(&Page::default()).await.unwrap().rows.is_empty());
    store.answers().await.unwrap();
}

async fn a_second_start_finds_its_schema(store: Store) {
    // Two that start at once on one database do not take a step twice.
    let url = store.url().to_owned();
    let (one, two) = tokio::join!(Store::open(&url), Store::open(&url));
    let mut writing = one.unwrap().write().await.unwrap();
    writing.begin_scan(&new_scan("d")).await.unwrap();
    writing.commit().await.unwrap();
    assert_eq!(two.unwrap().scans(&Page::default()).await.unwrap().rows.len(), 1);
}

async fn hostile_words_are_only_words(store: Store) {
    let name = "'; DROP TABLE asset; -- \u{202e}<script>alert(1)</script>\n=cmd|' /C calc'!A0";
    let mut writing = store.write().await.unwrap();
    let id = writing.add_asset(&named(name), at(0)).await.unwrap();
    writing.commit().await.unwrap();
    assert_eq!(store.asset(id).await.unwrap().about.name, name);
    let page = Page {
        after: Some("1); DROP TABLE asset; --".to_owned()),
        size: 5,
    };
    assert_eq!(
        store
            .assets(&AssetFilter::default(), &page)
            .await
            .unwrap()
            .rows
            .len(),
        1
    );
    // No index takes a name of any length.
    let long = "é".repeat(100_000);
    let mut writing = store.write().await.unwrap();
    let id = writing.add_asset(&named(&long), at(0)).await.unwrap();
    writing.mark_asset(id, "name", &long, at(0)).await.unwrap();
    assert_eq!(writing.marked("name", &long).await.unwrap().len(), 1);
    writing.unmark_asset(id, "name", &long).await.unwrap();
    writing.department_named(&long).await.unwrap();
    writing.person_named(&long).await.unwrap();
    writing.product_named(&long, &long, &long).await.unwrap();
    writing.commit().await.unwrap();
    // A NUL byte is nothing that PostgreSQL can hold: it is left out.
    let mut writing = store.write().await.unwrap();
    let id = writing.add_asset(&named("a\0b"), at(0)).await.unwrap();
    writing.commit().await.unwrap();
    assert_eq!(store.asset(id).await.unwrap().about.name, "ab");
}

async fn people_are_found_by_their_names(store: Store) {
    let mut writing = store.write().await.unwrap();
    let department = writing.department_named("Radiology").await.unwrap();
    assert_eq!(writing.department_named(" Radiology ").await.unwrap(), department);
    assert_eq!(
        writing.site_named("West").await.unwrap(),
        writing.site_named("West").await.unwrap()
    );
    let person = Person {
        id: 0,
        name: "Ada Byron".to_owned(),
        email: Some("Ada@Example.org".to_owned()),
        department: Some(department),
        active: true,
    };
    let id = writing.add_person(&person).await.unwrap();
    assert_eq!(writing.person_named("ada@example.org").await.unwrap(), id);
    let other = writing.person_named("Somebody else").await.unwrap();
    assert_eq!(writing.person_named("Somebody else").await.unwrap(), other);
    writing.commit().await.unwrap();
    let found = store.people("BYRON ada", &Page::default()).await.unwrap().rows;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].email.as_deref(), Some("ada@example.org"));
    assert_eq!(store.person(other).await.unwrap().email, None);
    assert_eq!(store.people("", &Page::default()).await.unwrap().rows.len(), 2);
    assert_eq!(store.departments().await.unwrap().len(), 1);
    assert_eq!(store.sites().await.unwrap().len(), 1);
    let mut writing = store.write().await.unwrap();
    let twice = writing.add_person(&person).await;
    assert!(matches!(twice, Err(StoreError::Conflict(_))), "{twice:?}");
}

async fn a_measurement_is_taken_up_once(store: Store) {
    let mut writing = store.write().await.unwrap();
    let asset = writing.add_asset(&named("portal"), at(0)).await.unwrap();
    let service = writing.add_service(&new_service(asset)).await.unwrap();
    let checks = ["heartbleed".to_owned()];
    let id = writing
        .ask_measurement((service, None), &checks, None, at(0))
        .await
        .unwrap();
    let again = writing
        .ask_measurement((service, None), &checks, None, at(1))
        .await
        .unwrap();
    assert_eq!(again, id);
    let taken = writing.take_measurement("one", (at(2), at(60))).await.unwrap();
    assert_eq!(taken.unwrap().id, id);
    assert_eq!(
        writing.take_measurement("two", (at(3), at(60))).await.unwrap(),
        None
    );
    // The holder was not heard of any more: another takes it up, and a late answer counts for nothing.
    let taken = writing.take_measurement("two", (at(61), at(120))).await.unwrap();
    assert_eq!(taken.unwrap().checks, checks);
    let late = writing.end_measurement((id, "one"), None, "late", at(62)).await;
    assert!(!late.unwrap());
    let mine = writing
        .end_measurement((id, "two"), None, "it did not answer", at(62))
        .await;
    assert!(mine.unwrap());
    writing.commit().await.unwrap();
    let ended = store.measurement(id).await.unwrap();
    assert_eq!(
        (ended.state.as_str(), ended.outcome.as_str()),
        ("failed", "it did not answer")
    );
}
