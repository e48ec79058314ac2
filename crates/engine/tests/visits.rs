//! What a run says of hosts in a range, where a closed port is passed over in silence: nothing that was heard is.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use holter_checks::{ALL, Check, Needs, Profile, Questions};
use holter_engine::{Course, Earlier, Event, Plan, Rules, Scan, Sink, Stop, Summary, run};
use holter_inventory::Inventory;
use holter_lab::ports::free_tcp_on;
use holter_lab::zoo;
use holter_model::seam::{Clock, SystemClock, SystemDice};
use holter_model::target::Place;
use holter_model::{Asset, Attempt, Fragility, Service, Transport};
use holter_net::{Dialer, Limits, Pace, Scope};
use holter_protocols::PortChoice;
use jiff::Timestamp;
use support::{List, verdict};

/// Scans loopback as a range, so that no port of it is named by itself.
fn scan_range(port: u16, checks: Vec<&'static Check>) -> (Vec<Service>, Summary) {
    scan_ports(&[port], checks, Inventory::default())
}

/// The same with these ports, one after the other.
fn scan_ports(ports: &[u16], checks: Vec<&'static Check>, inventory: Inventory) -> (Vec<Service>, Summary) {
    scan_all(&["127.0.0.1/32"], ports, checks, inventory)
}

/// Scans targets, all of which are at 127.0.0.1.
fn scan_targets(targets: &[&str], ports: &[u16], checks: Vec<&'static Check>) -> (Vec<Service>, Summary) {
    scan_all(targets, ports, checks, Inventory::default())
}

fn scan_all(
    targets: &[&str],
    ports: &[u16],
    checks: Vec<&'static Check>,
    inventory: Inventory,
) -> (Vec<Service>, Summary) {
    let named = |port| PortChoice {
        port,
        transport: Transport::Tcp,
        named: true,
    };
    let plan = Plan {
        targets: targets.iter().map(|target| target.parse().unwrap()).collect(),
        ports: ports.iter().copied().map(named).collect(),
        protocol: Some("tls".to_owned()),
        inventory: inventory.clone(),
        ..Plan::default()
    };
    let addresses = vec![Ok(vec!["127.0.0.1/32".parse().unwrap()]); targets.len()];
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut list = List::default();
    let summary = runtime.block_on(async {
        let (visits, scope) = plan.lay_out_at(&addresses);
        let scan = Scan {
            dialer: Dialer::new(scope, Pace::new(1, None, Duration::ZERO), Limits::default()),
            checks,
            questions: Questions::default(),
            clock: Box::new(SystemClock),
            dice: Box::new(SystemDice),
            hosts_at_once: 4,
            earlier: Earlier::default(),
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
        let mut server = TcpStream::connect(upstream).unwrap();
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
    let (services, summary) = scan_range(gone_after_one(running.address), heartbleed());
    assert_eq!(services.len(), 1);
    assert_eq!(verdict(&services[0]), "inconclusive");
    assert_eq!(services[0].attempt, Attempt::Closed);
    assert_eq!((summary.inconclusive, summary.nothing_there), (1, 0));
}

#[test]
fn a_port_that_was_never_open_is_passed_over() {
    // Nobody is given this port by chance.
    let port = free_tcp_on([127, 0, 0, 1].into()).unwrap().port();
    let (services, summary) = scan_range(port, heartbleed());
    assert_eq!((services.len(), summary.nothing_there), (0, 1));
}

#[test]
fn a_controller_that_shows_what_it_is_lives_unless_it_is_named() {
    let start = || (zoo::CONTROLLER_THAT_OFFERS.start)([127, 0, 0, 1].into()).unwrap();
    let found = start();
    let (services, _) = scan_range(found.address.port(), heartbleed());
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
    let (services, summary) = scan_ports(&ports, heartbleed(), Inventory::default());
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
        let (services, summary) = scan_ports(&[port], heartbleed(), Inventory::new(vec![asset]));
        assert_eq!((services.len(), summary.spared), (0, 1));
        delicate.set_nonblocking(true).unwrap();
        assert!(delicate.accept().is_err(), "{fragility}");
    }
}

/// The one check that these tests are about.
fn heartbleed() -> Vec<&'static Check> {
    let checks = ALL.iter().filter(|check| check.profile == Profile::Heartbleed);
    checks.copied().collect()
}

/// A bug of ours.
static BUG: Check = Check {
    id: "bug",
    name: "Bug",
    about: "panics",
    profile: Profile::Heartbleed,
    needs: Needs::Nothing,
    flaws: &[],
    ask: |_| Box::pin(async { panic!("as this test wants it") }),
    judge: |_, _| Vec::new(),
};

#[test]
fn a_bug_does_not_pass_for_a_host_with_nothing_on_it() {
    let open = TcpListener::bind("127.0.0.1:0").unwrap();
    let (services, summary) = scan_range(open.local_addr().unwrap().port(), vec![&BUG]);
    assert_eq!(services.len(), 1);
    assert_eq!(services[0].attempt, Attempt::OurFault);
    assert_eq!((summary.inconclusive, summary.nothing_there), (1, 0));
}

/// A peer that answers every hello with the same alert, after so long.
fn refusing_after(wait: Duration) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let _ = client.read(&mut [0; 4096]);
            std::thread::sleep(wait);
            let _ = client.write_all(&[21, 3, 1, 0, 2, 2, 40]);
        }
    });
    port
}

#[test]
fn a_service_may_take_long_but_not_for_ever_and_a_slow_pace_is_not_its_fault() {
    let ask = |answer_ms, pause_ms| {
        let address = ([127, 0, 0, 1], refusing_after(Duration::from_millis(answer_ms))).into();
        support::scan_with(address, false, Some("tls"), Questions::default(), |_| {
            let limits = Limits {
                service: Duration::from_secs(3),
                ..Limits::default()
            };
            let pace = Pace::new(1, None, Duration::from_millis(pause_ms));
            Dialer::new(Scope::default(), pace, limits)
        })
    };
    // Far from either bound, for a busy machine makes each answer slower.
    let slow = ask(2000, 0);
    assert_eq!((slow.attempt, slow.connections), (Attempt::TimedOut, 2));
    let paced = ask(1, 550);
    assert_eq!((paced.attempt, paced.connections), (Attempt::HandshakeRefused, 7));
}

/// A port that no connection is accepted at, nor refused.
fn silent() -> (TcpListener, Vec<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let knock = |_| TcpStream::connect_timeout(&address, Duration::from_millis(300)).ok();
    let waiting = (0..10_000).map_while(knock).collect();
    (listener, waiting)
}

#[test]
fn a_host_that_is_left_alone_is_so_under_every_name() {
    let inert = zoo::named("heartbeat-inert").unwrap();
    let running = (inert.start)([127, 0, 0, 1].into()).unwrap();
    let next = TcpListener::bind("127.0.0.1:0").unwrap();
    let ports = [gone_after_one(running.address), next.local_addr().unwrap().port()];
    let (_, summary) = scan_targets(&["one.example", "other.example"], &ports, heartbleed());
    assert_eq!(summary.left_alone, 2);
    next.set_nonblocking(true).unwrap();
    assert!(next.accept().is_err(), "it was touched again");
}

#[test]
fn a_host_that_now_refuses_what_it_accepted_is_left_alone_at_its_next_silent_door() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        drop(listener);
        let _ = client.read(&mut [0; 4096]);
        let _ = client.write_all(b"not TLS at all");
    });
    let (shut, _waiting) = silent();
    let next = TcpListener::bind("127.0.0.1:0").unwrap();
    let ports = [
        port,
        shut.local_addr().unwrap().port(),
        next.local_addr().unwrap().port(),
    ];
    let (_, summary) = scan_targets(&["127.0.0.1/32"], &ports, heartbleed());
    assert_eq!((summary.left_alone, summary.not_asked), (1, 1));
}

/// A clock that stands still until it is set.
struct Set(Arc<Mutex<Timestamp>>);

impl Clock for Set {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// Stops the run in the first quiet hours.
struct UntilQuiet(Stop);

impl Sink for UntilQuiet {
    fn take(&mut self, event: Event) {
        if let Event::Quiet { .. } = event {
            self.0.now();
        }
    }
}

#[test]
fn who_waits_for_a_hosts_turn_into_quiet_hours_does_not_knock() {
    let now = Arc::new(Mutex::new("2026-11-22T09:59:00Z".parse().unwrap()));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = |name| format!("{name}.example:{}", listener.local_addr().unwrap().port());
    let plan = Plan {
        targets: ["one", "other"]
            .map(|name| target(name).parse().unwrap())
            .to_vec(),
        protocol: Some("tls".to_owned()),
        ..Plan::default()
    };
    let (clock, peer) = (Arc::clone(&now), listener.try_clone().unwrap());
    std::thread::spawn(move || {
        let (mut client, _) = peer.accept().unwrap();
        // By now the other waits for the host's turn.
        let _ = client.read(&mut [0; 4096]);
        *clock.lock().unwrap() = "2026-11-22T10:00:00Z".parse().unwrap();
        let _ = client.write_all(b"not TLS at all");
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let summary = runtime.block_on(async {
        let (visits, scope) = plan.lay_out_at(&vec![Ok(vec!["127.0.0.1/32".parse().unwrap()]); 2]);
        let scan = Scan {
            dialer: Dialer::new(
                scope,
                Pace::new(2, None, Duration::from_millis(100)),
                Limits::default(),
            ),
            checks: heartbleed(),
            questions: Questions::default(),
            clock: Box::new(Set(now)),
            dice: Box::new(SystemDice),
            hosts_at_once: 2,
            earlier: Earlier::default(),
            rules: Rules {
                quiet: "10:00-11:00".parse().unwrap(),
                ..Rules::default()
            },
        };
        let stop = Stop::default();
        run(
            scan,
            visits,
            &mut Course::default(),
            &mut UntilQuiet(stop.clone()),
            &stop,
        )
        .await
    });
    assert_eq!((summary.services, summary.interrupted), (1, true));
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "it knocked in quiet hours");
}

#[test]
fn a_host_has_ended_one_connection_before_it_gets_the_next_under_another_name() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let peer = std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let _ = client.write_all(b"not TLS at all");
        while let Ok(1..) = client.read(&mut [0; 4096]) {}
        // It takes its time to end what the scanner has ended.
        std::thread::sleep(Duration::from_millis(50));
        listener.set_nonblocking(true).unwrap();
        let second = listener.accept().is_ok();
        drop(client);
        second
    });
    scan_targets(&["one.example", "other.example"], &[port], heartbleed());
    assert!(!peer.join().unwrap(), "two connections at once");
}
