//! Fills a database: what a group of hospitals comes to after a few years, with what is worst for a page among it: a
//! system with hundreds of services, a finding with thousands of events, a scan of half of the network.

use std::collections::BTreeMap;
use std::time::Instant;

use holter_model::finding::{Next, State};
use holter_model::{Attempt, Basis, Criticality, Fact, Method, Observation, Verdict};
use holter_program::due;
use holter_store::{
    AssetAbout, AssetEvent, Finding, FindingFilter, Interface, KnownService, NewAcceptance, NewAccount,
    NewEvent, NewScan, NewTask, NewVisit, Page, Person, Scope, Store, Writing,
};
use serde_json::json;

use crate::stock::{Stock, at, endpoint, mixed};

const SITES: i64 = 5;
const DEPARTMENTS: i64 = 40;
const PEOPLE: i64 = 3000;
const ACCOUNTS: i64 = 300;
const PRODUCTS: i64 = 200;
const SCANS: i64 = 1000;
const TASKS: i64 = 5000;
const ACCEPTANCES: i64 = 2000;
/// Services of the first system, beside its own.
const BUSY: u16 = 300;
/// Events of the first finding.
const LONG: i64 = 5000;
/// So many assets are written in one transaction.
const AT_ONCE: usize = 1000;

/// Fills it, where nothing is in it yet.
pub(crate) async fn fill(store: &Store, stock: &Stock) {
    if !store.asset_tallies().await.unwrap().is_empty() {
        println!("it is filled already");
        return;
    }
    let begun = Instant::now();
    let people = people(store).await;
    let scans = scans(store).await;
    let mut ids = Vec::new();
    for some in (0..stock.assets).collect::<Vec<_>>().chunks(AT_ONCE) {
        let mut writing = store.write().await.unwrap();
        let mut findings = Vec::new();
        for number in some.iter().copied() {
            let asset = asset(&mut writing, number, &people).await;
            let visited =
                scans[usize::try_from(if number % 2 == 0 { 0 } else { mixed(number, SCANS) }).unwrap()];
            let service = service(&mut writing, (number, asset), 443, visited).await;
            findings.extend(found(stock, number, (asset, service), &people));
            if number == 0 {
                for port in 0..BUSY {
                    let service = self::service(&mut writing, (number, asset), 10_000 + port, visited).await;
                    findings.extend(found(stock, number, (asset, service), &people));
                }
            }
            ids.push(asset);
        }
        write_findings(&mut writing, findings).await;
        writing.commit().await.unwrap();
    }
    beside(store, stock, &ids, &people).await;
    println!("filled in {:.0} s", begun.elapsed().as_secs_f64());
}

/// Sites, departments, products, people and their accounts: the people's numbers.
async fn people(store: &Store) -> Vec<i64> {
    let mut writing = store.write().await.unwrap();
    for site in 0..SITES {
        writing.site_named(&format!("Site {site}")).await.unwrap();
    }
    for department in 0..DEPARTMENTS {
        let name = format!("Department {department}");
        writing.department_named(&name).await.unwrap();
    }
    for product in 0..PRODUCTS {
        let vendor = format!("Vendor {}", product % 40);
        let name = format!("Product {product}");
        writing.product_named(&vendor, &name, "1.0").await.unwrap();
    }
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        let person = Person {
            id: 0,
            name: format!("Person {number}"),
            email: Some(format!("person-{number}@hospital.example")),
            department: Some(1 + number % DEPARTMENTS),
            active: true,
        };
        let person = writing.add_person(&person).await.unwrap();
        if number < ACCOUNTS {
            let account = NewAccount {
                person,
                name: format!("person-{number}"),
                role: "viewer".to_owned(),
                password: String::new(),
                created: at(0),
            };
            writing.add_account(&account).await.unwrap();
        }
        people.push(person);
    }
    writing.commit().await.unwrap();
    people
}

async fn scans(store: &Store) -> Vec<i64> {
    let mut writing = store.write().await.unwrap();
    let mut scans = Vec::new();
    for number in 0..SCANS {
        let scan = NewScan {
            key: format!("filled {number}"),
            method: "active".to_owned(),
            label: format!("Scan {number}"),
            scope: Scope {
                targets: vec!["10.0.0.0/8".to_owned()],
                checks: Vec::new(),
            },
            actor: None,
            started: at(number),
        };
        let (scan, _) = writing.begin_scan(&scan).await.unwrap();
        writing.end_scan(scan, at(number + 60), true).await.unwrap();
        scans.push(scan);
    }
    writing.commit().await.unwrap();
    scans
}

async fn asset(writing: &mut Writing, number: i64, people: &[i64]) -> i64 {
    let place = |below| mixed(number, below);
    let about = AssetAbout {
        name: format!("device-{number}.hospital.example"),
        site: Some(1 + place(SITES)),
        department: Some(1 + place(DEPARTMENTS)),
        owner: people.get(usize::try_from(place(PEOPLE)).unwrap()).copied(),
        product: Some(1 + place(PRODUCTS)),
        role: "infusion pump gateway".to_owned(),
        criticality: Some(Criticality::ALL[usize::try_from(mixed(number + 1, 5)).unwrap()]),
        ..AssetAbout::default()
    };
    let asset = writing.add_asset(&about, at(0)).await.unwrap();
    let address = endpoint(number, 443).address.to_string();
    writing
        .mark_asset(asset, "address", &address, at(0))
        .await
        .unwrap();
    writing
        .mark_asset(asset, "name", &about.name, at(0))
        .await
        .unwrap();
    let event = AssetEvent {
        id: 0,
        asset,
        at: at(0),
        actor: None,
        kind: "created".to_owned(),
        detail: json!({ "address": address }),
    };
    writing.add_asset_event(&event).await.unwrap();
    asset
}

/// A service, and the visit that found it.
async fn service(writing: &mut Writing, (number, asset): (i64, i64), port: u16, scan: i64) -> i64 {
    let endpoint = endpoint(number, port);
    let service = KnownService {
        id: 0,
        asset,
        endpoint,
        name: String::new(),
        protocol: "https".to_owned(),
        role: String::new(),
        key: format!("{number:060x}{port:04x}"),
        first_seen: at(0),
        last_seen: at(0),
        last_visit: None,
    };
    let service = writing.add_service(&service).await.unwrap();
    let visit = NewVisit {
        scan,
        service,
        target: "10.0.0.0/8".to_owned(),
        started: at(0),
        elapsed_ms: 12,
        connections: 2,
        bytes_sent: 4700,
        bytes_received: 9000,
        attempt: Attempt::Completed,
        trouble: String::new(),
        oddities: Vec::new(),
        judgements: Vec::new(),
        judged_by: "filled".to_owned(),
    };
    let visit = writing.add_visit(&visit).await.unwrap().unwrap();
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
        at: at(0),
        method: Method::Active,
        subject: endpoint,
        fact,
    };
    writing
        .add_observations(visit, &[heard.clone(), heard])
        .await
        .unwrap();
    let checks = ["heartbleed", "ccs_injection", "robot", "ticketbleed"]
        .map(|id| (id.to_owned(), Verdict::NotAffected));
    writing
        .cover(service, (visit, at(0)), &BTreeMap::from(checks))
        .await
        .unwrap();
    service
}

fn found(stock: &Stock, number: i64, (asset, service): (i64, i64), people: &[i64]) -> Vec<Finding> {
    let of = stock
        .of(number)
        .into_iter()
        .enumerate()
        .map(|(place, (known, state))| {
            let seed = number * 64 + i64::try_from(place).unwrap();
            let given = matches!(state, State::Assigned | State::Fixing);
            Finding {
                id: 0,
                flaw: known.flaw.id.clone(),
                check: known.check.id.to_owned(),
                asset,
                cause: format!("service:{service}"),
                service: Some(service),
                state,
                severity: known.flaw.severity,
                weight: 100 * (1 + mixed(seed, 4)) + 10 * mixed(seed + 3, 30),
                verdict: if state == State::Fixed {
                    Verdict::NotAffected
                } else {
                    Verdict::Affected
                },
                basis: Basis::Behaviour,
                evidence:
                    "a heartbeat 1 byte short of RFC 6520's padding was echoed; 0 foreign bytes asked for"
                        .to_owned(),
                foreign_bytes: 0,
                first_seen: at(0),
                last_seen: at(seed % 1000),
                measured_at: at(seed % 1000),
                visit: None,
                fixed_at: (state == State::Fixed).then(|| at(seed % 1000)),
                due: Some(due::ALL[0].due(known.flaw.severity, None, at(seed % 7_776_000))),
                inconclusive: 0,
                returns: 0,
                assignee: given.then(|| people[usize::try_from(mixed(seed, PEOPLE)).unwrap()]),
                accepted_until: (state == State::Accepted).then(|| at(400_000_000)),
                next: Next::Department,
                site: Some(1 + mixed(number, SITES)),
                department: Some(1 + mixed(number, DEPARTMENTS)),
            }
        });
    of.collect()
}

async fn write_findings(writing: &mut Writing, findings: Vec<Finding>) {
    let ids = writing.add_findings(&findings).await.unwrap();
    let events: Vec<NewEvent> = ids
        .into_iter()
        .zip(findings)
        .map(|(id, finding)| event(id, finding.state, "found", finding.evidence))
        .collect();
    writing.add_events(&events).await.unwrap();
}

fn event(finding: i64, state: State, kind: &str, text: String) -> NewEvent {
    NewEvent {
        finding,
        at: at(0),
        actor: None,
        kind: kind.to_owned(),
        state,
        visit: None,
        text,
        detail: json!({}),
    }
}

/// What stands beside systems and findings: who speaks with whom, what waits for a person, a long history.
async fn beside(store: &Store, stock: &Stock, ids: &[i64], people: &[i64]) {
    let id = |number: i64| ids[usize::try_from(number.rem_euclid(stock.assets)).unwrap()];
    for some in (0..stock.assets * 2).collect::<Vec<_>>().chunks(AT_ONCE * 5) {
        let mut writing = store.write().await.unwrap();
        for number in some.iter().copied() {
            // Every second system speaks with one of a hundred interface engines.
            let to = if number % 2 == 0 {
                mixed(number, 100)
            } else {
                mixed(number, stock.assets)
            };
            let interface = Interface {
                id: 0,
                from_asset: id(number / 2),
                to_asset: id(to),
                protocol: if number % 2 == 0 { "mllp" } else { "dicom" }.to_owned(),
                port: 2575,
                is_declared: false,
                encrypted: Some(number % 3 == 0),
                purpose: String::new(),
                first_seen: at(0),
                last_seen: at(0),
            };
            writing.note_interface(&interface).await.unwrap();
        }
        writing.commit().await.unwrap();
    }
    let first = store.findings(&FindingFilter::default(), &Page::first(1)).await;
    let first = first.unwrap().rows[0].finding.id;
    let mut writing = store.write().await.unwrap();
    let long: Vec<NewEvent> = (0..LONG)
        .map(|number| event(first, State::Open, "comment", format!("Word {number}")))
        .collect();
    writing.add_events(&long).await.unwrap();
    for number in 0..TASKS.min(stock.assets) {
        let task = NewTask {
            kind: "inconclusive".to_owned(),
            key: format!("filled {number}"),
            finding: None,
            asset: Some(id(number)),
            department: Some(1 + mixed(number, DEPARTMENTS)),
            text: "It could not be measured three times in a row.".to_owned(),
            detail: json!({}),
            created: at(number),
        };
        writing.add_task(&task).await.unwrap();
    }
    for number in 0..ACCEPTANCES.min(stock.findings / 2) {
        let asked = NewAcceptance {
            finding: first - number,
            is_false: false,
            reason: "It is replaced next year.".to_owned(),
            ground: "It stands in a network of its own.".to_owned(),
            until: Some(at(40_000_000)),
            author: people[usize::try_from(mixed(number, PEOPLE)).unwrap()],
            asked_at: at(number),
        };
        if first > number {
            writing.add_acceptance(&asked).await.unwrap();
        }
    }
    writing.commit().await.unwrap();
}
