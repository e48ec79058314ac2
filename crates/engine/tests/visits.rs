//! What a run says of hosts in a range, where a closed port is passed over in silence: nothing that was heard is.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use holter_checks::{ALL, Check, Questions};
use holter_engine::{Course, Plan, Rules, Scan, Stop, Summary, run};
use holter_inventory::Inventory;
use holter_lab::zoo;
use holter_model::seam::{SystemClock, SystemDice};
use holter_model::target::Place;
use holter_model::{Asset, Attempt, Fragility, Service, Transport};
use holter_net::{Dialer, Limits, Pace};
use holter_protocols::PortChoice;
use support::{List, verdict};

/// Scans loopback as a range, so that no port of it is named by itself.
fn scan_range(port: u16, checks: Vec<&'static Check>) -> (Vec<Service>, Summary) {
    scan_ports(&[port], checks, Inventory::default())
}

/// The same with these ports, one after the other.
fn scan_ports(ports: &[u16], checks: Vec<&'static Check>, inventory: Inventory) -> (Vec<Service>, Summary) {
    let choice = |port: &u16| PortChoice {
        port: *port,
        transport: Transport::Tcp,
        named: true,
    };
    let plan = Plan {
        targets: vec!["127.0.0.1/32".parse().unwrap()],
        ports: ports.iter().map(choice).collect(),
        protocol: Some("tls".to_owned()),
        inventory: inventory.clone(),
        ..Plan::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut list = List::default();
    let summary = runtime.block_on(async {
        let (visits, scope) = plan.lay_out().await.unwrap();
        let scan = Scan {
            dialer: Dialer::new(scope, Pace::new(1, None, Duration::ZERO), Limits::default()),
            checks,
            questions: Questions::default(),
            clock: Box::new(SystemClock),
            dice: Box::new(SystemDice),
            hosts_at_once: 1,
            rules: Rules {
                inventory,
                ..Rules::default()
            },
        };
        run(scan, visits, &mut Course::default(), &mut list, &Stop::default()).await
    });
    (list.0, summary)
}

/// A peer that passes its first connection on to a zoo's one, and then is gone: crashed, or shut by a firewall that
/// took us for an attacker.
fn gone_after_one(upstream: std::net::SocketAddr) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        drop(listener);
        let mut server = std::net::TcpStream::connect(upstream).unwrap();
        let (mut from, mut to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
        std::thread::spawn(move || std::io::copy(&mut from, &mut to));
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = client.read(&mut buffer) {
            if server.write_all(buffer.get(..count).unwrap()).is_err() {
                break;
            }
        }
        let _ = server.shutdown(std::net::Shutdown::Both);
    });
    port
}

#[test]
fn a_port_that_closes_after_the_first_connection_is_not_passed_over() {
    let inert = zoo::named("heartbeat-inert").unwrap();
    let running = (inert.start)([127, 0, 0, 1].into()).unwrap();
    let (services, summary) = scan_range(gone_after_one(running.address), ALL.to_vec());
    assert_eq!(services.len(), 1);
    assert_eq!(verdict(&services[0]), "inconclusive");
    assert_eq!(services[0].attempt, Attempt::Closed);
    assert_eq!((summary.inconclusive, summary.nothing_there), (1, 0));
}

#[test]
fn a_port_that_was_never_open_is_passed_over() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let (services, summary) = scan_range(port, ALL.to_vec());
    assert_eq!((services.len(), summary.nothing_there), (0, 1));
}

#[test]
fn a_controller_that_shows_what_it_is_lives_unless_it_is_named() {
    let start = || (zoo::CONTROLLER_THAT_OFFERS.start)([127, 0, 0, 1].into()).unwrap();
    let found = start();
    let (services, _) = scan_range(found.address.port(), ALL.to_vec());
    assert_eq!(services.len(), 1);
    assert_eq!(verdict(&services[0]), "inconclusive");
    assert!(!found.hung(), "it was sent a heartbeat");
    assert_eq!(
        (services[0].attempt, services[0].connections),
        (Attempt::Completed, 1)
    );
    let role = services[0].role.as_ref().unwrap();
    assert_eq!(role.name, "management controller (iLO)");
    assert_eq!(role.fragility, Fragility::DoNotTouch);
    // Named by itself it is asked, as the user wants: only so does this test show that it can hang.
    let named = start();
    support::scan(named.address, false, Some("tls"), Questions::default());
    assert!(named.hung());
}

#[test]
fn a_host_that_stops_answering_is_left_alone_at_once() {
    let inert = zoo::named("heartbeat-inert").unwrap();
    let running = (inert.start)([127, 0, 0, 1].into()).unwrap();
    let next = TcpListener::bind("127.0.0.1:0").unwrap();
    let ports = [gone_after_one(running.address), next.local_addr().unwrap().port()];
    let (services, summary) = scan_ports(&ports, ALL.to_vec(), Inventory::default());
    assert_eq!((summary.left_alone, summary.not_asked), (1, 1));
    assert_eq!(services.len(), 1);
    next.set_nonblocking(true).unwrap();
    assert!(next.accept().is_err(), "its next port was not even knocked at");
}

#[test]
fn what_the_inventory_calls_too_delicate_is_not_contacted() {
    for fragility in [Fragility::Fragile, Fragility::DoNotTouch] {
        let delicate = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = delicate.local_addr().unwrap().port();
        let asset = Asset {
            port: Some(port),
            fragility: Some(fragility),
            ..Asset::at(Place::Address([127, 0, 0, 1].into()))
        };
        let (services, summary) = scan_ports(&[port], ALL.to_vec(), Inventory::new(vec![asset]));
        assert_eq!((services.len(), summary.spared), (0, 1));
        delicate.set_nonblocking(true).unwrap();
        assert!(delicate.accept().is_err(), "{fragility}");
    }
}

/// A bug of ours.
static BUG: Check = Check {
    id: "bug",
    name: "Bug",
    about: "panics",
    flaw: "",
    ask: |_| Box::pin(async { panic!("as this test wants it") }),
    judge: |_, _| None,
};

#[test]
fn a_bug_does_not_pass_for_a_host_with_nothing_on_it() {
    let open = TcpListener::bind("127.0.0.1:0").unwrap();
    let (services, summary) = scan_range(open.local_addr().unwrap().port(), vec![&BUG]);
    assert_eq!(services.len(), 1);
    assert_eq!(services[0].attempt, Attempt::OurFault);
    assert_eq!((summary.inconclusive, summary.nothing_there), (1, 0));
}
