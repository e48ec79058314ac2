//! What an asset is known by: lists, places, keys and names; what moved, what is shared, and what a person decides.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

#[path = "../../store/tests/both/mod.rs"]
mod both;
mod scanned;

use holter_model::finding::State;
use holter_model::{
    Attempt, Basis, Criticality, Der, Fact, Judgement, Method, Observation, Service, Verdict,
};
use holter_program::{Ingest, ProgramError, Taken, assets, import};
use holter_store::{AssetFilter, Page, Store};
use jiff::Timestamp;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use scanned::{
    DEADLINES, all, at, by, check_tallies, named, once, only, run, scan_of, service, silent, two_people,
};

const LEAF: &[u8] = include_bytes!("../../cert/tests/made/leaf.pem");
const DEVICE: &[u8] = include_bytes!("../../cert/tests/made/device.pem");

on_both! {
    lists_of_others_are_brought_in,
    a_host_key_is_known_again_at_another_address,
    a_device_that_moved_keeps_its_findings,
    what_two_could_be_is_left_to_a_person,
    merged_and_split_by_hand,
    a_key_is_stronger_than_a_place,
    a_shared_key_makes_no_move,
    a_strange_key_at_a_known_place_closes_nothing,
    a_new_key_is_the_same_service,
    a_cluster_gets_its_new_key_together,
    what_an_asset_is_decides_what_its_findings_weigh,
    what_hangs_on_an_asset_brings_its_findings_forward,
    who_hides_a_known_key_closes_nothing,
}

/// What somebody does, in a transaction of its own.
macro_rules! done {
    ($store:expr, $deed:ident, $($given:expr),*) => {
        async {
            let mut writing = $store.write_alone().await?;
            let after = assets::$deed(&mut writing, $($given),*).await?;
            writing.commit().await?;
            Ok::<_, ProgramError>(after)
        }
    };
}

/// A service that showed this certificate.
fn with_key(pem: &[u8], address: &str, minute: i64, verdict: Verdict) -> Service {
    let mut service = service(address, minute, verdict);
    let leaf = CertificateDer::from_pem_slice(pem).unwrap().to_vec();
    service.observations.push(Observation {
        at: at(minute),
        method: Method::Active,
        subject: service.endpoint.unwrap(),
        fact: Fact::Chain {
            version: 0x0303,
            name: None,
            certificates: vec![Der(leaf)],
        },
    });
    service
}

async fn scan(store: &Store, key: &str, minute: i64, services: &[Service]) -> Taken {
    run(store, scan_of(key, &["10.0.0.0/24"], minute), services).await
}

async fn waiting(store: &Store) -> usize {
    store.tasks(None, &Page::default()).await.unwrap().rows.len()
}

async fn a_key_is_stronger_than_a_place(store: Store) {
    scan(
        &store,
        "0",
        0,
        &[with_key(LEAF, "10.0.0.1", 0, Verdict::Affected)],
    )
    .await;
    let before = only(&store).await;
    let gone = silent("10.0.0.1", 10, Attempt::TimedOut);
    let there = with_key(LEAF, "10.0.0.9", 11, Verdict::Affected);
    let taken = scan(&store, "1", 10, &[there, gone]).await;
    assert_eq!(taken.opened, 0);
    let after = only(&store).await;
    assert_eq!(
        (after.id, after.asset, after.last_seen),
        (before.id, before.asset, at(11))
    );
    let moved = store.service(after.service.unwrap()).await.unwrap();
    assert_eq!(moved.endpoint.to_string(), "10.0.0.9:443");
    let marks = store.marks(after.asset).await.unwrap();
    let addresses: Vec<&str> = marks
        .iter()
        .filter(|mark| mark.kind == "address")
        .map(|mark| mark.value.as_str())
        .collect();
    assert_eq!(addresses, ["10.0.0.9"]);
    assert_eq!(
        store
            .visits_to(moved.id, &Page::default())
            .await
            .unwrap()
            .rows
            .len(),
        3
    );
    assert_eq!(waiting(&store).await, 0);
    check_tallies(&store).await;
}

async fn a_shared_key_makes_no_move(store: Store) {
    let nodes = |minute, hosts: &[u8]| -> Vec<Service> {
        hosts
            .iter()
            .map(|host| with_key(LEAF, &format!("10.0.0.{host}"), minute, Verdict::Affected))
            .collect()
    };
    scan(&store, "0", 0, &nodes(0, &[1])).await;
    // Another node of the same cluster, and the first is where it was.
    let taken = scan(&store, "1", 10, &nodes(11, &[2, 1])).await;
    assert_eq!((taken.opened, all(&store).await.len()), (1, 2));
    // Killed before its end: what waited for it is not lost.
    let cut_off = scan_of("cut off", &["10.0.0.0/24"], 15);
    let ingest = Ingest::begin(&store, cut_off, DEADLINES).await.unwrap();
    ingest.take(&nodes(15, &[1, 2, 3])).await.unwrap();
    assert_eq!(all(&store).await.len(), 2);
    let cut_off = || Ingest::end_cut_off(&store, DEADLINES, at(16), |_| None);
    assert_eq!(
        Ingest::end_cut_off(&store, DEADLINES, at(16), |_| Some(true))
            .await
            .unwrap(),
        0
    );
    assert_eq!(cut_off().await.unwrap(), 1);
    assert_eq!(cut_off().await.unwrap(), 0);
    assert_eq!(all(&store).await.len(), 3);
    // Two that came while two went: nobody can tell which is which.
    let mut two = nodes(21, &[7, 8]);
    two.push(silent("10.0.0.1", 21, Attempt::TimedOut));
    two.push(silent("10.0.0.2", 21, Attempt::TimedOut));
    two.push(silent("10.0.0.3", 21, Attempt::TimedOut));
    let taken = scan(&store, "2", 20, &two).await;
    assert_eq!(taken.opened, 2);
    assert_eq!(waiting(&store).await, 2);
    check_tallies(&store).await;
}

async fn a_strange_key_at_a_known_place_closes_nothing(store: Store) {
    scan(
        &store,
        "0",
        0,
        &[
            with_key(LEAF, "10.0.0.1", 0, Verdict::Affected),
            with_key(DEVICE, "10.0.0.2", 1, Verdict::NotAffected),
        ],
    )
    .await;
    // The address was given to the other device.
    let taken = scan(
        &store,
        "1",
        10,
        &[with_key(DEVICE, "10.0.0.1", 11, Verdict::NotAffected)],
    )
    .await;
    assert_eq!(taken.fixed, 0);
    assert!(only(&store).await.state.is_live());
    let tasks = store.tasks(None, &Page::default()).await.unwrap().rows;
    assert_eq!(tasks.len(), 1);
    // Somebody knows: it is the same system, which was given the other's key.
    let (ada, _) = two_people(&store).await;
    done!(store, confirm_key, &tasks[0], by(ada, 12)).await.unwrap();
    assert!(done!(store, confirm_key, &tasks[0], by(ada, 12)).await.is_err());
    let taken = scan(
        &store,
        "2",
        20,
        &[with_key(DEVICE, "10.0.0.1", 21, Verdict::NotAffected)],
    )
    .await;
    assert_eq!((taken.fixed, waiting(&store).await), (1, 0));
}

async fn a_cluster_gets_its_new_key_together(store: Store) {
    let nodes = |pem, minute, hosts: [u8; 2], verdict| -> Vec<Service> {
        hosts
            .iter()
            .map(|host| with_key(pem, &format!("10.0.0.{host}"), minute, verdict))
            .collect()
    };
    scan(&store, "0", 0, &nodes(LEAF, 1, [1, 2], Verdict::Affected)).await;
    let taken = scan(&store, "1", 10, &nodes(DEVICE, 11, [1, 2], Verdict::NotAffected)).await;
    assert_eq!((taken.fixed, waiting(&store).await), (2, 0));
    check_tallies(&store).await;
}

async fn a_new_key_is_the_same_service(store: Store) {
    scan(
        &store,
        "0",
        0,
        &[with_key(LEAF, "10.0.0.1", 0, Verdict::Affected)],
    )
    .await;
    let taken = scan(
        &store,
        "1",
        10,
        &[with_key(DEVICE, "10.0.0.1", 11, Verdict::NotAffected)],
    )
    .await;
    assert_eq!(taken.fixed, 1);
    assert_eq!(waiting(&store).await, 0);
}

async fn what_an_asset_is_decides_what_its_findings_weigh(store: Store) {
    let (ada, _) = two_people(&store).await;
    scan(&store, "0", 0, &[service("10.0.0.1", 0, Verdict::Affected)]).await;
    let before = only(&store).await;
    let mut about = store.asset(before.asset).await.unwrap().about;
    about.criticality = Some(Criticality::Life);
    about.holds_ephi = Some(true);
    let after = done!(store, edit, before.asset, &about, by(ada, 1))
        .await
        .unwrap();
    assert_eq!(after.by_hand.len(), 2);
    assert_eq!(only(&store).await.weight, before.weight + 180);
    let history = store
        .asset_events(before.asset, &Page::default())
        .await
        .unwrap()
        .rows;
    assert_eq!(
        (history[0].kind.as_str(), history[0].actor),
        ("edited", Some(ada))
    );
    check_tallies(&store).await;
}

async fn what_hangs_on_an_asset_brings_its_findings_forward(store: Store) {
    let (ada, _) = two_people(&store).await;
    let mut found = service("10.0.0.1", 0, Verdict::Affected);
    found.judgements[0] = Judgement::new(
        "poodle",
        "CVE-2014-3566",
        Verdict::Affected,
        Basis::Behaviour,
        "it was asked",
    );
    scan(&store, "0", 0, &[found]).await;
    let days = |due: Option<Timestamp>, from| due.unwrap().duration_since(from).as_hours() / 24;
    let before = only(&store).await;
    assert_eq!(days(before.due, at(0)), 90);
    let describe = |criticality, minute| {
        let store = store.clone();
        async move {
            let mut about = store.asset(before.asset).await.unwrap().about;
            about.criticality = criticality;
            done!(store, edit, before.asset, &about, by(ada, minute))
                .await
                .unwrap();
        }
    };
    describe(Some(Criticality::Life), 60).await;
    assert_eq!(days(only(&store).await.due, at(60)), 30);
    // Nothing is put off by a word.
    describe(None, 120).await;
    assert_eq!(days(only(&store).await.due, at(60)), 30);
    // A list says it, too.
    let mut later = service("10.0.0.7", 200, Verdict::Affected);
    later.judgements[0].flaw = "CVE-2014-3566".to_owned();
    once(&store, "1", 200, later).await;
    let (listed, _) = import::read(b"address,criticality\n10.0.0.7,highest\n").unwrap();
    import::bring_in(&store, &listed, "sheet.csv", (None, at(240)))
        .await
        .unwrap();
    let other = all(&store).await;
    let other = other.iter().find(|finding| finding.id != before.id).unwrap();
    assert_eq!(days(other.due, at(240)), 30);
    check_tallies(&store).await;
}

/// A scan that asks little may not see which system it was that answered.
async fn who_hides_a_known_key_closes_nothing(store: Store) {
    scan(
        &store,
        "0",
        0,
        &[with_key(LEAF, "10.0.0.1", 0, Verdict::Affected)],
    )
    .await;
    let keyless = service("10.0.0.1", 10, Verdict::NotAffected);
    scan(&store, "1", 10, std::slice::from_ref(&keyless)).await;
    assert_eq!(only(&store).await.state, State::Open);
    let with = |minute, sha256: &str| {
        let mut service = service("10.0.0.1", minute, Verdict::NotAffected);
        service.observations[0].fact = Fact::Key {
            sha256: sha256.to_owned(),
        };
        service
    };
    let known = store.services(only(&store).await.asset).await.unwrap();
    scan(&store, "2", 20, &[with(20, &known[0].key)]).await;
    assert_eq!(only(&store).await.state, State::Fixed);
}

async fn lists_of_others_are_brought_in(store: Store) {
    let sheet = b"address,name,owner,department,criticality\n10.0.0.1,pump.example,Ada,Ward 3,life\n10.0.0.2,ct.example,,Radiology,high\n";
    let (listed, _) = import::read(sheet).unwrap();
    let by = (None, at(0));
    let first = import::bring_in(&store, &listed, "sheet.csv", by).await.unwrap();
    assert_eq!((first.added, first.changed, first.same), (2, 0, 0), "{first:?}");
    let again = import::bring_in(&store, &listed, "sheet.csv", by).await.unwrap();
    assert_eq!((again.added, again.changed, again.same), (0, 0, 2));
    // A scan finds the service of an asset that was listed, and a person's word stands.
    once(&store, "0", 1, service("10.0.0.1", 1, Verdict::Affected)).await;
    let finding = only(&store).await;
    let asset = store.asset(finding.asset).await.unwrap();
    assert_eq!(asset.about.name, "pump.example");
    assert_eq!(asset.named.department.as_deref(), Some("Ward 3"));
    assert_eq!(finding.department, asset.about.department);
    let mut about = asset.about.clone();
    about.department = None;
    let mut writing = store.write().await.unwrap();
    let hand = ["department".to_owned()].into();
    writing.update_asset(asset.id, &about, &hand).await.unwrap();
    writing.commit().await.unwrap();
    assert_eq!(only(&store).await.department, None);
    import::bring_in(&store, &listed, "sheet.csv", by).await.unwrap();
    assert_eq!(store.asset(asset.id).await.unwrap().about.department, None);
    check_tallies(&store).await;
}

async fn a_host_key_is_known_again_at_another_address(store: Store) {
    let found = |hosts: &[(&str, &str)]| {
        let hosts = hosts.iter().map(|(address, key)| {
            format!(
                "<host><status state='up'/><address addr='{address}' addrtype='ipv4'/><ports><port protocol='tcp' \
                 portid='22'><state state='open'/><script id='ssh-hostkey'><table><elem key='key'>ssh-ed25519 {key}</elem>\
                 </table></script></port></ports></host>"
            )
        });
        let text = format!("<nmaprun>{}</nmaprun>", hosts.collect::<String>());
        import::read(text.as_bytes()).unwrap().0
    };
    let one = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    let other = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJm";
    let bring = async |minute, hosts: &[(&str, &str)]| {
        import::bring_in(&store, &found(hosts), "nmap.xml", (None, at(minute)))
            .await
            .unwrap()
    };
    let first = bring(0, &[("10.0.0.1", one), ("10.0.0.2", other)]).await;
    assert_eq!((first.added, first.oddities.len()), (2, 0), "{first:?}");
    // It has another address, and is the same machine.
    let moved = bring(10, &[("10.0.0.9", one)]).await;
    assert_eq!((moved.added, moved.changed), (0, 1), "{moved:?}");
    assert_eq!(store.marked("address", "10.0.0.9").await.unwrap().len(), 1);
    // At a place that is another's, a person must say.
    let doubtful = bring(20, &[("10.0.0.2", one)]).await;
    assert_eq!(doubtful.added, 0, "{doubtful:?}");
    let second = store.marked("address", "10.0.0.2").await.unwrap()[0].asset;
    assert_eq!(store.tasks_of_asset(second).await.unwrap().len(), 1);
    // A key that a maker gave to all of them identifies none.
    let shared = bring(30, &[("10.0.1.1", one), ("10.0.1.2", one)]).await;
    assert_eq!((shared.added, shared.oddities.len()), (2, 1), "{shared:?}");
}

async fn a_device_that_moved_keeps_its_findings(store: Store) {
    once(
        &store,
        "0",
        0,
        named("10.0.0.1", "pump.example", 0, Verdict::Affected),
    )
    .await;
    let before = only(&store).await;
    let gone = named("10.0.0.1", "pump.example", 10, Verdict::Affected);
    let gone = Service {
        attempt: Attempt::Unreachable,
        bytes_received: 0,
        judgements: Vec::new(),
        observations: Vec::new(),
        ..gone
    };
    let there = named("10.0.0.9", "pump.example", 10, Verdict::NotAffected);
    let taken = run(&store, scan_of("1", &["10.0.0.0/24"], 10), &[gone, there]).await;
    assert_eq!((taken.opened, taken.fixed), (0, 1));
    let after = only(&store).await;
    assert_eq!(
        (after.id, after.asset, after.state),
        (before.id, before.asset, State::Fixed)
    );
    let moved = store.service(after.service.unwrap()).await.unwrap();
    assert_eq!(moved.endpoint.to_string(), "10.0.0.9:443");
    assert_eq!(
        store
            .assets(&AssetFilter::default(), &Page::default())
            .await
            .unwrap()
            .rows
            .len(),
        1
    );
    let history = store
        .asset_events(after.asset, &Page::default())
        .await
        .unwrap()
        .rows;
    assert!(history.iter().any(|event| event.kind == "moved"), "{history:?}");
    assert!(store.tasks(None, &Page::default()).await.unwrap().rows.is_empty());
    let again = once(
        &store,
        "2",
        20,
        named("10.0.0.9", "pump.example", 20, Verdict::Affected),
    )
    .await;
    assert_eq!((again.back, again.opened), (1, 0));
    check_tallies(&store).await;
}

async fn what_two_could_be_is_left_to_a_person(store: Store) {
    for (host, minute) in [(1, 0), (2, 1)] {
        let one = named(
            &format!("10.0.0.{host}"),
            "node.example",
            minute,
            Verdict::Affected,
        );
        run(&store, scan_of(&format!("{host}"), &["10.0.0.0/24"], 0), &[one]).await;
    }
    // Both were new in what began at the same time: they share the name, and are two.
    assert_eq!(all(&store).await.len(), 2);
    let third = named("10.0.0.3", "node.example", 10, Verdict::NotAffected);
    let taken = run(&store, scan_of("3", &["10.0.0.0/24"], 10), &[third]).await;
    assert_eq!(taken.fixed, 0);
    assert!(all(&store).await.iter().all(|finding| finding.state.is_live()));
    let tasks = store.tasks(None, &Page::default()).await.unwrap().rows;
    assert_eq!(tasks.len(), 1);
    assert_eq!(tasks[0].about.kind, "identity");
    check_tallies(&store).await;
}

async fn merged_and_split_by_hand(store: Store) {
    for host in 1..=2 {
        let one = service(&format!("10.0.0.{host}"), host, Verdict::Affected);
        once(&store, &host.to_string(), host, one).await;
    }
    let findings = all(&store).await;
    let (from, into) = (findings[0].asset, findings[1].asset);
    let (ada, _) = two_people(&store).await;
    done!(store, merge, from, into, by(ada, 8)).await.unwrap();
    assert!(done!(store, merge, from, into, by(ada, 8)).await.is_err());
    assert!(all(&store).await.iter().all(|finding| finding.asset == into));
    assert_eq!(store.asset(from).await.unwrap().merged_into, Some(into));
    assert_eq!(store.marks(into).await.unwrap().len(), 2);
    check_tallies(&store).await;

    let service = store.services(into).await.unwrap().remove(0).id;
    assert!(
        done!(store, split, into, &[service, 99].into(), "new", by(ada, 9))
            .await
            .is_err()
    );
    let new = done!(store, split, into, &[service].into(), "new", by(ada, 9))
        .await
        .unwrap();
    let moved = all(&store)
        .await
        .iter()
        .filter(|finding| finding.asset == new)
        .count();
    assert_eq!(moved, 1);
    assert_eq!(store.marks(into).await.unwrap().len(), 1);
    let history = store.asset_events(into, &Page::default()).await.unwrap().rows;
    assert_eq!(history[0].kind, "split");
    check_tallies(&store).await;
}
