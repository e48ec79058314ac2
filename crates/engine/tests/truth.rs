//! Every flaw of every server of the lab's truth table: what Holter says against what their makers say, as a confusion
//! matrix without a false cell.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and shows its table"
)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::sync::Mutex;
use std::time::Duration;

use holter_cert::{Store, StoreKind, Stores};
use holter_checks::{Configuration, Questions};
use holter_lab::truth::{Run, Server, Table, start_server};
use holter_model::{Attempt, Fact, Service};
use holter_wire::Version;
use support::assess_fully;

/// How many connections beyond suites + groups + 25 a padding oracle may cost where it really is: it is asked again until that is
/// sure.
const UNTIL_SURE: usize = 3;

/// Two servers behind STARTTLS where that is not all: one connection more, to make sure that they still listened.
const MORE: [&str; 2] = ["node-0.10.2-smtp", "postfix"];

/// What came of scanning one server.
struct Seen {
    service: Service,
    /// Whether the door in front of it shut us out.
    banned: bool,
}

fn look(server: &Server, rest: Duration) -> Option<Seen> {
    if let Run::Debian { name } = &server.run
        && !holter_lab::debian::find(name).is_some_and(holter_lab::debian::Entry::is_allowed)
    {
        println!("{}: skipped: only root can start it", server.id);
        return None;
    }
    let running = start_server(server).unwrap();
    let roots = Store::from_pem(StoreKind::User, &fs::read(&running.root).unwrap()).0;
    let questions = Questions {
        sni: Some(running.name.to_owned()),
        trust: Stores::from(vec![Store::mozilla(), roots]),
        ..Questions::default()
    };
    let service = assess_fully(running.address, &running.protocol, questions, rest);
    Some(Seen {
        service,
        banned: running.has_banned(),
    })
}

/// What is wrong with what was seen of one server; counts verdicts by (truth, what was said).
fn compare(
    table: &Table,
    server: &Server,
    seen: &Seen,
    matrix: &mut BTreeMap<(&'static str, &'static str), usize>,
) -> Vec<String> {
    let service = &seen.service;
    let mut wrong = Vec::new();
    let mut complain = |what: String| wrong.push(format!("{}: {what}", server.id));
    if service.attempt != Attempt::Completed || seen.banned {
        complain(format!(
            "{:?} {:?}, banned: {}",
            service.attempt, service.trouble, seen.banned
        ));
    }
    for (flaw, expected) in table.expected(server) {
        let judgement = service.judgements.iter().find(|judgement| judgement.flaw == flaw);
        let said = judgement.map_or("none", |judgement| judgement.verdict.as_str());
        let truth = match (&expected.open, expected.verdict.as_str()) {
            (Some(_), _) => "open",
            (None, truth) => truth,
        };
        *matrix.entry((truth, said)).or_default() += 1;
        if !expected.allows(said) {
            let why = judgement.map_or("", |judgement| judgement.evidence.as_str());
            complain(format!("{flaw} is {truth}, and was called {said}: {why}"));
        }
    }
    let configuration = Configuration::of(&service.observations);
    let spoken = spoken(&configuration);
    if spoken != server.versions {
        complain(format!("speaks {:?}, and {spoken:?} was found", server.versions));
    }
    for (version, count) in &server.suites {
        let found = configuration
            .versions
            .iter()
            .find(|(found, _)| name(**found) == version)
            .map_or(0, |(_, spoken)| spoken.suites.len());
        if found != *count {
            complain(format!("has {count} suites in {version}, and {found} were found"));
        }
    }
    let open = |fact: &Fact| {
        matches!(
            fact,
            Fact::Suites { complete: false, .. }
                | Fact::Groups { complete: false, .. }
                | Fact::Inconsistent { .. }
        )
    };
    for observation in service.observations.iter().filter(|one| open(&one.fact)) {
        complain(format!("was not asked to the end: {:?}", observation.fact));
    }
    let suites: usize = configuration
        .versions
        .values()
        .map(|spoken| spoken.suites.len())
        .sum();
    let mut groups: Vec<u16> = configuration
        .versions
        .values()
        .flat_map(|spoken| spoken.groups.iter().map(|group| group.0))
        .collect();
    groups.sort_unstable();
    groups.dedup();
    let sure = if server.id.starts_with("fault-") {
        UNTIL_SURE
    } else {
        0
    };
    let more = usize::from(MORE.contains(&server.id.as_str()));
    let most = suites + groups.len() + 25 + sure + more;
    if service.connections as usize > most {
        complain(format!(
            "{} connections for {suites} suites and {} groups, more than {most}",
            service.connections,
            groups.len()
        ));
    }
    wrong
}

fn name(version: Version) -> &'static str {
    match version {
        Version::SSL3 => "SSLv3",
        Version::TLS10 => "TLSv1.0",
        Version::TLS11 => "TLSv1.1",
        Version::TLS12 => "TLSv1.2",
        Version::TLS13 => "TLSv1.3",
        Version::DTLS10 => "DTLSv1.0",
        Version::DTLS12 => "DTLSv1.2",
        _ => "another",
    }
}

fn spoken(configuration: &Configuration) -> Vec<String> {
    let old = configuration.ssl2.as_ref().map(|_| "SSLv2");
    let mut by_age: Vec<Version> = configuration.versions.keys().copied().collect();
    by_age.sort_by_key(|version| version.rules());
    let names = old.into_iter().chain(by_age.iter().map(|version| name(*version)));
    names.map(str::to_owned).collect()
}

/// Scans these servers, so many at a time, and fails with all that is wrong.
fn hold(servers: &[&Server], at_once: usize, rest: Duration) {
    let table = Table::read().unwrap();
    let waiting = Mutex::new(servers.iter());
    let found = Mutex::new((BTreeMap::new(), Vec::new(), 0));
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some(server) = { waiting.lock().unwrap().next() } {
                    let Some(seen) = look(server, rest) else { continue };
                    let (matrix, wrong, count) = &mut *found.lock().unwrap();
                    *count += 1;
                    wrong.extend(compare(&table, server, &seen, matrix));
                }
            });
        }
    });
    let (matrix, wrong, count) = found.into_inner().unwrap();
    println!("{count} servers, {} flaws each", table.flaws.len());
    println!(
        "{:<14}{:>10}{:>14}{:>16}{:>14}{:>7}",
        "truth", "affected", "not_affected", "not_applicable", "inconclusive", "none"
    );
    for truth in ["affected", "not_affected", "open"] {
        let cell = |said| matrix.get(&(truth, said)).copied().unwrap_or(0);
        println!(
            "{truth:<14}{:>10}{:>14}{:>16}{:>14}{:>7}",
            cell("affected"),
            cell("not_affected"),
            cell("not_applicable"),
            cell("inconclusive"),
            cell("none"),
        );
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_verdict_is_false() {
    let table = Table::read().unwrap();
    let servers: Vec<&Server> = table
        .servers
        .iter()
        .filter(|server| server.front.is_none())
        .collect();
    assert!(servers.len() >= 25);
    hold(&servers, 2, Duration::ZERO);
}

/// `--pace gentle`'s own rest.
#[test]
fn doors_that_let_few_in_are_passed_at_a_gentle_pace() {
    let table = Table::read().unwrap();
    let servers: Vec<&Server> = table
        .servers
        .iter()
        .filter(|server| server.front.is_some())
        .collect();
    hold(&servers, servers.len(), Duration::from_millis(3200));
}
