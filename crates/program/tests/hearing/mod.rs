//! Captures that tests tell of.

use std::net::IpAddr;

use holter_capture::Part;
use holter_capture::captured::{Captured, Kind, Origin};
use holter_capture::coverage::Coverage;
use holter_capture::subject::{self, End, InterfaceSeen, Inventory, Said, Subject, Who};
use holter_model::seam::Clock;
use holter_model::{Basis, Transport, Verdict};
use holter_program::overheard::{Beginning, Overheard, Overhearing};
use holter_store::Store;
use ipnet::IpNet;
use jiff::Timestamp;

use crate::scanned::at;

/// A clock that stands.
pub(crate) struct Stands(pub(crate) Timestamp);

impl Clock for Stands {
    fn now(&self) -> Timestamp {
        self.0
    }
}

pub(crate) async fn opened() -> (Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("holter.db");
    (Store::open(path.to_str().unwrap()).await.unwrap(), folder)
}

pub(crate) fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// A system that was heard from this minute to that one, and of which nothing is said yet.
pub(crate) fn subject((host, port): (&str, u16), role: End, (first, last): (i64, i64)) -> Subject {
    Subject {
        schema: subject::SCHEMA,
        file: "a.pcap".to_owned(),
        subject: Who {
            address: address(host),
            port,
            role,
        },
        transport: Transport::Tcp,
        protocol: None,
        peers: Vec::new(),
        more_peers: false,
        first: at(first),
        last: at(last),
        verdicts: Vec::new(),
        signs: Vec::new(),
        inventory: Inventory::default(),
        coverage: subject::Coverage {
            bytes_heard: 900,
            sessions: 6,
            ..subject::Coverage::default()
        },
        so_far: false,
        observations: Vec::new(),
    }
}

/// What is said of a flaw by how a system behaved.
pub(crate) fn said((check, flaw): (&str, &str), verdict: Verdict, evidence: &str) -> Said {
    Said {
        check: check.to_owned(),
        flaw: flaw.to_owned(),
        verdict,
        basis: Basis::Behaviour,
        weight: None,
        evidence: evidence.to_owned(),
        by: Vec::new(),
        exposure: None,
    }
}

/// So many conversations of a client with a server, from this minute to that one.
pub(crate) fn way(
    client: &str,
    (server, port): (&str, u16),
    (protocol, encrypted): (&'static str, bool),
    sessions: u32,
    (first, last): (i64, i64),
) -> InterfaceSeen {
    InterfaceSeen {
        client: address(client),
        server: address(server),
        port,
        transport: Transport::Tcp,
        protocol: protocol.into(),
        encrypted,
        sessions,
        first: at(first),
        last: at(last),
    }
}

/// What a capture came to that was read to its end.
pub(crate) fn captured() -> Captured {
    let mut source = Origin::new("/var/captures/a.pcap".to_owned(), Kind::Capture);
    source.packets = 40;
    Captured {
        sources: vec![source],
        coverage: Coverage {
            packets: 40,
            // As most captures do, it begins in the middle of conversations.
            begun_before: 3,
            ..Coverage::default()
        },
        totals: Default::default(),
        beyond: Default::default(),
    }
}

/// A capture that began then: the same one, where it did so at the same moment.
pub(crate) fn beginning(started: Timestamp) -> Beginning {
    Beginning {
        key: format!("capture-{started}"),
        label: "Heard in a.pcap".to_owned(),
        started,
    }
}

/// Tells a capture that began then, some minutes later.
pub(crate) async fn tell(
    store: &Store,
    (started, own): (Timestamp, &[IpNet]),
    parts: Vec<Part>,
    (captured, cut_off): (&Captured, bool),
) -> Overheard {
    let clock = Stands(started + jiff::SignedDuration::from_mins(9));
    let mut hearing = Overhearing::begin((store, &clock), beginning(started), own, None)
        .await
        .unwrap();
    for part in parts {
        hearing.take(part, false).await.unwrap();
    }
    hearing.end(captured, cut_off).await.unwrap()
}
