//! Brings in measurements of what is there, by the way that every scan takes, until its input ends or it is killed.

use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use holter_model::finding::State;
use holter_model::{Attempt, Basis, Fact, Judgement, Method, Observation, Service, Verdict};
use holter_program::{Ingest, due};
use holter_store::{NewScan, Scope, Store};
use jiff::{SignedDuration, Timestamp};

use crate::stock::{Stock, endpoint, mixed};

/// Facts of one service, and services of a transaction.
const FACTS: u64 = 20;
const BATCH: u64 = 10;
/// One service in so many is not as it was.
const CHANGED: i64 = 20;

/// Writes so many observations a second.
pub(crate) async fn write(store: &Store, stock: &Stock, rate: u64) {
    let is_over = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&is_over);
    std::thread::spawn(move || {
        let _ = std::io::stdin().read(&mut [0]);
        seen.store(true, Ordering::Relaxed);
    });
    let since = std::time::UNIX_EPOCH.elapsed().unwrap();
    let started = Timestamp::UNIX_EPOCH + SignedDuration::try_from(since).unwrap();
    let about = NewScan {
        key: format!("written {started}"),
        method: "active".to_owned(),
        label: "A scan that goes on".to_owned(),
        scope: Scope {
            targets: vec!["10.0.0.0/8".to_owned()],
            checks: Vec::new(),
        },
        actor: None,
        started,
    };
    let ingest = Ingest::begin(store, about, &due::ALL[0]).await.unwrap();
    println!("writing");
    let (begun, mut written, mut number) = (Instant::now(), 0, 0);
    let mut slowest = Duration::ZERO;
    while !is_over.load(Ordering::Relaxed) {
        let owed = u64::try_from(begun.elapsed().as_millis()).unwrap() * rate / 1000;
        if owed < written + FACTS * BATCH {
            tokio::time::sleep(Duration::from_millis(5)).await;
            continue;
        }
        let batch: Vec<Service> = (0..BATCH)
            .map(|_| {
                number += 1;
                service(
                    stock,
                    mixed(number, stock.assets),
                    started + SignedDuration::from_micros(number),
                )
            })
            .collect();
        let taking = Instant::now();
        ingest.take(&batch).await.unwrap();
        slowest = slowest.max(taking.elapsed());
        written += FACTS * BATCH;
    }
    let took = begun.elapsed().as_secs_f64();
    println!(
        "{:.0} observations/s, {written} in {took:.0} s; the slowest transaction took {} ms",
        written as f64 / took,
        slowest.as_millis()
    );
}

fn service(stock: &Stock, number: i64, at: Timestamp) -> Service {
    let subject = endpoint(number, 443);
    let fact = Fact::Hello {
        offered: 0x0303,
        version: 0x0303,
        suite: 0xc02f,
        heartbeat: Some(1),
        extensions: vec![0xff01, 0, 11, 35, 15],
        cut_short: false,
        client_certificate: false,
    };
    let heard = Observation {
        at,
        method: Method::Active,
        subject,
        fact,
    };
    let changes = mixed(at.as_microsecond(), CHANGED) == 0;
    let judgements = stock
        .of(number)
        .into_iter()
        .enumerate()
        .map(|(place, (known, state))| {
            let fixed = (state == State::Fixed) ^ (changes && place == 0);
            let verdict = if fixed {
                Verdict::NotAffected
            } else {
                Verdict::Affected
            };
            Judgement::new(
                known.check.id,
                &known.flaw.id,
                verdict,
                Basis::Behaviour,
                "it was asked",
            )
        });
    Service {
        target: "10.0.0.0/8".to_owned(),
        endpoint: Some(subject),
        name: None,
        protocol: "https".to_owned(),
        role: None,
        started: at,
        elapsed_ms: 12,
        connections: 2,
        bytes_sent: 4700,
        bytes_received: 9800,
        attempt: Attempt::Completed,
        trouble: None,
        observations: vec![heard; usize::try_from(FACTS).unwrap()],
        judgements: judgements.collect(),
        not_asked: Vec::new(),
        assessment: None,
        oddities: Vec::new(),
    }
}
