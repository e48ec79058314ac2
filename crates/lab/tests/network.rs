//! The lab's network: its devices notice what a careless client does, a capture shows it, nothing leads out, and nothing
//! is left of it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use holter_lab::network::fake::{self, Event, Fake};
use holter_lab::network::proof::End;
use holter_lab::network::{self, Capture, Host, Load, Network, proof};

const CLIENT: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 200);
const DEVICE: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 20);

#[test]
#[ignore = "the network starts it as a device"]
fn plays_a_device() {
    fake::play();
}

/// A network with a client and, where one is wanted, a device; none where this process may not make networks.
fn network(fake: Option<Fake>) -> Option<Network> {
    if !network::is_allowed() {
        // Not by `println!`, which is kept from who runs the tests.
        let _ = writeln!(std::io::stderr(), "skipped: no right to make network namespaces");
        return None;
    }
    let mut network = Network::up().unwrap();
    network.plug("client", CLIENT).unwrap();
    let device = network.plug("device", DEVICE).unwrap();
    if let Some(fake) = fake {
        device.play(fake).unwrap();
    }
    Some(network)
}

/// A shell on the client. `exec 3<>/dev/tcp/ADDRESS/PORT` opens a connection; the shell holds it until it ends.
fn shell(network: &Network, script: &str) -> Child {
    let mut bash = Command::new("bash");
    bash.args(["-c", script]);
    let client = network.host("client").unwrap();
    client
        .within(&bash)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Runs a script there and gives back what the device has noted once it has noted this; if it never does, that fails.
fn noted(network: &Network, script: &str, wanted: impl Fn(&Event) -> bool) -> Vec<Event> {
    let mut client = shell(network, &format!("{script}; read"));
    let start = Instant::now();
    let events = loop {
        let events = network.host("device").unwrap().events().unwrap();
        if events.iter().any(&wanted) {
            break events;
        }
        assert!(start.elapsed() < Duration::from_secs(120), "{script}: {events:?}");
        std::thread::sleep(Duration::from_millis(5));
    };
    drop(client.stdin.take());
    client.wait().unwrap();
    events
}

#[test]
fn a_controller_hangs_on_a_second_connection() {
    let Some(network) = network(Some(Fake::Controller)) else {
        return;
    };
    let capture = Capture::start(network.host("client").unwrap()).unwrap();
    let hung = |event: &Event| matches!(event, Event::Hung { .. });
    let one = format!("exec 3<>/dev/tcp/{DEVICE}/443; exec 3>&-");
    let closed = |event: &Event| matches!(event, Event::Closed { connection: 2, .. });
    let events = noted(&network, &format!("{one}; {one}; {one}"), closed);
    assert!(
        !events.iter().any(hung),
        "one after the other is borne: {events:?}"
    );
    let two = format!("exec 3<>/dev/tcp/{DEVICE}/443 4<>/dev/tcp/{DEVICE}/17990");
    noted(&network, &two, hung);
    let packets = capture.end().unwrap();
    let open = proof::open_at_once(&packets, CLIENT.into(), End::Scanner);
    assert_eq!(open.get(&DEVICE.into()), Some(&2));
    assert_eq!(
        proof::ports(&packets, CLIENT.into(), DEVICE.into()),
        BTreeSet::from([443, 17_990])
    );
}

#[test]
fn a_controller_hangs_on_a_heartbeat() {
    let Some(network) = network(Some(Fake::OfferingController)) else {
        return;
    };
    // A ClientHello of TLS 1.2 with one suite of RSA key exchange, then a heartbeat record of three bytes.
    let hello = format!("16030100 2d 01000029 0303 {} 00 0002 002f 0100", "5a".repeat(32));
    let script = format!(
        "exec 3<>/dev/tcp/{DEVICE}/443; printf '{}' >&3; head -c 5 <&3 | od -An -tx1; printf '{}' >&3",
        escaped(&hello),
        escaped("180303 0003 010000"),
    );
    let events = noted(&network, &script, |event| matches!(event, Event::Hung { .. }));
    assert!(events.contains(&Event::Heartbeat { connection: 0 }), "{events:?}");
    // It is as dead as a device can be: the next connection is not even noticed.
    let output = shell(&network, &format!("exec 3<>/dev/tcp/{DEVICE}/443; read -t 1 <&3"));
    output.wait_with_output().unwrap();
    assert_eq!(network.host("device").unwrap().events().unwrap(), events);
}

#[test]
fn a_printer_prints_what_it_is_sent_and_nothing_for_a_knock() {
    let Some(network) = network(Some(Fake::Printer)) else {
        return;
    };
    let knock = format!("exec 3<>/dev/tcp/{DEVICE}/9100; exec 3>&-");
    let events = noted(&network, &knock, |event| matches!(event, Event::Closed { .. }));
    assert_eq!(
        events[0],
        Event::Opened {
            connection: 0,
            port: 9100
        }
    );
    assert!(!events.contains(&Event::Printed { port: 9100 }));
    let hello = format!("exec 3<>/dev/tcp/{DEVICE}/9101; printf x >&3");
    noted(&network, &hello, |event| *event == Event::Printed { port: 9101 });
}

#[test]
fn a_capture_shows_every_packet_to_whomever() {
    let Some(network) = network(None) else { return };
    let client = network.host("client").unwrap();
    network.host("device").unwrap().drop_all_but(443).unwrap();
    let capture = Capture::start(client).unwrap();
    let nobody = Ipv4Addr::new(10, 77, 0, 33);
    let script = format!(
        "echo > /dev/udp/{DEVICE}/161; echo > /dev/udp/{nobody}/161; timeout 1 bash -c 'exec 3<>/dev/tcp/{DEVICE}/80'"
    );
    let status = shell(&network, &script).wait().unwrap();
    assert_eq!(status.code(), Some(124), "a port that drops says nothing");
    let packets = capture.end().unwrap();
    let contacted: BTreeSet<IpAddr> = BTreeSet::from([DEVICE.into(), nobody.into()]);
    assert_eq!(proof::contacted(&packets, CLIENT.into()), contacted);
    let ports = proof::ports(&packets, CLIENT.into(), DEVICE.into());
    assert_eq!(ports, BTreeSet::from([80, 161]));
    let from_device = packets
        .iter()
        .filter(|packet| packet.from == Some(DEVICE.into()))
        .find(|packet| !matches!(packet.load, Load::IsAt | Load::WhoHas));
    assert_eq!(from_device, None, "it is there and drops what it gets");
}

#[test]
fn nothing_leads_out() {
    let Some(network) = network(None) else { return };
    for host in network.hosts() {
        let mut route = Command::new("ip");
        route.args(["route", "get", "192.0.2.1"]);
        let output = host.within(&route).output().unwrap();
        assert!(
            !output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
}

#[test]
fn nothing_is_left_even_after_a_panic() {
    let Some(network) = network(Some(Fake::Pump)) else {
        return;
    };
    let name = network.name.clone();
    assert_eq!(namespaces(&name).len(), 3);
    let panicked = catch_unwind(AssertUnwindSafe(move || {
        let _held: &Host = network.host("client").unwrap();
        network.host("nobody").unwrap().address
    }));
    assert!(panicked.is_err());
    assert_eq!(namespaces(&name), [""; 0]);
}

#[test]
fn what_a_killed_process_left_is_swept_away() {
    if !network::is_allowed() {
        return;
    }
    let mut dead = Command::new("true").spawn().unwrap();
    dead.wait().unwrap();
    let left = format!("holter-lab-{}-0-left", dead.id());
    assert!(
        Command::new("ip")
            .args(["netns", "add", &left])
            .status()
            .unwrap()
            .success()
    );
    let mut lost = Command::new("ip")
        .args(["netns", "exec", &left, "sh", "-c", "echo inside; exec sleep 60"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // Before it is inside nobody can know that it belongs there.
    let mut inside = [0; 6];
    lost.stdout.take().unwrap().read_exact(&mut inside).unwrap();
    drop(network(None));
    assert_eq!(namespaces(&left), [""; 0]);
    // Killed: at the end of its sleep it would have succeeded.
    assert!(!lost.wait().unwrap().success());
}

fn namespaces(beginning: &str) -> Vec<String> {
    let output = Command::new("ip").args(["netns", "list"]).output().unwrap();
    let listing = String::from_utf8(output.stdout).unwrap();
    let names = listing.lines().filter_map(|line| line.split_whitespace().next());
    names
        .filter(|name| name.starts_with(beginning))
        .map(str::to_owned)
        .collect()
}

/// Hexadecimal as `printf` of a shell wants it.
fn escaped(hexadecimal: &str) -> String {
    let digits: Vec<char> = hexadecimal.chars().filter(|digit| *digit != ' ').collect();
    digits
        .chunks(2)
        .map(|byte| format!("\\x{}", byte.iter().collect::<String>()))
        .collect()
}
