//! Several servers behind one address, and peers that accept whatever is offered: no verdict may rest on such a survey.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and shows what it saw"
)]

mod support;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use holter_checks::{Configuration, Questions};
use holter_lab::node::{self, NodeServer};
use holter_lab::openssl3::{self, Shape};
use holter_lab::ports::free_tcp;
use holter_lab::proxy::balancing::{self, Turn};
use holter_lab::zoo::agreeable::{self, Taste};
use holter_model::{Attempt, Fact, Service, Verdict};
use holter_wire::Version;
use support::assess_fully;

/// In turn, beginning with either, and by chance.
fn turns() -> impl Iterator<Item = (bool, Turn)> {
    let chances = (1..=8).map(|seed| (false, Turn::Chance(seed)));
    [(false, Turn::Next), (true, Turn::Next)]
        .into_iter()
        .chain(chances)
}

fn scan(address: SocketAddr) -> (Service, Configuration) {
    let service = assess_fully(address, "https", Questions::default(), Duration::ZERO);
    let configuration = Configuration::of(&service.observations);
    println!(
        "{} connections, {} ms, {:?} {:?}, several: {:?}, {:?}",
        service.connections,
        service.elapsed_ms,
        service.attempt,
        service.trouble,
        configuration.inconsistent,
        configuration.versions.keys().collect::<Vec<_>>(),
    );
    (service, configuration)
}

fn cleared(service: &Service) -> Vec<&str> {
    let cleared = service
        .judgements
        .iter()
        .filter(|judgement| judgement.verdict == Verdict::NotAffected);
    cleared.map(|judgement| judgement.flaw.as_str()).collect()
}

/// Both servers, and what only the first of them speaks.
fn hold(first: SocketAddr, second: SocketAddr, old: &[Version]) {
    let mut missed = 0;
    for (swapped, turn) in turns() {
        let both = if swapped {
            vec![second, first]
        } else {
            vec![first, second]
        };
        let balancer = balancing::start(both, turn).unwrap();
        let (service, configuration) = scan(balancer.address);
        if configuration.inconsistent.is_none() {
            assert!(turn != Turn::Next, "{:?}", service.oddities);
            missed += 1;
            continue;
        }
        assert_eq!(cleared(&service), Vec::<&str>::new(), "{turn:?}");
        assert!(!configuration.complete && configuration.refused.is_empty());
        // By chance a version may be missed; that it is not known is said.
        for version in old.iter().filter(|_| turn == Turn::Next) {
            assert_eq!(configuration.speaks(*version), Some(true), "{turn:?}: {version}");
        }
    }
    // By chance the same server may answer all the time, or all that tells.
    assert!(missed <= 1, "{missed} of 8");
}

#[test]
fn an_old_server_does_not_hide_behind_a_new_one() {
    let old = openssl3::serve(Shape::Tls1Only, free_tcp().unwrap()).unwrap();
    let new = openssl3::serve(Shape::Modern, free_tcp().unwrap()).unwrap();
    hold(old.address, new.address, &[Version::TLS10, Version::TLS13]);
}

#[test]
fn of_two_alike_the_one_with_more_suites_is_noticed() {
    let more = openssl3::serve(Shape::Modern, free_tcp().unwrap()).unwrap();
    let fewer = openssl3::serve(Shape::EcdheOnly, free_tcp().unwrap()).unwrap();
    hold(more.address, fewer.address, &[Version::TLS13]);
}

#[test]
fn an_affected_server_does_not_hide_behind_a_fixed_one() {
    let affected = node::serve(&NodeServer::new("0.10.1", "https", free_tcp().unwrap())).unwrap();
    let fixed = node::serve(&NodeServer::new("12.22.12", "https", free_tcp().unwrap())).unwrap();
    hold(affected.address, fixed.address, &[Version::SSL3, Version::TLS13]);
}

#[test]
fn one_server_behind_a_balancer_is_one() {
    let server = openssl3::serve(Shape::Modern, free_tcp().unwrap()).unwrap();
    let balancer = balancing::start(vec![server.address; 2], Turn::Next).unwrap();
    let (service, configuration) = scan(balancer.address);
    assert!(configuration.inconsistent.is_none() && configuration.complete);
    assert!(!cleared(&service).is_empty());
}

#[test]
fn who_accepts_everything_is_left_after_a_while_and_cleared_of_nothing_by_it() {
    for taste in [Taste::First, Taste::FirstOfSense, Taste::Last, Taste::Any] {
        let peer = agreeable::start(IpAddr::V4(Ipv4Addr::LOCALHOST), taste).unwrap();
        let (service, configuration) = scan(peer.address);
        println!("{taste:?}: {:?}", service.oddities);
        assert!(service.connections <= 120, "{taste:?}: {}", service.connections);
        assert_eq!(service.attempt, Attempt::Misbehaved, "{taste:?}");
        assert!(!configuration.complete);
        let open = |observation: &holter_model::Observation| {
            matches!(observation.fact, Fact::Suites { complete: true, .. })
        };
        assert!(!service.observations.iter().any(open), "{taste:?}");
        assert_eq!(cleared(&service), Vec::<&str>::new(), "{taste:?}");
    }
}
