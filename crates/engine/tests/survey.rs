//! What real servers speak, found by the survey, and in how many connections.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod support;

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;

use holter_checks::{Check, Configuration, Needs, Profile};
use holter_lab::Server;
use holter_lab::certificate::{Certificate, KeyKind};
use holter_lab::node::{self, NodeServer};
use holter_lab::openssl3::{self, Shape};
use holter_lab::ports::free_tcp;
use holter_model::{Order, Service};
use holter_wire::{NamedGroup, Version};
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

fn serve(arguments: &[&str]) -> Server {
    let arguments: Vec<String> = arguments.iter().map(|&one| one.to_owned()).collect();
    let certificate = Certificate::shared(KeyKind::Rsa).unwrap();
    let title = "openssl s_server".to_owned();
    openssl3::serve_as_told(title, &arguments, free_tcp().unwrap(), &certificate).unwrap()
}

#[test]
fn rare_groups_alone_keep_heartbleed_from_nobody() {
    for arguments in [
        ["-tls1_2", "-groups", "brainpoolP256r1", "-cipher", "ECDHE"],
        ["-tls1_2", "-groups", "sect571r1", "-cipher", "ECDHE"],
        ["-tls1_2", "-groups", "X448", "-cipher", "ARIAGCM"],
        ["-tls1_3", "-groups", "X448", "-cipher", "ECDHE"],
    ] {
        let server = serve(&arguments);
        let service = assess(server.address, "https", Profile::Heartbleed, &[]);
        let said = service.judgements[0].verdict.as_str();
        assert_eq!(said, "not_affected", "{arguments:?}: {:?}", service.judgements);
    }
}

/// Leads clients of TLS 1.2 to one server, and older ones to another.
fn parted(newer: SocketAddr, older: SocketAddr) -> SocketAddr {
    let front = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = front.local_addr().unwrap();
    thread::spawn(move || {
        for client in front.incoming().flatten() {
            thread::spawn(move || lead(client, newer, older));
        }
    });
    address
}

fn lead(mut client: TcpStream, newer: SocketAddr, older: SocketAddr) -> std::io::Result<()> {
    // The header of the record and that of the message, then the version.
    let mut head = [0; 11];
    client.read_exact(&mut head)?;
    let mut server = TcpStream::connect(if head[10] >= 3 { newer } else { older })?;
    server.write_all(&head)?;
    let (mut from_server, mut to_client) = (server.try_clone()?, client.try_clone()?);
    thread::spawn(move || {
        let _ = std::io::copy(&mut from_server, &mut to_client);
        to_client.shutdown(Shutdown::Both)
    });
    std::io::copy(&mut client, &mut server)?;
    server.shutdown(Shutdown::Both)
}

#[test]
fn a_version_with_groups_of_its_own_shows_them() {
    let newer = serve(&["-tls1_2", "-groups", "P-256", "-cipher", "ECDHE-RSA-AES128-SHA"]);
    let older = serve(&[
        "-tls1_1",
        "-groups",
        "X25519:P-384",
        "-cipher",
        "ECDHE:@SECLEVEL=0",
    ]);
    let (_, configuration) = survey(parted(newer.address, older.address), "https");
    assert_eq!(
        configuration.versions[&Version::TLS12].groups,
        [NamedGroup::SECP256R1]
    );
    let older = &configuration.versions[&Version::TLS11].groups;
    assert!(older.contains(&NamedGroup::X25519), "{older:?}");
}
