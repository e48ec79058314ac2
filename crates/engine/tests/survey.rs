//! What real servers speak, found by the survey, and in how many connections.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod support;

use std::net::SocketAddr;

use holter_checks::{Check, Configuration, Needs, Profile};
use holter_lab::node::{self, NodeServer};
use holter_lab::openssl3::{self, Shape};
use holter_lab::ports::free_tcp;
use holter_model::{Order, Service};
use holter_wire::Version;
use support::assess;

/// Needs the survey and asks nothing itself.
static SURVEY: Check = Check {
    id: "survey",
    name: "Survey",
    about: "asks nothing",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[],
    ask: |_| Box::pin(async {}),
    judge: |_, _| Vec::new(),
};

fn survey(address: SocketAddr, protocol: &str) -> (Service, Configuration) {
    let service = assess(address, protocol, Profile::Heartbleed, &[&SURVEY]);
    let configuration = Configuration::of(&service.observations);
    for (version, spoken) in &configuration.versions {
        println!("{version}: {:?} {:?}", spoken.order, spoken.suites);
        println!("    {:?} {:?}", spoken.groups, spoken.schemes);
    }
    let suites: usize = configuration
        .versions
        .values()
        .map(|spoken| spoken.suites.len())
        .sum();
    println!(
        "refused {:?}; {suites} suites, {} connections, {} ms; {:?}",
        configuration.refused, service.connections, service.elapsed_ms, service.oddities
    );
    println!(
        "SSLv2: {:?}, attempt {:?} {:?}",
        configuration.ssl2, service.attempt, service.trouble
    );
    (service, configuration)
}

#[test]
fn node_0_10_1_is_known_in_few_connections() {
    let server = node::serve(&NodeServer::new("0.10.1", "https", free_tcp().unwrap())).unwrap();
    let (service, configuration) = survey(server.address, "https");
    assert!(configuration.complete);
    assert_eq!(configuration.speaks(Version::TLS12), Some(true));
    assert_eq!(configuration.speaks(Version::TLS13), Some(false));
    assert_eq!(service.judgements[0].verdict.as_str(), "affected");
}

#[test]
fn openssl_3_shows_its_groups() {
    let server = openssl3::serve(Shape::Modern, free_tcp().unwrap()).unwrap();
    let (_, configuration) = survey(server.address, "https");
    assert!(configuration.complete);
    assert_eq!(configuration.versions[&Version::TLS12].order, Some(Order::Client));
}

#[test]
fn tls_1_3_alone_is_surveyed() {
    let server = openssl3::serve(Shape::Tls13Only, free_tcp().unwrap()).unwrap();
    let (_, configuration) = survey(server.address, "https");
    assert!(configuration.complete);
    assert_eq!(configuration.newest(), Some(Version::TLS13));
}
