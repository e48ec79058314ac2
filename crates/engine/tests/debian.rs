//! Every protocol against the real server that Debian or a registry has: reached, and not affected. And `auto`
//! recognises the protocol by what the service says, on a port that means nothing.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr};

use holter_checks::Questions;
use holter_lab::debian;
use holter_model::Attempt;
use support::{scan, verdict};

/// Protocols whose servers speak first and name themselves; dovecot's LMTP says only "220 ready", IRC waits.
const RECOGNISED: &[&str] = &["smtp", "imap", "pop3", "ftp", "sieve", "nntp", "mysql"];

fn meet(name: &str) {
    let entry = debian::find(name).unwrap();
    if !entry.is_allowed() {
        let _ = writeln!(std::io::stderr(), "skipped: {name} needs root");
        return;
    }
    let service = (entry.start)(IpAddr::V4(Ipv4Addr::LOCALHOST)).unwrap();
    for door in &service.doors {
        let direct = holter_protocols::ALL
            .iter()
            .find(|protocol| protocol.id == door.protocol && door.direct);
        let id = direct
            .and_then(|protocol| protocol.direct_id)
            .unwrap_or(door.protocol);
        let found = scan(door.address, false, Some(id), Questions::default());
        let story = format!("{name} {}: {found:#?}\n{}", door.protocol, service.log());
        assert_eq!(
            (verdict(&found), found.attempt),
            ("not_affected", Attempt::Completed),
            "{story}"
        );
        let found = scan(door.address, false, None, Questions::default());
        if RECOGNISED.contains(&door.protocol) && !door.direct {
            let heard = (found.protocol.as_str(), verdict(&found), found.attempt);
            assert_eq!(
                heard,
                (door.protocol, "not_affected", Attempt::Completed),
                "auto: {story}{found:#?}"
            );
        } else if door.direct {
            assert_eq!(
                (verdict(&found), found.attempt),
                ("not_affected", Attempt::Completed),
                "auto: {story}"
            );
        } else {
            // It waits for its own protocol; a guess must not become a verdict.
            assert_ne!(verdict(&found), "affected", "{story}");
        }
    }
}

macro_rules! servers {
    ($($name:ident),* $(,)?) => {
        $(#[test]
        fn $name() {
            meet(stringify!($name));
        })*

        #[test]
        fn every_server_of_the_roster_is_met() {
            let met = [$(stringify!($name)),*];
            for entry in debian::ALL {
                assert!(met.contains(&entry.name), "{} is not met", entry.name);
            }
        }
    };
}

servers!(
    nginx, apache, lighttpd, haproxy, stunnel, postfix, dovecot, vsftpd, slapd, prosody, postgresql, mariadb,
    xrdp, inn, inspircd, mosquitto, rsyslog, rabbitmq, hl7, dcmtk,
);
