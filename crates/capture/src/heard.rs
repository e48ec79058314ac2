//! All that was heard, ready to be shown: subjects with their verdicts, clients, interfaces.

pub(crate) mod judged;
mod weighed;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use holter_cert::number::hex;
use holter_model::{Basis, Der, Endpoint, Fact, Method, Observation, Transport, Verdict};
use holter_wire::{CipherSuite, Version};
use jiff::Timestamp;
use judged::Judged;

use crate::Moment;
use crate::book::evidence::Evidence;
use crate::book::server::Server;
use crate::book::{Beyond, Book, Totals};
use crate::subject::{
    ClientSeen, Coverage, End, ExposedKey, Exposure, InterfaceSeen, Inventory, Offered, SCHEMA, Said, Sign,
    SignKind, Subject, Who,
};

/// All that was heard.
#[derive(Clone, Debug)]
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

impl Heard {
    pub(crate) fn of(mut book: Book, span: Option<(Moment, Moment)>) -> Self {
        let seconds = span.map_or(0.0, |(first, last)| {
            std::time::Duration::from_nanos(last.0.saturating_sub(first.0)).as_secs_f64()
        });
        let keys = Keys::of(&book);
        // Each server is forgotten as soon as it has become a subject.
        let servers = std::mem::take(&mut book.servers);
        let book = &book;
        let mut judged = Judged::default();
        let servers = servers
            .into_iter()
            .map(|server| service(book, &keys, &mut judged, &server, seconds));
        let victims = book.victims.iter().map(|(address, (port, transport, evidence))| {
            let who = Who {
                address: *address,
                port: *port,
                role: End::Client,
            };
            client(book, who, *transport, evidence, seconds, span)
        });
        let mut subjects: Vec<Subject> = servers.chain(victims).collect();
        subjects.sort_unstable_by_key(|subject| (subject.subject, subject.transport));
        Self {
            subjects,
            clients: clients(book),
            interfaces: interfaces(book),
            totals: book.totals,
            beyond: book.beyond,
        }
    }

    /// Says in which file, or on which interface, all this was heard.
    #[must_use]
    pub fn in_file(mut self, file: &str) -> Self {
        for subject in &mut self.subjects {
            file.clone_into(&mut subject.file);
        }
        self
    }

    /// Says beside each subject what the capture as a whole lacks.
    #[must_use]
    pub fn within(mut self, capture: &crate::coverage::Coverage) -> Self {
        let seconds = capture.seconds();
        let mut notes = Vec::new();
        let mut note = |count: u64, what: &str| {
            if count > 0 {
                notes.push(format!("{count} {what}"));
            }
        };
        note(capture.dropped, "packets were dropped before they were captured");
        note(capture.cut, "packets were cut by the snap length");
        note(capture.forgotten, "flows were forgotten to make room");
        note(
            self.beyond.servers,
            "sessions are of services beyond those that are listed",
        );
        note(
            self.beyond.handshakes,
            "handshakes were not read to their end, for want of room",
        );
        for subject in &mut self.subjects {
            subject.coverage.seconds = seconds;
            subject.coverage.notes.extend(notes.iter().cloned());
        }
        self
    }

    /// The gravest verdict of all.
    #[must_use]
    pub fn worst(&self) -> Option<Verdict> {
        let all = self.subjects.iter().flat_map(|subject| &subject.verdicts);
        all.map(|said| said.verdict).max()
    }
}

/// Which keys stand where, and what they open.
struct Keys {
    places: BTreeMap<[u8; 32], BTreeSet<SocketAddr>>,
    opens: BTreeMap<[u8; 32], u64>,
}

impl Keys {
    fn of(book: &Book) -> Self {
        let mut keys = Self {
            places: BTreeMap::new(),
            opens: BTreeMap::new(),
        };
        for server in &book.servers {
            let own = own_keys(book, server);
            for key in &own {
                keys.places.entry(*key).or_default().insert(server.address);
            }
            // Which of several keys a session was under is not remembered; the first is as good as any to count it once.
            if let Some(first) = own.first() {
                *keys.opens.entry(*first).or_default() += server.opened_by_key;
            }
        }
        keys
    }
}

fn own_keys(book: &Book, server: &Server) -> BTreeSet<[u8; 32]> {
    let leaves = server
        .chains
        .iter()
        .filter_map(|shown| shown.certificates.first());
    leaves
        .filter_map(|place| book.certificates.at(*place)?.key)
        .collect()
}

fn service(book: &Book, keys: &Keys, judged: &mut Judged, server: &Server, seconds: f64) -> Subject {
    let who = Who {
        address: server.address.ip(),
        port: server.address.port(),
        role: End::Server,
    };
    let mut observations = observations(book, server);
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
    judged.spare(&mut observations);
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
            evidence.peers.keys().copied().collect()
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
        keys: own_keys(book, server).iter().map(|key| hex(key)).collect(),
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
    let exposed = own_keys(book, server).into_iter().map(|key| ExposedKey {
        spki: hex(&key),
        also_at: keys
            .places
            .get(&key)
            .into_iter()
            .flatten()
            .filter(|place| **place != server.address)
            .map(ToString::to_string)
            .collect(),
        opens_sessions: keys.opens.get(&key).copied().unwrap_or(0),
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

fn clients(book: &Book) -> Vec<ClientSeen> {
    let named = |codes: &[u16]| codes.iter().map(|code| Version(*code).to_string()).collect();
    // Thousands of clients offer the same: it is put into words once.
    let offers: Vec<Arc<Offered>> = book
        .clients
        .profiles()
        .map(|profile| Offered {
            ja3: hex(&profile.ja3),
            ja4: profile.ja4.to_string(),
            versions: named(&profile.versions),
            suites: profile
                .suites
                .iter()
                .map(|code| CipherSuite(*code).to_string())
                .collect(),
            heartbeat: profile.heartbeat,
            compression: profile.compression,
        })
        .map(Arc::new)
        .collect();
    let mut clients: Vec<ClientSeen> = book
        .clients
        .clients
        .iter()
        .map(|(address, client)| ClientSeen {
            address: *address,
            first: time(client.first),
            last: time(client.last),
            hellos: client.hellos,
            offers: client
                .profiles
                .iter()
                .filter_map(|place| offers.get(usize::try_from(*place).ok()?))
                .cloned()
                .collect(),
        })
        .collect();
    clients.sort_unstable_by_key(|client| client.address);
    clients
}

fn interfaces(book: &Book) -> Vec<InterfaceSeen> {
    let mut pairs: Vec<_> = book.pairs.iter().collect();
    pairs.sort_unstable_by_key(|(pair, _)| **pair);
    pairs
        .into_iter()
        .map(|(pair, passed)| InterfaceSeen {
            client: pair.client,
            server: pair.server.ip(),
            port: pair.server.port(),
            transport: pair.transport,
            protocol: Cow::Borrowed(passed.protocol),
            encrypted: passed.encrypted,
            sessions: passed.sessions,
            first: time(passed.first),
            last: time(passed.last),
        })
        .collect()
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
