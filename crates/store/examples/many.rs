//! Fills a database with many assets and findings, and measures how long lists take while observations are written.
//!
//! `cargo run --release -p holter-store --example many -- FILE|postgres://… [ASSETS FINDINGS SECONDS]`

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "it is a measurement, and fails by panicking"
)]

use std::time::{Duration, Instant};

use holter_model::finding::{Next, State};
use holter_model::{
    Attempt, Basis, Criticality, Endpoint, Fact, Method, Observation, Severity, Transport, Verdict,
};
use holter_store::{
    AssetAbout, AssetFilter, Finding, FindingFilter, KnownService, NewEvent, NewScan, NewVisit, Page, Scope,
    Store,
};
use jiff::Timestamp;

const SITES: i64 = 5;
const DEPARTMENTS: i64 = 40;
const FLAWS: i64 = 50;
/// Observations a second that are written meanwhile, so many to a visit.
const RATE: u64 = 1000;
const A_VISIT: u64 = 20;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize, usual: i64| arguments.get(place).map_or(usual, |text| text.parse().unwrap());
    let (assets, findings, seconds) = (number(1, 100_000), number(2, 1_000_000), number(3, 30));
    let store = Store::open(&arguments[0]).await.unwrap();
    if store.asset_tallies().await.unwrap().is_empty() {
        let begun = Instant::now();
        fill(&store, assets, findings).await;
        println!("filled in {:.0} s", begun.elapsed().as_secs_f64());
    }
    for writing in [false, true] {
        println!("\n{}", if writing { "while a scan writes" } else { "at rest" });
        let stop = Instant::now() + Duration::from_secs(u64::try_from(seconds).unwrap());
        let written = async {
            if writing {
                write(&store, stop, assets).await
            } else {
                0
            }
        };
        let (written, ()) = tokio::join!(written, read(&store, stop, (assets, findings)));
        if writing {
            println!("{:.0} observations/s written", written as f64 / seconds as f64);
        }
    }
    println!("{}", memory());
}

fn at(second: i64) -> Timestamp {
    Timestamp::new(1_790_000_000 + second, 0).unwrap()
}

/// The same numbers each time, and none of them in an order that an index would like.
fn mixed(number: i64, below: i64) -> i64 {
    let mixed = number
        .wrapping_mul(0x5851_f42d_4c95_7f2d)
        .wrapping_add(0x1405_7b7e_f767_814f);
    (mixed >> 20).rem_euclid(below)
}

async fn fill(store: &Store, assets: i64, findings: i64) {
    let mut writing = store.write().await.unwrap();
    for site in 0..SITES {
        writing.site_named(&format!("Site {site}")).await.unwrap();
    }
    for department in 0..DEPARTMENTS {
        writing
            .department_named(&format!("Department {department}"))
            .await
            .unwrap();
    }
    let person = writing.person_named("Somebody").await.unwrap();
    writing.commit().await.unwrap();
    for some in (0..assets).collect::<Vec<_>>().chunks(2000) {
        let mut writing = store.write().await.unwrap();
        for number in some.iter().copied() {
            let about = AssetAbout {
                name: format!("device-{number}.hospital.example"),
                site: Some(1 + mixed(number, SITES)),
                department: Some(1 + mixed(number, DEPARTMENTS)),
                criticality: Some(Criticality::ALL[usize::try_from(mixed(number + 1, 5)).unwrap()]),
                ..AssetAbout::default()
            };
            let asset = writing.add_asset(&about, at(0)).await.unwrap();
            let service = KnownService {
                id: 0,
                asset,
                endpoint: endpoint(number),
                name: String::new(),
                protocol: "https".to_owned(),
                role: String::new(),
                key: format!("{:064x}", number),
                first_seen: at(0),
                last_seen: at(0),
                last_visit: None,
            };
            writing.add_service(&service).await.unwrap();
        }
        writing.commit().await.unwrap();
    }
    let each = findings / assets;
    for some in (0..findings).collect::<Vec<_>>().chunks(5000) {
        let mut writing = store.write().await.unwrap();
        let findings: Vec<Finding> = some
            .iter()
            .map(|number| finding(*number, number / each, person))
            .collect();
        let ids = writing.add_findings(&findings).await.unwrap();
        let mut events = Vec::new();
        for (id, finding) in ids.into_iter().zip(findings) {
            events.push(NewEvent {
                finding: id,
                at: at(0),
                actor: None,
                kind: "found".to_owned(),
                state: finding.state,
                visit: None,
                text: finding.evidence,
                detail: serde_json::Value::Object(serde_json::Map::new()),
            });
        }
        writing.add_events(&events).await.unwrap();
        writing.commit().await.unwrap();
    }
}

fn endpoint(number: i64) -> Endpoint {
    let address = 0x0a00_0000 + u32::try_from(number).unwrap();
    Endpoint {
        address: std::net::Ipv4Addr::from(address).into(),
        port: 443,
        transport: Transport::Tcp,
    }
}

fn finding(number: i64, asset: i64, person: i64) -> Finding {
    let severity = Severity::ALL[usize::try_from(1 + mixed(number, 4)).unwrap()];
    let state = State::ALL[usize::try_from(mixed(number + 7, 7)).unwrap()];
    Finding {
        id: 0,
        flaw: format!("CVE-2014-{:04}", number % FLAWS),
        check: "heartbleed".to_owned(),
        asset: asset + 1,
        cause: format!("service:{}", asset + 1),
        service: Some(asset + 1),
        state,
        severity,
        weight: 100 * (1 + mixed(number, 4)) + 10 * mixed(number + 3, 30),
        verdict: Verdict::Affected,
        basis: Basis::Behaviour,
        evidence: "a heartbeat 1 byte short of RFC 6520's padding was echoed; 0 foreign bytes asked for"
            .to_owned(),
        foreign_bytes: 0,
        first_seen: at(0),
        last_seen: at(number % 1000),
        measured_at: at(number % 1000),
        visit: None,
        fixed_at: None,
        due: Some(at(86400 * mixed(number, 90))),
        inconclusive: 0,
        returns: 0,
        assignee: (state == State::Assigned && number % 100 == 0).then_some(person),
        accepted_until: None,
        next: Next::Department,
        site: Some(1 + mixed(asset, SITES)),
        department: Some(1 + mixed(asset, DEPARTMENTS)),
    }
}

async fn write(store: &Store, stop: Instant, assets: i64) -> u64 {
    let mut writing = store.write().await.unwrap();
    let scan = NewScan {
        key: format!("measured {:?}", std::time::UNIX_EPOCH.elapsed()),
        method: "active".to_owned(),
        label: "measured".to_owned(),
        scope: Scope::default(),
        actor: None,
        started: at(0),
    };
    let (scan, _) = writing.begin_scan(&scan).await.unwrap();
    writing.commit().await.unwrap();
    let begun = Instant::now();
    let base = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap() - 1_790_000_000;
    let (mut written, mut visit) = (0, 0);
    while Instant::now() < stop {
        let due = u64::try_from(begun.elapsed().as_millis()).unwrap() * RATE / 1000;
        if due < written + 200 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        }
        let mut writing = store.write().await.unwrap();
        while written < due {
            let service = 1 + mixed(visit, assets);
            let about = NewVisit {
                scan,
                service,
                target: "10.0.0.0/8".to_owned(),
                started: at(base + visit),
                elapsed_ms: 12,
                connections: 2,
                bytes_sent: 4700,
                bytes_received: 9000,
                attempt: Attempt::Completed,
                trouble: String::new(),
                oddities: Vec::new(),
                judgements: Vec::new(),
                judged_by: "measured".to_owned(),
            };
            visit += 1;
            let Some(id) = writing.add_visit(&about).await.unwrap() else {
                continue;
            };
            let heard: Vec<Observation> = (0..A_VISIT).map(|_| observation(service)).collect();
            writing.add_observations(id, &heard).await.unwrap();
            // A finding in twenty is not what it was.
            if let Some(before) = writing.findings_at(service).await.unwrap().pop() {
                let mut after = before.clone();
                after.measured_at = about.started;
                if visit % 2 == 0 {
                    after.state = if before.state == State::Fixed {
                        State::Back
                    } else {
                        State::Fixed
                    };
                }
                writing.update_finding(&before, &after).await.unwrap();
            }
            written += A_VISIT;
        }
        writing.commit().await.unwrap();
    }
    written
}

fn observation(service: i64) -> Observation {
    Observation {
        at: at(0),
        method: Method::Active,
        subject: endpoint(service),
        fact: Fact::Hello {
            offered: 0x0303,
            version: 0x0303,
            suite: 0xc02f,
            heartbeat: Some(1),
            extensions: vec![0xff01, 0, 11, 35, 15],
            cut_short: false,
            client_certificate: false,
        },
    }
}

/// Asks for lists, one after the other, as a few people do who click without a pause.
async fn read(store: &Store, stop: Instant, (assets, findings): (i64, i64)) {
    let all = FindingFilter::default();
    let live = FindingFilter {
        live: Some(true),
        ..all.clone()
    };
    let lists: Vec<(&str, FindingFilter)> = vec![
        ("findings", all.clone()),
        ("findings: live", live.clone()),
        (
            "findings: state",
            FindingFilter {
                state: Some(State::Back),
                ..all.clone()
            },
        ),
        (
            "findings: severity",
            FindingFilter {
                severity: Some(Severity::Low),
                ..live.clone()
            },
        ),
        (
            "findings: flaw",
            FindingFilter {
                flaw: Some("CVE-2014-0017".to_owned()),
                ..live.clone()
            },
        ),
        (
            "findings: site",
            FindingFilter {
                site: Some(3),
                ..live.clone()
            },
        ),
        (
            "findings: department",
            FindingFilter {
                department: Some(7),
                ..live.clone()
            },
        ),
        (
            "findings: site and severity",
            FindingFilter {
                site: Some(3),
                severity: Some(Severity::Low),
                ..live.clone()
            },
        ),
        (
            "findings: department and severity",
            FindingFilter {
                department: Some(7),
                severity: Some(Severity::Low),
                ..live.clone()
            },
        ),
        (
            "findings: department and state",
            FindingFilter {
                department: Some(7),
                state: Some(State::Accepted),
                ..all.clone()
            },
        ),
        (
            "findings: department and flaw",
            FindingFilter {
                department: Some(7),
                flaw: Some("CVE-2014-0017".to_owned()),
                ..live.clone()
            },
        ),
        (
            "findings: site and department",
            FindingFilter {
                site: Some(3),
                department: Some(7),
                ..live.clone()
            },
        ),
        (
            "findings: assignee",
            FindingFilter {
                assignee: Some(1),
                ..live.clone()
            },
        ),
        (
            "findings: due",
            FindingFilter {
                due_before: Some(at(86400 * 30)),
                ..live.clone()
            },
        ),
        (
            "findings: due in a department",
            FindingFilter {
                due_before: Some(at(86400 * 30)),
                department: Some(7),
                ..live.clone()
            },
        ),
        (
            "findings: nothing fits",
            FindingFilter {
                department: Some(7),
                flaw: Some("none".to_owned()),
                ..live.clone()
            },
        ),
    ];
    let mut times: Vec<(String, Vec<Duration>)> = Vec::new();
    let mut note = |name: &str, begun: Instant| {
        let took = begun.elapsed();
        match times.iter_mut().find(|(other, _)| other == name) {
            Some((_, all)) => all.push(took),
            None => times.push((name.to_owned(), vec![took])),
        }
    };
    let mut round = 0;
    while Instant::now() < stop {
        round += 1;
        for (name, filter) in &lists {
            let mut page = Page::default();
            for turn in 0..3 {
                let begun = Instant::now();
                let listed = store.findings(filter, &page).await.unwrap();
                note(name, begun);
                page.after = listed.next;
                if page.after.is_none() || turn == 2 {
                    break;
                }
            }
            // Somewhere in the middle.
            let begun = Instant::now();
            let middle = Page {
                after: Some(format!("{}.{}", (1_i64 << 40) + 250, mixed(round, findings))),
                size: 50,
            };
            if filter.due_before.is_none() {
                store.findings(filter, &middle).await.unwrap();
                note("findings: deep page", begun);
            }
        }
        for (name, filter) in [
            ("assets", AssetFilter::default()),
            (
                "assets: department",
                AssetFilter {
                    department: Some(7),
                    ..AssetFilter::default()
                },
            ),
            (
                "assets: search",
                AssetFilter {
                    search: Some(format!("device-{}", mixed(round, assets))),
                    ..AssetFilter::default()
                },
            ),
            (
                "assets: search for nothing",
                AssetFilter {
                    search: Some("no such thing".to_owned()),
                    ..AssetFilter::default()
                },
            ),
        ] {
            let begun = Instant::now();
            store.assets(&filter, &Page::default()).await.unwrap();
            note(name, begun);
        }
        let begun = Instant::now();
        let asset = 1 + mixed(round, assets);
        store.asset(asset).await.unwrap();
        store.services(asset).await.unwrap();
        store
            .findings(
                &FindingFilter {
                    asset: Some(asset),
                    ..all.clone()
                },
                &Page::default(),
            )
            .await
            .unwrap();
        note("asset page", begun);
        let begun = Instant::now();
        let id = 1 + mixed(round, findings);
        store.finding(id).await.unwrap();
        store.events(id, &Page::default()).await.unwrap();
        store.acceptances(id).await.unwrap();
        note("finding page", begun);
        let begun = Instant::now();
        store.finding_sums(None, None).await.unwrap();
        store.flaw_tallies().await.unwrap();
        store.asset_tallies().await.unwrap();
        note("overview", begun);
    }
    for (name, mut all) in times {
        all.sort_unstable();
        let part =
            |hundredth: usize| all[(all.len() * hundredth / 100).min(all.len() - 1)].as_secs_f64() * 1000.0;
        println!(
            "{name:36} {:6} times  median {:7.2} ms  p95 {:7.2} ms  most {:7.2} ms",
            all.len(),
            part(50),
            part(95),
            part(100)
        );
    }
}

fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.unwrap_or("VmHWM: unknown").to_owned()
}
