//! What was heard, ready to be shown: subjects with their verdicts, clients, interfaces.

pub(crate) mod judged;
mod seen;
pub(crate) mod telling;
mod weighed;

use std::net::IpAddr;

use holter_cert::number::hex;
use holter_model::{Basis, Der, Endpoint, Fact, Method, Observation, Transport, Verdict};
use holter_wire::{CipherSuite, Version};
use jiff::Timestamp;
use judged::Judged;

use crate::Moment;
use crate::book::evidence::Evidence;
use crate::book::keys::{Keys, own};
use crate::book::server::Server;
use crate::book::{Beyond, Book, Totals};
use crate::subject::{
    ClientSeen, Coverage, End, ExposedKey, Exposure, InterfaceSeen, Inventory, SCHEMA, Said, Sign, SignKind,
    Subject, Who,
};

/// All that was heard, gathered: for whoever needs all of it at once, and has the memory.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// Services, and clients that were sent heartbeats, in the order of their addresses.
    pub subjects: Vec<Subject>,
    /// Clients and what they offer.
    pub clients: Vec<ClientSeen>,
    /// Who talks to whom.
    pub interfaces: Vec<InterfaceSeen>,
    /// Flows, counted.
    pub totals: Totals,
    /// What the bounds kept from being remembered.
    pub beyond: Beyond,
}

/// One of the things that were heard.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// A service, or a client that was sent heartbeats, and what is said of it.
    Subject(Box<Subject>),
    /// A client and what it offers.
    Client(ClientSeen),
    /// Who talks to whom.
    Interface(InterfaceSeen),
}

impl Heard {
    /// Takes one thing more.
    pub fn take(&mut self, part: Part) {
        match part {
            Part::Subject(subject) => self.subjects.push(*subject),
            Part::Client(client) => self.clients.push(client),
            Part::Interface(interface) => self.interfaces.push(interface),
        }
    }

    /// The gravest verdict of all.
    #[must_use]
    pub fn worst(&self) -> Option<Verdict> {
        let all = self.subjects.iter().flat_map(|subject| &subject.verdicts);
        all.map(|said| said.verdict).max()
    }
}

fn service(book: &Book, keys: &Keys, judged: &mut Judged, server: &Server, seconds: f64) -> Subject {
    let who = Who {
        address: server.address.ip(),
        port: server.address.port(),
        role: End::Server,
    };
    let observations = observations(book, server);
    let mut coverage = Coverage {
        seconds,
        sessions: server.begun,
        one_sided: server.one_sided,
        mid_stream: server.mid_stream,
        with_gaps: server.with_gaps,
        hidden: server.hidden,
        bytes_heard: server.heard,
        bytes_missing: server.missing,
        notes: Vec::new(),
    };
    coverage.notes = notes(&coverage, server.more_facts || server.more_peers);
    let speaks_tls = !server.facts.is_empty() || server.clinical.is_none() || server.evidence.is_some();
    let mut verdicts = Vec::new();
    if speaks_tls {
        let nothing = Evidence::default();
        let evidence = server.evidence.as_deref().unwrap_or(&nothing);
        let mut said = weighed::heartbeats(evidence, &coverage, End::Server);
        if evidence.tally.ladder.is_leak() {
            said.exposure = Some(exposure(book, keys, server, evidence));
        }
        verdicts.push(said);
    }
    verdicts.extend(server.early.as_deref().map(weighed::early_change));
    if let Some(pushed) = &server.pushed {
        verdicts.extend(weighed::downgrade(pushed, newest(&observations)));
    }
    verdicts.extend(judged.of(server, &observations));
    let asking = server.evidence.as_deref().map(asking).unwrap_or_default();
    Subject {
        schema: SCHEMA,
        file: String::new(),
        subject: who,
        transport: server.transport,
        protocol: server.protocol.map(str::to_owned),
        peers: if asking.is_empty() {
            server.peers.clone()
        } else {
            asking
        },
        more_peers: server.more_peers,
        first: time(server.first),
        last: time(server.last),
        verdicts,
        signs: signs(server),
        inventory: inventory(book, server),
        coverage,
        so_far: false,
        observations,
    }
}

fn client(
    book: &Book,
    who: Who,
    transport: Transport,
    evidence: &Evidence,
    seconds: f64,
    span: Option<(Moment, Moment)>,
) -> Subject {
    let seen = book.clients.clients.get(&who.address);
    let (first, last) = seen
        .map(|client| (client.first, client.last))
        .or(span)
        .unwrap_or_default();
    let coverage = Coverage {
        seconds,
        sessions: evidence.connections,
        ..Coverage::default()
    };
    let profiles = seen.map(|client| client.profiles.as_slice()).unwrap_or_default();
    let profiles: Vec<_> = profiles
        .iter()
        .filter_map(|place| book.clients.at(*place))
        .collect();
    let asking = asking(evidence);
    Subject {
        schema: SCHEMA,
        file: String::new(),
        subject: who,
        transport,
        protocol: None,
        peers: if asking.is_empty() {
            evidence.peers.iter().map(|(peer, _)| *peer).collect()
        } else {
            asking
        },
        more_peers: evidence.more_peers > 0,
        first: time(first),
        last: time(last),
        verdicts: vec![weighed::heartbeats(evidence, &coverage, End::Client)],
        signs: Vec::new(),
        inventory: Inventory {
            ja3: profiles.iter().map(|profile| hex(&profile.ja3)).collect(),
            ja4: profiles.iter().map(|profile| profile.ja4.to_string()).collect(),
            ..Inventory::default()
        },
        coverage,
        so_far: false,
        observations: Vec::new(),
    }
}

/// The newest version that a service of TLS chose.
fn newest(observations: &[Observation]) -> u16 {
    let chosen = observations
        .iter()
        .filter_map(|observation| match observation.fact {
            Fact::Hello { version, .. } => Some(version),
            _ => None,
        });
    // DTLS counts down.
    chosen.filter(|version| *version < 0xfe00).max().unwrap_or(0)
}

/// The peers whose heartbeats are evidence.
fn asking(evidence: &Evidence) -> Vec<IpAddr> {
    let peers = evidence.peers.iter().filter(|(_, tally)| tally.attempts > 0);
    peers.map(|(peer, _)| *peer).collect()
}

fn observations(book: &Book, server: &Server) -> Vec<Observation> {
    let subject = Endpoint {
        address: server.address.ip(),
        port: server.address.port(),
        transport: server.transport,
    };
    let observed = |at: Moment, fact: Fact| Observation {
        at: time(at),
        method: Method::Passive,
        subject,
        fact,
    };
    let facts = server
        .shown(&book.facts)
        .map(|(at, fact)| observed(at, fact.clone()));
    let chains = server.chains.iter().map(|shown| {
        let kept = shown
            .certificates
            .iter()
            .filter_map(|place| book.certificates.at(*place));
        let fact = Fact::Chain {
            version: shown.version,
            name: shown.name.as_deref().map(str::to_owned),
            certificates: kept.map(|kept| Der(kept.der.to_vec())).collect(),
        };
        observed(shown.at, fact)
    });
    let overheard = server.evidence.iter().map(|evidence| {
        let tally = &evidence.tally;
        let fact = Fact::Overheard {
            ladder: tally.ladder,
            ignored: tally.ignored,
            attempts: tally.attempts,
            answers: tally.answers,
            leaked_min: tally.least,
            leaked_max: tally.most,
        };
        observed(tally.last_leak.unwrap_or(server.last), fact)
    });
    let clinical = server.clinical.iter().map(|clinical| {
        let fact = Fact::InTheClear {
            protocol: clinical.tongue.id().to_owned(),
            messages: clinical.messages,
        };
        observed(clinical.last, fact)
    });
    facts.chain(chains).chain(overheard).chain(clinical).collect()
}

fn inventory(book: &Book, server: &Server) -> Inventory {
    let mut inventory = Inventory {
        names: server.names.iter().map(ToString::to_string).collect(),
        ja3: server.prints.iter().map(|print| hex(print)).collect(),
        keys: own(&book.certificates, server)
            .iter()
            .map(|key| hex(key))
            .collect(),
        heartbeat_sessions: server.beating,
        ..Inventory::default()
    };
    for (_, fact) in server.shown(&book.facts) {
        match fact {
            Fact::Hello { version, suite, .. } => {
                add(&mut inventory.versions, Version(*version).to_string());
                add(&mut inventory.suites, CipherSuite(*suite).to_string());
            }
            Fact::Ssl2 { .. } => add(&mut inventory.versions, Version(2).to_string()),
            Fact::Alpn { protocols } => {
                for protocol in protocols {
                    add(&mut inventory.alpn, protocol.clone());
                }
            }
            _ => {}
        }
    }
    inventory.chains = server
        .chains
        .iter()
        .map(|shown| {
            let kept = shown
                .certificates
                .iter()
                .filter_map(|place| book.certificates.at(*place));
            kept.map(|kept| hex(&kept.sha256)).collect()
        })
        .collect();
    inventory
}

fn exposure(book: &Book, keys: &Keys, server: &Server, evidence: &Evidence) -> Exposure {
    let exposed = own(&book.certificates, server).into_iter().map(|spki| {
        let known = keys.at(&spki);
        let places = known.into_iter().flat_map(|key| &key.places);
        ExposedKey {
            also_at: places
                .filter(|place| **place != server.address)
                .map(ToString::to_string)
                .collect(),
            more_places: known.map_or(0, |key| key.more),
            opens_sessions: known.map_or(0, |key| key.opens),
            spki: hex(&spki),
        }
    });
    Exposure {
        sessions: evidence.exposed(),
        keys: exposed.collect(),
    }
}

fn signs(server: &Server) -> Vec<Sign> {
    let mut signs = Vec::new();
    if let Some(dance) = &server.dance {
        signs.push(Sign {
            sign: SignKind::Downgrade,
            times: dance.times,
            first: time(dance.first),
            last: time(dance.last),
            peers: dance.peers.clone(),
        });
    }
    if let Some(evidence) = &server.evidence
        && evidence.tally.crashes > 0
    {
        signs.push(Sign {
            sign: SignKind::DatagramCrash,
            times: evidence.tally.crashes,
            first: time(server.first),
            last: time(server.last),
            peers: asking(evidence),
        });
    }
    signs
}

fn notes(coverage: &Coverage, bounded: bool) -> Vec<String> {
    let mut notes = vec!["nothing is known of what was not captured".to_owned()];
    let mut note = |count: u64, what: &str| {
        if count > 0 {
            notes.push(format!("{count} of {} sessions {what}", coverage.sessions));
        }
    };
    note(coverage.one_sided, "were captured in one direction only");
    note(coverage.mid_stream, "were first heard in their middle");
    note(coverage.with_gaps, "have bytes or records missing");
    note(
        coverage.hidden,
        "speak TLS 1.3, in which heartbeats cannot be told from data",
    );
    if bounded {
        notes.push("not all that was heard of it is listed: a bound was reached".to_owned());
    }
    notes
}

fn add(list: &mut Vec<String>, item: String) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// A moment as people write it. A capture's clock may say anything; what no calendar has is its beginning.
pub(crate) fn time(moment: Moment) -> Timestamp {
    Timestamp::from_nanosecond(moment.0.into()).unwrap_or_default()
}

/// A verdict that rests on behaviour.
fn said(check: &str, flaw: &str, verdict: Verdict, evidence: String) -> Said {
    Said {
        check: check.to_owned(),
        flaw: flaw.to_owned(),
        verdict,
        basis: Basis::Behaviour,
        weight: None,
        evidence,
        by: Vec::new(),
        exposure: None,
    }
}
