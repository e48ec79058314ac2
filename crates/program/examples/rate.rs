//! Measures how many observations a second a scan can bring in, with their assets, services and findings.
//!
//! `cargo run --release -p holter-program --example rate -- FILE|postgres://… [SERVICES]`

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "it is a measurement, and fails by panicking"
)]

use std::net::Ipv4Addr;
use std::time::Instant;

use holter_checks::catalogue;
use holter_model::{
    Attempt, Basis, Endpoint, Fact, Judgement, Method, Observation, Service, Transport, Verdict,
};
use holter_program::{Ingest, due};
use holter_store::{NewScan, Scope, Store};
use jiff::Timestamp;

/// Facts of one service, and services of a batch.
const FACTS: usize = 20;
const BATCH: usize = 200;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let services = arguments.get(1).map_or(5000, |text| text.parse().unwrap());
    let store = Store::open(&arguments[0]).await.unwrap();
    for (round, what) in ["new", "known, and measured again", "the same file again"]
        .into_iter()
        .enumerate()
    {
        let round = i64::try_from(round.min(1)).unwrap();
        let about = NewScan {
            key: format!("round {round}"),
            method: "active".to_owned(),
            label: what.to_owned(),
            scope: Scope {
                targets: vec!["10.0.0.0/8".to_owned()],
                checks: Vec::new(),
            },
            actor: None,
            started: at(round, 0),
        };
        let all: Vec<Service> = (0..services).map(|number| service(round, number)).collect();
        let begun = Instant::now();
        let ingest = Ingest::begin(&store, about, &due::ALL[0]).await.unwrap();
        for some in all.chunks(BATCH) {
            ingest.take(some).await.unwrap();
        }
        ingest.end(at(round, 900_000), true).await.unwrap();
        let took = begun.elapsed().as_secs_f64();
        let rate = f64::from(services) * f64::from(u32::try_from(FACTS).unwrap()) / took;
        println!("{what}: {services} services in {took:.1} s, {rate:.0} observations/s");
    }
}

fn at(round: i64, number: u32) -> Timestamp {
    Timestamp::new(
        1_790_000_000 + round * 86400,
        1000 * i32::try_from(number).unwrap(),
    )
    .unwrap()
}

fn service(round: i64, number: u32) -> Service {
    let at = at(round, number);
    let subject = Endpoint {
        address: Ipv4Addr::from(0x0a00_0000 + number).into(),
        port: 443,
        transport: Transport::Tcp,
    };
    let hello = Fact::Hello {
        offered: 0x0303,
        version: 0x0303,
        suite: 0xc02f,
        heartbeat: Some(1),
        extensions: vec![0xff01, 0, 11, 35, 15],
        cut_short: false,
        client_certificate: false,
    };
    let judgements = catalogue::known().iter().enumerate().map(|(place, known)| {
        let verdict = match (u32::try_from(place).unwrap() + number + u32::try_from(round).unwrap()) % 10 {
            0 => Verdict::Affected,
            1 => Verdict::Inconclusive,
            _ => Verdict::NotAffected,
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
        observations: vec![
            Observation {
                at,
                method: Method::Active,
                subject,
                fact: hello,
            };
            FACTS
        ],
        judgements: judgements.collect(),
        assessment: None,
        not_asked: Vec::new(),
        oddities: Vec::new(),
    }
}
