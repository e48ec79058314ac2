//! `holter scan` in a hospital of network namespaces: what it says, what it does to the devices, and what a capture of
//! its own cable proves that it did not do.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "network/day.rs"]
mod day;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use day::{Day, day};
use holter_lab::network::fake::{self, Event};
use holter_lab::network::hospital::{
    CONTROLLER, DROPPER, FIXED, MAIL, OFFERING_CONTROLLER, PORTAL, PRINTER, PUMP, RANGE, RESETTER, SCANNER,
    SLOW,
};
use holter_lab::network::proof::End;
use holter_lab::network::{Load, proof};
use ipnet::Ipv4Net;

#[test]
#[ignore = "the network starts it as a device"]
fn plays_a_device() {
    fake::play();
}

#[test]
fn each_server_gets_its_verdict() {
    let Some(day) = day() else { return };
    let answers = [
        (PORTAL, 443, "https", "affected"),
        (FIXED, 443, "https", "not_affected"),
        (MAIL, 25, "smtp", "not_affected"),
        (CONTROLLER, 443, "https", "not_affected"),
        (SLOW, 443, "https", "not_affected"),
        (DROPPER, 443, "https", "not_affected"),
    ];
    for (address, port, protocol, verdict) in answers {
        let service = day.service(address, port);
        assert_eq!(
            (&service["protocol"], &service["verdicts"][0]["verdict"]),
            (&protocol.into(), &verdict.into()),
            "{service}"
        );
    }
    assert_eq!(day.code, Some(1), "{}", day.said);
}

#[test]
fn a_host_that_resets_is_not_passed_over() {
    let Some(day) = day() else { return };
    assert_eq!(
        day.service(RESETTER, 443)["verdicts"][0]["verdict"],
        "inconclusive"
    );
}

#[test]
fn a_controller_lives_on() {
    let Some(day) = day() else { return };
    assert_unharmed(day, "controller");
    assert_eq!(asked(day, CONTROLLER), BTreeSet::from([443]));
    assert!(day.controller_answers, "it does not answer a hello any more");
}

#[test]
fn a_controller_that_offers_heartbeats_is_sent_none() {
    let Some(day) = day() else { return };
    assert_unharmed(day, "controller-2");
    assert_eq!(asked(day, OFFERING_CONTROLLER), BTreeSet::from([443]));
}

#[test]
fn a_printer_prints_nothing() {
    let Some(day) = day() else { return };
    assert_eq!(day.events("printer"), []);
    let ports: BTreeSet<u16> = proof::ports(&day.packets, SCANNER.into(), PRINTER.into());
    let printing: Vec<_> = ports
        .iter()
        .filter(|port| matches!(port, 515 | 9100..=9107))
        .collect();
    assert!(
        printing.is_empty() && !ports.is_empty(),
        "{printing:?} of {ports:?}"
    );
}

#[test]
fn what_is_not_to_be_touched_never_hears_of_it() {
    let Some(day) = day() else { return };
    assert_eq!(day.events("pump"), []);
    let named = |end: Option<IpAddr>| end == Some(PUMP.into());
    let packet = day
        .packets
        .iter()
        .find(|packet| named(packet.from) || named(packet.to));
    assert_eq!(packet, None, "not even ARP");
}

#[test]
fn no_packet_leaves_the_scope() {
    let Some(day) = day() else { return };
    let range: Ipv4Net = RANGE.parse().unwrap();
    let outside = |address: &IpAddr| !matches!(address, IpAddr::V4(address) if range.contains(address));
    let contacted = proof::contacted(&day.packets, SCANNER.into());
    let strangers: Vec<_> = contacted.iter().filter(|address| outside(address)).collect();
    assert!(strangers.is_empty(), "{strangers:?}");
    // The capture saw what there was to see: every host of the range but the one that is excluded was looked for.
    let wanted = range.hosts().filter(|address| *address != PUMP).map(IpAddr::from);
    let missed: Vec<_> = wanted.filter(|address| !contacted.contains(address)).collect();
    assert!(missed.is_empty(), "{missed:?}");
    // Nor does the machine say anything under another name, but for what every kernel tells its link.
    let housekeeping = |load: Load| {
        matches!(
            load,
            Load::Igmp
                | Load::Icmp {
                    kind: 130..=137 | 143
                }
        )
    };
    let said = day.packets.iter().find(|packet| {
        let stranger =
            |end: Option<IpAddr>| end.is_none_or(|end| end != IpAddr::from(SCANNER) && outside(&end));
        stranger(packet.from) && stranger(packet.to) && !housekeeping(packet.load)
    });
    assert_eq!(said, None);
}

#[test]
fn no_host_has_two_connections_at_once() {
    let Some(day) = day() else { return };
    let open = proof::open_at_once(&day.packets, SCANNER.into(), End::Scanner);
    let many: Vec<_> = open.iter().filter(|(_, most)| **most > 1).collect();
    assert!(many.is_empty(), "{many:?}");
    for address in [PORTAL, FIXED, MAIL, CONTROLLER, PRINTER, SLOW, DROPPER, RESETTER] {
        assert_eq!(open.get(&address.into()), Some(&1), "{address}");
    }
}

#[test]
fn the_next_connection_waits_until_the_host_has_ended_the_one_before() {
    let Some(day) = day() else { return };
    let open = proof::open_at_once(&day.packets, SCANNER.into(), End::Both);
    for address in [PORTAL, FIXED, MAIL, CONTROLLER, SLOW, DROPPER] {
        assert_eq!(open.get(&address.into()), Some(&1), "{address}");
    }
}

/// The ports at which the device was knocked and which it has open, by its own account.
fn asked(day: &Day, address: Ipv4Addr) -> BTreeSet<u16> {
    let open = day.ports(address);
    let knocked = proof::ports(&day.packets, SCANNER.into(), address.into());
    open.iter()
        .copied()
        .filter(|port| knocked.contains(port))
        .collect()
}

fn assert_unharmed(day: &Day, name: &str) {
    let events = day.events(name);
    let harm = |event: &&Event| matches!(event, Event::Hung { .. } | Event::Heartbeat { .. });
    assert_eq!(events.iter().find(harm), None, "{name}");
    assert!(
        events.iter().any(|event| matches!(event, Event::Closed { .. })),
        "{name} was not asked"
    );
}
