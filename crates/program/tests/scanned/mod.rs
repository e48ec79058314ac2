//! Scans that tests bring in, and what came of them.

#![allow(dead_code, reason = "each test program uses some of it")]

use holter_model::finding::State;
use holter_model::{
    Attempt, Basis, Endpoint, Fact, Judgement, Method, Observation, Service, Transport, Verdict,
};
use holter_program::deeds::By;
use holter_program::due::{self, Deadlines};
use holter_program::{Ingest, Taken};
use holter_store::{AssetFilter, Finding, FindingFilter, NewScan, Page, Person, Scope, Store};
use jiff::Timestamp;

pub(crate) const DEADLINES: &Deadlines = &due::ALL[0];

pub(crate) fn at(minute: i64) -> Timestamp {
    Timestamp::new(1_790_000_000 + 60 * minute, 0).unwrap()
}

pub(crate) fn scan_of(key: &str, targets: &[&str], minute: i64) -> NewScan {
    NewScan {
        key: key.to_owned(),
        method: "active".to_owned(),
        label: key.to_owned(),
        scope: Scope {
            targets: targets.iter().map(|target| (*target).to_owned()).collect(),
            checks: vec!["heartbleed".to_owned()],
        },
        actor: None,
        started: at(minute),
    }
}

/// A service that answered at this address, with this verdict of Heartbleed.
pub(crate) fn service(address: &str, minute: i64, verdict: Verdict) -> Service {
    let endpoint = Endpoint {
        address: address.parse().unwrap(),
        port: 443,
        transport: Transport::Tcp,
    };
    Service {
        target: address.to_owned(),
        endpoint: Some(endpoint),
        name: None,
        protocol: "https".to_owned(),
        role: None,
        started: at(minute),
        elapsed_ms: 12,
        connections: 2,
        bytes_sent: 4700,
        bytes_received: 9800,
        attempt: Attempt::Completed,
        trouble: None,
        observations: vec![Observation {
            at: at(minute),
            method: Method::Active,
            subject: endpoint,
            fact: Fact::Alpn {
                protocols: Vec::new(),
            },
        }],
        judgements: vec![Judgement::new(
            "heartbleed",
            "CVE-2014-0160",
            verdict,
            Basis::Behaviour,
            "it was asked",
        )],
        assessment: None,
        not_asked: Vec::new(),
        oddities: Vec::new(),
    }
}

pub(crate) fn silent(address: &str, minute: i64, attempt: Attempt) -> Service {
    Service {
        attempt,
        bytes_received: 0,
        observations: Vec::new(),
        judgements: Vec::new(),
        ..service(address, minute, Verdict::Inconclusive)
    }
}

pub(crate) async fn run(store: &Store, scan: NewScan, services: &[Service]) -> Taken {
    let ingest = Ingest::begin(store, scan.clone(), DEADLINES).await.unwrap();
    let mut taken = ingest.take(services).await.unwrap();
    let settled = ingest.end(scan.started, true).await.unwrap();
    taken.opened += settled.opened;
    taken.fixed += settled.fixed;
    taken.back += settled.back;
    taken
}

pub(crate) async fn once(store: &Store, key: &str, minute: i64, service: Service) -> Taken {
    run(store, scan_of(key, &["10.0.0.0/16"], minute), &[service]).await
}

pub(crate) async fn all(store: &Store) -> Vec<Finding> {
    let listed = store
        .findings(&FindingFilter::default(), &Page::default())
        .await
        .unwrap();
    listed.rows.into_iter().map(|row| row.finding).collect()
}

pub(crate) async fn only(store: &Store) -> Finding {
    let mut findings = all(store).await;
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings.remove(0)
}

pub(crate) async fn happened(store: &Store, finding: i64) -> Vec<String> {
    let listed = store.events(finding, &Page::default()).await.unwrap();
    let mut kinds: Vec<String> = listed.rows.into_iter().map(|event| event.about.kind).collect();
    kinds.reverse();
    kinds
}

pub(crate) async fn two_people(store: &Store) -> (i64, i64) {
    let mut writing = store.write().await.unwrap();
    let mut ids = Vec::new();
    for name in ["Ada", "Grace"] {
        let person = Person {
            id: 0,
            name: name.to_owned(),
            email: None,
            department: None,
            active: true,
        };
        ids.push(writing.add_person(&person).await.unwrap());
    }
    writing.commit().await.unwrap();
    (ids[0], ids[1])
}

pub(crate) fn by(person: i64, minute: i64) -> By<'static> {
    By {
        person,
        at: at(minute),
        words: "because",
    }
}

/// The tallies are what counting would say.
pub(crate) async fn check_tallies(store: &Store) {
    let findings = all(store).await;
    let tallies = store.finding_tallies().await.unwrap();
    for state in State::ALL {
        let counted = findings.iter().filter(|finding| finding.state == state).count();
        let kept: i64 = tallies
            .iter()
            .filter(|tally| tally.state == state)
            .map(|tally| tally.findings)
            .sum();
        assert_eq!(i64::try_from(counted).unwrap(), kept, "{state:?}");
        let sums = store.finding_sums(None, None).await.unwrap();
        let summed: i64 = sums.iter().filter(|sum| sum.1 == state).map(|sum| sum.2).sum();
        assert_eq!(kept, summed);
    }
    let assets = store
        .assets(&AssetFilter::default(), &Page::default())
        .await
        .unwrap()
        .rows;
    let kept: i64 = store
        .asset_tallies()
        .await
        .unwrap()
        .iter()
        .map(|tally| tally.assets)
        .sum();
    assert_eq!(i64::try_from(assets.len()).unwrap(), kept);
    for asset in assets {
        let live: Vec<&Finding> = findings
            .iter()
            .filter(|finding| finding.asset == asset.id && finding.state.is_live())
            .collect();
        assert_eq!(i64::try_from(live.len()).unwrap(), asset.live_findings);
        let heaviest = live.iter().map(|finding| finding.weight).max().unwrap_or(0);
        assert_eq!(heaviest, asset.weight);
        assert_eq!(
            store.services(asset.id).await.unwrap().len(),
            usize::try_from(asset.services).unwrap()
        );
    }
}

pub(crate) fn named(address: &str, name: &str, minute: i64, verdict: Verdict) -> Service {
    Service {
        name: Some(name.to_owned()),
        ..service(address, minute, verdict)
    }
}
