//! Scans that somebody holds, interfaces that were heard, keys of tickets: on both databases.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod both;

use holter_model::{Endpoint, Fact, Method, Observation, Transport};
use holter_store::{
    AssetAbout, Interface, InterfaceFilter, KnownService, Linked, NewScan, Page, Reach, Scope, Store,
};
use jiff::Timestamp;

on_both! {
    a_scan_goes_on_until_nobody_holds_it,
    the_scan_before_asked_the_same_and_came_to_its_end,
    a_capture_counts_once_on_an_interface,
    two_that_become_one_keep_what_was_heard,
    keys_of_tickets_keep_their_first_and_last_moment,
}

fn at(second: i64) -> Timestamp {
    Timestamp::new(1_790_000_000 + second, 0).unwrap()
}

fn new_scan(key: &str, second: i64) -> NewScan {
    NewScan {
        key: key.to_owned(),
        method: "active".to_owned(),
        label: key.to_owned(),
        scope: Scope::default(),
        actor: None,
        started: at(second),
    }
}

async fn begun(store: &Store, key: &str, second: i64, print: &str) -> i64 {
    let mut writing = store.write_alone().await.unwrap();
    let (scan, _) = writing.begin_scan(&new_scan(key, second)).await.unwrap();
    writing.hold_scan(scan, print, at(second + 60)).await.unwrap();
    writing.commit().await.unwrap();
    scan
}

async fn ended(store: &Store, scan: i64, second: i64, whole: bool) {
    let mut writing = store.write().await.unwrap();
    writing.end_scan(scan, at(second), whole).await.unwrap();
    writing.commit().await.unwrap();
}

async fn a_scan_goes_on_until_nobody_holds_it(store: Store) {
    let scan = begun(&store, "a", 0, "print").await;
    let known = store.scan(scan).await.unwrap();
    assert_eq!((known.held_until, known.broken_off), (Some(at(60)), false));
    assert_eq!(store.unended_scans().await.unwrap().len(), 1);
    ended(&store, scan, 90, false).await;
    let reach = Reach {
        endpoints: 3,
        nothing: 2,
        silent: vec![("portal.example:9".to_owned(), "the port is closed".to_owned())],
        ..Reach::default()
    };
    let mut writing = store.write().await.unwrap();
    writing.break_off_scan(scan).await.unwrap();
    writing.reach_scan(scan, &reach).await.unwrap();
    writing.commit().await.unwrap();
    let known = store.scan(scan).await.unwrap();
    assert!(known.broken_off && known.ended.is_some());
    assert_eq!(known.reach, reach);
    // Somebody goes on with it.
    assert_eq!(begun(&store, "a", 100, "print").await, scan);
    let known = store.scan(scan).await.unwrap();
    assert_eq!((known.ended, known.broken_off), (None, false));
}

async fn the_scan_before_asked_the_same_and_came_to_its_end(store: Store) {
    let first = begun(&store, "1", 0, "same").await;
    ended(&store, first, 10, true).await;
    let cut = begun(&store, "2", 20, "same").await;
    ended(&store, cut, 30, false).await;
    let other = begun(&store, "3", 40, "other").await;
    ended(&store, other, 50, true).await;
    let last = begun(&store, "4", 60, "same").await;
    let before = |scan: i64| {
        let store = store.clone();
        async move {
            let scan = store.scan(scan).await.unwrap();
            let before = store.scans_before(&scan, 5).await.unwrap();
            before.iter().map(|scan| scan.id).collect::<Vec<_>>()
        }
    };
    assert_eq!(before(last).await, [first]);
    assert!(before(first).await.is_empty());
    let nameless = begun(&store, "5", 70, "").await;
    assert!(before(nameless).await.is_empty());
}

async fn assets(store: &Store, names: &[&str]) -> Vec<i64> {
    let mut writing = store.write().await.unwrap();
    let mut ids = Vec::new();
    for name in names {
        let about = AssetAbout {
            name: (*name).to_owned(),
            ..AssetAbout::default()
        };
        ids.push(writing.add_asset(&about, at(0)).await.unwrap());
    }
    writing.commit().await.unwrap();
    ids
}

async fn all_interfaces(store: &Store) -> Vec<Linked> {
    let all = store
        .interfaces(&InterfaceFilter::default(), &Page::first(50))
        .await;
    all.unwrap().rows
}

fn way(from: i64, to: i64, is_declared: bool) -> Interface {
    Interface {
        id: 0,
        from_asset: from,
        to_asset: to,
        protocol: "mllp".to_owned(),
        port: 2575,
        is_declared,
        encrypted: Some(false),
        purpose: if is_declared { "lab results" } else { "" }.to_owned(),
        first_seen: at(1),
        last_seen: at(2),
    }
}

async fn a_capture_counts_once_on_an_interface(store: Store) {
    let ids = assets(&store, &["lab", "record"]).await;
    let (one, two) = (begun(&store, "1", 0, "").await, begun(&store, "2", 1, "").await);
    let mut writing = store.write().await.unwrap();
    let id = writing.note_interface(&way(ids[0], ids[1], false)).await.unwrap();
    assert!(writing.hear_interface((id, one), 7).await.unwrap());
    assert!(!writing.hear_interface((id, one), 7).await.unwrap());
    assert!(writing.hear_interface((id, two), 5).await.unwrap());
    // Declared as well, and then not any more: what was heard stays.
    writing.note_interface(&way(ids[0], ids[1], true)).await.unwrap();
    writing.commit().await.unwrap();
    let known = store.interface(id).await.unwrap();
    assert_eq!((known.flows, known.interface.is_declared), (12, true));
    let mut writing = store.write().await.unwrap();
    writing.withdraw_interface(id).await.unwrap();
    let declared = writing.note_interface(&way(ids[1], ids[0], true)).await.unwrap();
    writing.withdraw_interface(declared).await.unwrap();
    writing.commit().await.unwrap();
    let all = all_interfaces(&store).await;
    assert_eq!(all.len(), 1);
    assert_eq!(
        (
            all[0].flows,
            all[0].interface.is_declared,
            all[0].interface.purpose.as_str()
        ),
        (12, false, "")
    );
}

async fn two_that_become_one_keep_what_was_heard(store: Store) {
    let ids = assets(&store, &["lab", "lab, again", "record"]).await;
    let (one, two) = (begun(&store, "1", 0, "").await, begun(&store, "2", 1, "").await);
    let mut writing = store.write().await.unwrap();
    for (from, scan, flows) in [(ids[0], one, 7), (ids[1], one, 2), (ids[1], two, 5)] {
        let id = writing.note_interface(&way(from, ids[2], false)).await.unwrap();
        writing.hear_interface((id, scan), flows).await.unwrap();
    }
    let itself = writing.note_interface(&way(ids[0], ids[1], false)).await.unwrap();
    writing.hear_interface((itself, one), 1).await.unwrap();
    writing.merge_assets(ids[1], ids[0]).await.unwrap();
    writing.commit().await.unwrap();
    let all = all_interfaces(&store).await;
    assert_eq!(all.len(), 1, "nothing leads to itself");
    assert_eq!((all[0].flows, all[0].interface.from_asset), (14, ids[0]));
}

async fn keys_of_tickets_keep_their_first_and_last_moment(store: Store) {
    let ids = assets(&store, &["portal"]).await;
    let endpoint = Endpoint {
        address: "10.0.0.7".parse().unwrap(),
        port: 443,
        transport: Transport::Tcp,
    };
    let service = KnownService {
        id: 0,
        asset: ids[0],
        endpoint,
        name: String::new(),
        protocol: "https".to_owned(),
        role: String::new(),
        key: String::new(),
        first_seen: at(0),
        last_seen: at(0),
        last_visit: None,
    };
    let ticket = |key: &str, second| Observation {
        at: at(second),
        method: Method::Active,
        subject: endpoint,
        fact: Fact::Ticket {
            version: 0x303,
            lifetime: 300,
            key: key.to_owned(),
            early_data: 0,
        },
    };
    let mut writing = store.write().await.unwrap();
    let id = writing.add_service(&service).await.unwrap();
    for second in [50, 90, 10] {
        let seen = [ticket("aa", second), ticket("bb", 70)];
        writing.note_tickets(id, &seen).await.unwrap();
    }
    let many: Vec<Observation> = (0..200).map(|number| ticket(&format!("x{number}"), 5)).collect();
    writing.note_tickets(id, &many).await.unwrap();
    writing.commit().await.unwrap();
    let keys = store.ticket_keys(0, 10).await.unwrap();
    assert_eq!(
        keys.len(),
        64,
        "a service that makes a new key each time is bounded"
    );
    let first = keys
        .iter()
        .find(|key| key.observations()[0] == ticket("aa", 10))
        .unwrap();
    assert_eq!(first.observations(), [ticket("aa", 10), ticket("aa", 90)]);
    assert!(store.ticket_keys(id, 10).await.unwrap().is_empty());
}
