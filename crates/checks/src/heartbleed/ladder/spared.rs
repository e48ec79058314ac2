//! Walks to systems that give themselves away as delicate: they are left alone unless they are named.

#![cfg(test)]

use holter_model::seam::FixedDice;
use holter_model::{HeartbeatAnswer, Verdict};
use holter_net::tape::Event;
use holter_wire::extension::Extension;

use super::walks::{echo, flight, hello, walk_up_to};
use super::*;
use crate::visit::Notes;

/// As the default certificate of a management controller has it.
const CONTROLLER: &[u8] = b"0\x82\x01 Default Issuer (Do not trust)\x31\x0c ISS";
const FIREWALL: &[u8] = b"0\x82\x01 FortiGate\x31\x08 Fortinet";

/// Offers heartbeats, and shows a certificate with these names.
fn offering(names: &[u8]) -> Vec<Event> {
    let extensions = vec![
        Extension::renegotiation_info(),
        Extension::session_ticket(),
        Extension::heartbeat(),
    ];
    flight(Version::TLS12, extensions, names)
}

fn walk(named: bool, prove: bool, connections: Vec<Vec<Event>>) -> (Notes, Option<Verdict>) {
    walk_up_to(named, Transport::Tcp, None, prove, connections)
}

fn marks(notes: &Notes) -> Vec<&str> {
    notes
        .observations
        .iter()
        .filter_map(|seen| match &seen.fact {
            Fact::Recognised { mark } => Some(mark.as_str()),
            _ => None,
        })
        .collect()
}

fn heartbeats(notes: &Notes) -> usize {
    let beat = |fact: &Fact| matches!(fact, Fact::Heartbeat { .. } | Fact::OverRead { .. });
    notes.observations.iter().filter(|seen| beat(&seen.fact)).count()
}

#[test]
fn a_delicate_system_that_nobody_named_is_sent_its_hello_and_no_more() {
    let (notes, verdict) = walk(false, true, vec![offering(CONTROLLER)]);
    assert_eq!(
        (notes.attempt, verdict),
        (Attempt::Completed, Some(Verdict::Inconclusive))
    );
    assert_eq!((marks(&notes), heartbeats(&notes)), (vec!["hp-ilo"], 0));
    assert_eq!(notes.connections, 1, "one look is enough");
    let (mut hello, header) = (Vec::new(), 5);
    hello::heartbeat(Version::TLS12, Suites::Rsa, None, &FixedDice(1)).encode(&mut hello);
    assert_eq!(
        usize::try_from(notes.sent),
        Ok(header + hello.len()),
        "not one byte more"
    );
}

#[test]
fn a_named_one_and_a_sturdy_one_are_asked() {
    for (named, names) in [(true, CONTROLLER), (false, FIREWALL)] {
        let connection = [offering(names), vec![echo(4096, 15)]].concat();
        let (notes, verdict) = walk(named, false, vec![connection]);
        assert_eq!(verdict, Some(Verdict::Affected), "{notes:#?}");
        assert_eq!((marks(&notes).len(), heartbeats(&notes)), (1, 1));
    }
}

#[test]
fn one_that_offers_no_heartbeats_is_cleared_as_ever() {
    let plain = |version| flight(version, vec![Extension::renegotiation_info()], CONTROLLER);
    let versions = [Version::TLS12, Version::TLS11, Version::TLS10, Version::SSL3];
    let (notes, verdict) = walk(false, false, versions.map(plain).to_vec());
    assert_eq!(
        (notes.attempt, verdict),
        (Attempt::Completed, Some(Verdict::NotAffected))
    );
    assert_eq!(marks(&notes), ["hp-ilo"], "once is enough");
}

#[test]
fn a_mark_seen_in_one_version_holds_in_all() {
    let first = flight(Version::TLS12, vec![Extension::renegotiation_info()], CONTROLLER);
    let older = hello(Version::TLS11, vec![Extension::heartbeat()]);
    let (notes, verdict) = walk(false, false, vec![first, older]);
    assert_eq!((verdict, heartbeats(&notes)), (Some(Verdict::Inconclusive), 0));
}

#[test]
fn a_delicate_machine_behind_the_same_address_is_not_asked_for_proof() {
    let sturdy = [offering(FIREWALL), vec![echo(4096, 15)]].concat();
    let (notes, verdict) = walk(false, true, vec![sturdy, offering(CONTROLLER)]);
    assert_eq!((verdict, heartbeats(&notes)), (Some(Verdict::Affected), 1));
    assert_eq!(marks(&notes), ["fortinet-fortigate", "hp-ilo"]);
    let answers = |fact: &Fact| {
        matches!(
            fact,
            Fact::Heartbeat {
                answer: HeartbeatAnswer::Echo { .. },
                ..
            }
        )
    };
    assert!(notes.observations.iter().any(|seen| answers(&seen.fact)));
}
