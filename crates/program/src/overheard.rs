//! What a capture told, remembered: services with their facts and what is affected in them, clients that lost memory, and
//! who speaks with whom. Nothing was asked, so nothing is closed by it: what was not heard may be there all the same.

mod map;

use std::net::IpAddr;

use holter_capture::subject::{End, Said};
use holter_capture::{Captured, Heard as Told, Subject};
use holter_checks::catalogue;
use holter_model::{Attempt, Endpoint, Judgement, Service, Verdict};
use holter_store::{NewScan, Scope, Store, StoreError};
use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use self::map::Map;
use crate::due;
use crate::guess::is_public;
use crate::ingest::{Heard, Ingest, PASSIVE, Taken};

/// The protocol of a client, which answers nowhere: it stands at port 0 of its address.
pub const CLIENT: &str = "client";

/// So many services are written at once.
const BATCH: usize = 50;
/// So many interfaces.
const WAYS: usize = 200;
/// So long an import may take before it looks as if it had been broken off.
const LEASE: SignedDuration = SignedDuration::from_mins(15);

/// What remembering a capture came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overheard {
    /// What became of the services.
    pub taken: Taken,
    /// Interfaces between two assets.
    pub interfaces: u64,
    /// Services and ends of interfaces that are neither private, nor known, nor the user's own, and were left out.
    pub outside: u64,
}

/// Whose addresses are remembered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ours<'a>(&'a [IpNet]);

/// Remembers a capture; the same one twice changes nothing. `own` are addresses that are the user's though they are not
/// private; `actor` is who brings it in, at that moment.
///
/// # Errors
/// When the database does not answer. What was written by then lasts, and doing it again adds the rest.
pub async fn remember(
    store: &Store,
    (captured, told): (&Captured, &Told),
    own: &[IpNet],
    (actor, now): (Option<i64>, Timestamp),
) -> Result<Overheard, StoreError> {
    let ours = Ours(own);
    let deadlines = due::chosen(store).await?;
    let first = captured.sources.iter().filter_map(|source| source.first).min();
    let about = NewScan {
        key: key(captured, told),
        method: PASSIVE.to_owned(),
        label: label(captured),
        scope: Scope::default(),
        actor,
        started: first.unwrap_or(now),
    };
    let ingest = Ingest::begin(store, about, deadlines).await?;
    let mut writing = store.write().await?;
    let until = now.saturating_add(LEASE).unwrap_or(now);
    writing.hold_scan(ingest.scan, "", until).await?;
    writing.commit().await?;
    let mut sums = Overheard::default();
    for some in told.subjects.chunks(BATCH) {
        let mut services = Vec::new();
        for subject in some {
            let address = subject.subject.address;
            if ours.has(address) || (is_host(address) && is_known(store, address).await?) {
                services.push(service(subject));
            } else {
                sums.outside += 1;
            }
        }
        let taken = ingest.take_heard(&services).await?;
        add(&mut sums.taken, &taken);
    }
    let mut map = Map::new(ours, ingest.scan, actor);
    for some in told.interfaces.chunks(WAYS) {
        let mut writing = store.write_alone().await?;
        for seen in some {
            map.draw(&mut writing, seen).await?;
        }
        writing.commit().await?;
    }
    sums.interfaces = map.drawn;
    sums.outside += map.outside;
    let taken = ingest.end(now, captured.is_whole()).await?;
    add(&mut sums.taken, &taken);
    Ok(sums)
}

impl Ours<'_> {
    /// Whether an address is private, or the user's own.
    pub(crate) fn has(self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        is_host(address) && (!is_public(address) || self.0.iter().any(|range| range.contains(&address)))
    }
}

/// Whether one machine has this address.
fn is_host(address: IpAddr) -> bool {
    !(address.is_multicast() || address.is_unspecified() || address == IpAddr::from([255, 255, 255, 255]))
}

async fn is_known(store: &Store, address: IpAddr) -> Result<bool, StoreError> {
    let address = address.to_canonical().to_string();
    store.is_marked("address", &address).await
}

/// A subject as a service that was listened to, and when each flaw was seen: memory when it last went out, everything
/// else when the subject was first heard, for what was mended in the middle of a capture is not there at its end.
fn service(subject: &Subject) -> (Service, Heard) {
    let who = subject.subject;
    let is_client = who.role == End::Client;
    let endpoint = Endpoint {
        address: who.address,
        port: if is_client { 0 } else { who.port },
        transport: subject.transport,
    };
    let protocol = match (is_client, &subject.protocol) {
        (true, _) => CLIENT,
        (false, Some(protocol)) => protocol,
        (false, None) => "tls",
    };
    let affected = subject
        .verdicts
        .iter()
        .filter(|said| said.verdict == Verdict::Affected);
    let mut heard = Heard::new();
    let mut judgements = Vec::new();
    for said in affected {
        let leak = said.weight.and_then(|weight| weight.last_leak);
        heard.insert(said.flaw.clone(), leak.unwrap_or(subject.first));
        judgements.push(judgement(said));
    }
    let service = Service {
        target: if is_client {
            format!("{} as a client", who.address)
        } else {
            endpoint.to_string()
        },
        endpoint: Some(endpoint),
        name: None,
        protocol: protocol.to_owned(),
        role: if is_client {
            None
        } else {
            holter_protocols::roles::role(endpoint, protocol, None)
        },
        started: subject.last,
        elapsed_ms: 0,
        connections: 0,
        bytes_sent: 0,
        bytes_received: subject.coverage.bytes_heard,
        attempt: Attempt::Completed,
        trouble: None,
        observations: subject.observations.clone(),
        judgements,
        not_asked: Vec::new(),
        assessment: None,
        oddities: Vec::new(),
    };
    (service, heard)
}

fn judgement(said: &Said) -> Judgement {
    // The check that asks is the one that can say one day that it is fixed.
    let asks = catalogue::flaw(&said.flaw).map_or(said.check.as_str(), |known| known.check.id);
    let mut judgement = Judgement::new(asks, &said.flaw, said.verdict, said.basis, said.evidence.clone());
    judgement.foreign_bytes = said.weight.map_or(0, |weight| weight.leaked_min);
    judgement
}

/// What makes it the same capture, wherever its files lie.
fn key(captured: &Captured, told: &Told) -> String {
    let mut hash = Sha256::new();
    for source in &captured.sources {
        let time = |at: Option<Timestamp>| at.map_or(0, Timestamp::as_microsecond);
        for number in [time(source.first), time(source.last)] {
            hash.update(number.to_be_bytes());
        }
        hash.update(source.packets.to_be_bytes());
    }
    for seen in &told.interfaces {
        hash.update(format!("{} {}:{}", seen.client, seen.server, seen.port));
        hash.update(seen.sessions.to_be_bytes());
    }
    let digest = hash.finalize();
    let digits: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("capture-{digits}")
}

/// The names of the first files, without their folders.
fn label(captured: &Captured) -> String {
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let mut names: Vec<String> = captured
        .sources
        .iter()
        .take(3)
        .map(|source| name(&source.name))
        .collect();
    if captured.sources.len() > names.len() {
        names.push(format!("{} more", captured.sources.len() - names.len()));
    }
    let label: String = names.join(", ").chars().take(100).collect();
    format!("Heard in {label}")
}

fn add(sums: &mut Taken, more: &Taken) {
    sums.visits += more.visits;
    sums.known += more.known;
    sums.observations += more.observations;
    sums.opened += more.opened;
    sums.fixed += more.fixed;
    sums.back += more.back;
}
