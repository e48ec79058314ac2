//! What a run hands over is kept, and compared with the run before.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod scanned;

use holter_engine::{Earlier, Event};
use holter_model::difference::Kind;
use holter_model::seam::FixedClock;
use holter_model::{Attempt, Fact, Method, Observation, Service, Verdict};
use holter_program::difference::{Told, since_last};
use holter_program::{Keeper, earlier, hand_over};
use holter_store::{Scan, Store};
use jiff::tz::TimeZone;
use scanned::{at, scan_of, service, silent};

async fn opened() -> (Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("holter.db");
    (Store::open(path.to_str().unwrap()).await.unwrap(), folder)
}

async fn kept(store: &Store, key: &str, minute: i64, services: &[Service]) -> Scan {
    let keeper = Keeper {
        store,
        clock: &FixedClock(at(minute + 1)),
        about: scan_of(key, &["10.0.0.0/24"], minute),
        fingerprint: "the same".to_owned(),
    };
    let scan = keeper.begin().await.unwrap();
    let (hand, handed) = hand_over();
    assert!(hand.give(&Event::Began { endpoints: 256 }));
    assert!(hand.give(&Event::Nothing { endpoints: 200 }));
    for service in services {
        let service = Box::new(service.clone());
        assert!(hand.give(&Event::Tried { service }));
    }
    drop(hand);
    let mut told = 0;
    keeper.keep(&handed, |services| told += services).await.unwrap();
    assert_eq!(told, u64::try_from(services.len()).unwrap());
    keeper.end(true).await.unwrap();
    store.scan(scan).await.unwrap()
}

#[tokio::test]
async fn a_run_is_compared_with_the_last_that_asked_the_same() {
    let (store, _folder) = opened().await;
    let first = [
        service("10.0.0.1", 0, Verdict::Affected),
        service("10.0.0.2", 0, Verdict::NotAffected),
        service("10.0.0.3", 0, Verdict::NotAffected),
    ];
    let one = kept(&store, "1", 0, &first).await;
    assert_eq!(
        since_last(&store, &one, &TimeZone::UTC).await.unwrap(),
        Told::First
    );
    let second = [
        service("10.0.0.1", 60, Verdict::NotAffected),
        silent("10.0.0.2", 60, Attempt::Refused),
        service("10.0.0.3", 60, Verdict::NotAffected),
        service("10.0.0.4", 60, Verdict::Affected),
        silent("10.0.0.9", 60, Attempt::Refused),
    ];
    let two = kept(&store, "2", 60, &second).await;
    assert_eq!((two.reach.endpoints, two.reach.nothing), (256, 202));
    assert_eq!(two.reach.silent.len(), 2);
    assert!(two.held_until.is_none() && two.whole && !two.broken_off);
    let Told::Since(last, differences) = since_last(&store, &two, &TimeZone::UTC).await.unwrap() else {
        panic!("there is one before it");
    };
    assert_eq!(last, one.id);
    let kinds: Vec<(Kind, String)> = differences
        .items
        .iter()
        .map(|item| (item.kind, item.endpoint.address.to_string()))
        .collect();
    assert_eq!(
        kinds,
        [
            (Kind::Affected, "10.0.0.4".to_owned()),
            (Kind::Fixed, "10.0.0.1".to_owned()),
            (Kind::Gone, "10.0.0.2".to_owned()),
        ]
    );
    // What was affected two runs ago comes back.
    let three = kept(&store, "3", 120, &[service("10.0.0.1", 120, Verdict::Affected)]).await;
    let Told::Since(_, differences) = since_last(&store, &three, &TimeZone::UTC).await.unwrap() else {
        panic!("there is one before it");
    };
    assert_eq!(differences.count(Kind::Back), 1, "{differences:?}");
}

#[tokio::test]
async fn what_a_service_showed_before_is_recalled_for_those_that_are_asked() {
    let (store, _folder) = opened().await;
    let mut seen = service("10.0.0.1", 0, Verdict::NotAffected);
    let endpoint = seen.endpoint.unwrap();
    seen.observations.push(Observation {
        at: at(0),
        method: Method::Active,
        subject: endpoint,
        fact: Fact::Ticket {
            version: 0x303,
            lifetime: 300,
            key: "aa".to_owned(),
            early_data: 0,
        },
    });
    kept(&store, "1", 0, &[seen]).await;
    let count = async |asks: bool| {
        let mut known = Earlier::default();
        earlier::recall(
            &store,
            |at, name| asks && at == endpoint && name.is_none(),
            &mut known,
        )
        .await
        .unwrap();
        format!("{known:?}").matches("Ticket").count()
    };
    assert!(count(true).await > 0);
    assert_eq!(count(false).await, 0);
}
