//! Tickets of earlier runs, written to journals and read again.

use holter_model::seam::{FixedClock, SystemDice};
use holter_model::{Attempt, Method, Transport, Verdict};
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::journal::{Batch, words};
use crate::{Header, Plan, Summary};

fn service(day: i64, keys: &[&str]) -> Service {
    let endpoint = Endpoint {
        address: [10, 0, 0, 1].into(),
        port: 443,
        transport: Transport::Tcp,
    };
    let at = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * day);
    let observed = |fact| Observation {
        at,
        method: Method::Active,
        subject: endpoint,
        fact,
    };
    let ticket = |key: &&str| Fact::Ticket {
        version: 0x0303,
        lifetime: 300,
        key: (*key).to_owned(),
        early_data: 0,
    };
    let suites = Fact::Suites {
        version: 0x0303,
        suites: vec![0xc02f],
        order: holter_model::Order::Server,
        complete: true,
    };
    let facts = std::iter::once(suites).chain(keys.iter().map(ticket));
    Service {
        target: endpoint.to_string(),
        endpoint: Some(endpoint),
        name: None,
        protocol: "https".to_owned(),
        role: None,
        started: at,
        elapsed_ms: 0,
        connections: 1,
        bytes_sent: 1,
        bytes_received: 1,
        attempt: Attempt::Completed,
        trouble: None,
        observations: facts.map(observed).collect(),
        judgements: Vec::new(),
        assessment: None,
        not_asked: Vec::new(),
        oddities: Vec::new(),
    }
}

/// Writes runs down, one on each of these days, and reads them.
fn runs(told: &[(i64, &[&str])]) -> Earlier {
    let folder = tempfile::tempdir().unwrap();
    let runs = Runs::in_folder(folder.path()).unwrap();
    for (day, keys) in told {
        let clock = FixedClock(Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * day));
        let header = Header::new(
            Plan::default(),
            Vec::new(),
            "plan".to_owned(),
            (&clock, &SystemDice),
        );
        let mut journal = runs.begin(&header, &SystemDice).unwrap();
        let (mut batch, mut said) = (Batch::default(), Vec::new());
        words(&service(*day, keys), &mut said);
        batch.add(0, (0, 0), &said);
        journal.write(&mut batch).unwrap();
        journal.end(&Summary::default()).unwrap();
    }
    assert!(Earlier::of_runs(&runs, "other").0.is_empty());
    Earlier::of_runs(&runs, "plan")
}

#[test]
fn a_key_that_was_seen_days_ago_is_known_again() {
    let ticket_key = holter_checks::ALL
        .iter()
        .find(|check| check.id == "ticket-key")
        .unwrap();
    let verdict = |told: &[(i64, &[&str])], now: Service| {
        let known = runs(told);
        let known = known.and((now.endpoint.unwrap(), None), &now.observations);
        let judgements = (ticket_key.judge)(&known, Attempt::Completed);
        (judgements[0].verdict, judgements[0].evidence.clone())
    };
    assert_eq!(verdict(&[], service(0, &["a"])).0, Verdict::NotApplicable);
    let (younger, why) = verdict(&[(0, &["a"])], service(3, &["a"]));
    assert_eq!(younger, Verdict::NotApplicable);
    assert!(why.contains("3 days old at least"), "{why}");
    let (old, why) = verdict(&[(0, &["a"]), (3, &["a"])], service(9, &["a"]));
    assert_eq!(old, Verdict::Affected);
    assert!(why.contains("9 days old at least"), "{why}");
    let (changed, why) = verdict(&[(0, &["a", "a"]), (3, &["a"])], service(5, &["b", "b"]));
    assert_eq!(changed, Verdict::NotAffected, "{why}");
}

#[test]
fn a_service_that_names_its_key_anew_each_time_does_not_fill_memory() {
    let names: Vec<String> = (0..100).map(|number| number.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut earlier = Earlier::default();
    earlier.add(&service(0, &names));
    let now = service(1, &[]);
    let known = earlier.and((now.endpoint.unwrap(), None), &now.observations);
    assert_eq!(known.len(), MOST_KEYS + now.observations.len());
    let other = earlier.and((now.endpoint.unwrap(), Some("another name")), &now.observations);
    assert_eq!(other.len(), now.observations.len());
}
