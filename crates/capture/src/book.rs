//! What is remembered of all that was heard: servers, clients, certificates, who talks to whom. Bounded, and it says where a bound
//! was reached.

pub(crate) mod aside;
pub(crate) mod certificates;
pub(crate) mod client;
pub(crate) mod evidence;
pub(crate) mod facts;
mod failures;
pub(crate) mod keys;
pub(crate) mod prints;
pub(crate) mod server;
pub(crate) mod visit;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use foldhash::quality::RandomState;
use holter_model::{Fact, Transport};
use holter_wire::handshake::Joiner;
use serde::Serialize;

use crate::Moment;
use crate::heartbeat::Tally;
use crate::tls::offer::Offer;
use crate::tls::offers::Offers;
use aside::Aside;
use certificates::Certificates;
use client::Clients;
use evidence::{Company, Evidence};
use facts::Facts;
use failures::Failures;
use keys::Keys;
use prints::Prints;
use server::Server;
use visit::Visit;

/// How much is remembered. A bound that is reached is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Servers of which nothing bad is known.
    pub servers: usize,
    /// Servers and clients with heartbeats, beyond those.
    pub evidence: usize,
    /// Clients.
    pub clients: usize,
    /// Pairs of who talks to whom.
    pub interfaces: usize,
    /// Bytes of certificates.
    pub certificates: usize,
    /// Bytes of handshake messages that are not yet whole.
    pub handshakes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            servers: 8_192,
            evidence: 8_192,
            clients: 32_768,
            interfaces: 65_536,
            certificates: 12 << 20,
            handshakes: 12 << 20,
        }
    }
}

/// What the bounds kept from being remembered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Beyond {
    /// Sessions that count at no server, or only with their beginning: there was no room for theirs, or it was told and forgotten while they
    /// ran, to make room for others.
    pub servers: u64,
    /// Flows with heartbeats whose subjects are not listed.
    pub evidence: u64,
    /// Hellos of clients that are not listed.
    pub clients: u64,
    /// Flows between pairs that are not listed.
    pub interfaces: u64,
    /// Certificates that are not kept.
    pub certificates: u64,
    /// Handshakes that were not read to their end.
    pub handshakes: u64,
}

impl Beyond {
    /// Whether any bound was reached.
    #[must_use]
    pub fn any(&self) -> bool {
        *self != Self::default()
    }
}

/// Where a server stands in the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ServerId {
    place: u32,
    /// Tells it from whoever had the place before.
    number: u32,
}

/// Who talks to whom over what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Pair {
    pub(crate) client: IpAddr,
    pub(crate) server: SocketAddr,
    pub(crate) transport: Transport,
}

/// What passed between a pair.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Passed {
    pub(crate) first: Moment,
    pub(crate) last: Moment,
    pub(crate) sessions: u32,
    pub(crate) protocol: &'static str,
    pub(crate) encrypted: bool,
}

/// Everything. Maps are asked several times a session by what strangers choose: foldhash takes a fraction of the standard library's time,
/// and each has a seed of its own, which no stranger knows.
#[derive(Debug, Default)]
pub(crate) struct Book {
    pub(crate) bounds: Bounds,
    pub(crate) beyond: Beyond,
    pub(crate) servers: Vec<Option<Server>>,
    /// Places whose server was handed on.
    free: Vec<u32>,
    places: HashMap<(SocketAddr, Transport), ServerId, RandomState>,
    /// How many servers there were so far.
    count: u32,
    /// What was handed on to make room.
    pub(crate) aside: Aside,
    /// Keys of servers that were handed on.
    pub(crate) keys: Keys,
    pub(crate) victims: HashMap<IpAddr, (u16, Transport, Evidence), RandomState>,
    pub(crate) clients: Clients,
    pub(crate) offers: Offers,
    pub(crate) certificates: Certificates,
    pub(crate) facts: Facts,
    pub(crate) prints: Prints,
    pub(crate) pairs: HashMap<Pair, Passed, RandomState>,
    failures: Failures,
    /// Peers that are told apart, of all that heartbeats were sent to.
    peers: usize,
    /// Bytes of unfinished handshake messages at present.
    pub(crate) joining: usize,
    /// Empty ones, for the next message that comes in parts.
    #[expect(
        clippy::vec_box,
        reason = "streams hold them in boxes, which stay what they are"
    )]
    joiners: Vec<Box<Joiner>>,
    pub(crate) totals: Totals,
}

/// Flows, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Flows in which something was said.
    pub flows: u64,
    /// Flows that speak TLS or DTLS.
    pub tls: u64,
    /// Of these such as speak version 1.3, where heartbeats cannot be told from data.
    pub hidden: u64,
    /// Flows with clinical traffic in the clear.
    pub clear_clinical: u64,
    /// Records of heartbeat.
    pub heartbeats: u64,
    /// TLS flows that were first heard in their middle.
    pub mid_stream: u64,
}

/// Peers that are told apart in all, beside the first of each subject.
const MOST_PEERS: usize = 65_536;

/// Empty joiners that are kept.
const MOST_JOINERS: usize = 16;

impl Book {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            certificates: Certificates::new(bounds.certificates),
            ..Self::default()
        }
    }

    /// The server at an address; `grave`: it must not be left out for want of room.
    pub(crate) fn server(
        &mut self,
        address: SocketAddr,
        transport: Transport,
        at: Moment,
        grave: bool,
    ) -> Option<ServerId> {
        if let Some(id) = self.places.get(&(address, transport)) {
            return Some(*id);
        }
        let room = self.bounds.servers + if grave { self.bounds.evidence } else { 0 };
        if self.places.len() >= room {
            self.hand_on_servers();
        }
        if self.places.len() >= room {
            if grave {
                self.beyond.evidence += 1;
            } else {
                self.beyond.servers += 1;
            }
            return None;
        }
        self.count = self.count.wrapping_add(1);
        let number = self.count;
        let server = Server::new(number, address, transport, at);
        let place = match self.free.pop() {
            Some(place) => {
                *self.servers.get_mut(usize::try_from(place).ok()?)? = Some(server);
                place
            }
            None => {
                self.servers.push(Some(server));
                u32::try_from(self.servers.len() - 1).ok()?
            }
        };
        let id = ServerId { place, number };
        self.places.insert((address, transport), id);
        Some(id)
    }

    /// A server, unless it was handed on.
    pub(crate) fn at(&mut self, id: ServerId) -> Option<&mut Server> {
        let server = self.servers.get_mut(usize::try_from(id.place).ok()?)?.as_mut();
        server.filter(|server| server.number == id.number)
    }

    /// The sessions of a server at this moment. Of one that is not remembered only the session that asks is known.
    pub(crate) fn company(&mut self, visit: Visit) -> Company {
        let (open, begun) = visit
            .server(self)
            .map_or((1, 0), |server| (server.open, server.begun));
        Company {
            open,
            before: begun,
            until: begun,
        }
    }

    /// Somewhere to join a message that comes in parts; it keeps none that is longer than `limit`.
    pub(crate) fn joiner(&mut self, limit: usize) -> Box<Joiner> {
        self.joiners.pop().unwrap_or_else(|| Box::new(Joiner::new(limit)))
    }

    /// One that is empty, and not needed any more.
    pub(crate) fn spare(&mut self, joiner: Box<Joiner>) {
        if self.joiners.len() < MOST_JOINERS && joiner.is_idle() {
            self.joiners.push(joiner);
        }
    }

    /// Notes what a server shows, once.
    pub(crate) fn note(&mut self, id: ServerId, at: Moment, fact: Fact) {
        let place = self.facts.place(fact);
        if let Some(server) = self.at(id) {
            server.note(at, place);
        }
    }

    /// A session between two, or one more.
    pub(crate) fn passed(&mut self, pair: Pair, at: Moment, protocol: &'static str, encrypted: bool) {
        if let Some(passed) = self.pairs.get_mut(&pair) {
            passed.first = passed.first.min(at);
            passed.last = passed.last.max(at);
            passed.sessions += 1;
            passed.encrypted &= encrypted;
            return;
        }
        if self.pairs.len() >= self.bounds.interfaces {
            self.hand_on_pairs();
        }
        if self.pairs.len() >= self.bounds.interfaces {
            self.beyond.interfaces += 1;
            return;
        }
        self.pairs.insert(
            pair,
            Passed {
                first: at,
                last: at,
                sessions: 1,
                protocol,
                encrypted,
            },
        );
    }

    /// A client offered something to a server.
    pub(crate) fn offered(&mut self, client: IpAddr, server: SocketAddr, offer: &Arc<Offer>, at: Moment) {
        let most = self.bounds.clients;
        if !self.clients.offered(client, offer, at, most) {
            self.hand_on_clients();
            if !self.clients.offered(client, offer, at, most) {
                self.beyond.clients += 1;
            }
        }
        let Some(id) = self.places.get(&(server, Transport::Tcp)).copied() else {
            return;
        };
        let lower = self.failures.is_lower(client, server, offer.newest.0, at);
        if lower || offer.fell_back {
            self.failures.forget(client, server);
            if let Some(server) = self.at(id) {
                server.fell_back(client, at, (!offer.fell_back).then_some(offer.newest.0));
            }
        }
    }

    /// A hello was refused or came to nothing.
    pub(crate) fn failed(&mut self, client: IpAddr, server: SocketAddr, offered: u16, at: Moment) {
        self.failures.note(client, server, offered, at);
    }

    /// Heartbeats towards a server.
    pub(crate) fn asked_server(&mut self, id: ServerId, peer: IpAddr, tally: &Tally, company: Company) {
        let room = self.peers < MOST_PEERS;
        let Some(server) = self.at(id) else { return };
        let evidence = server.evidence.get_or_insert_default();
        let added = evidence.add(peer, tally, company, room);
        self.peers += usize::from(added);
    }

    /// Heartbeats towards a client.
    pub(crate) fn asked_client(
        &mut self,
        client: SocketAddr,
        transport: Transport,
        peer: IpAddr,
        tally: &Tally,
    ) {
        let full = self.victims.len() >= self.bounds.evidence;
        if full && !self.victims.contains_key(&client.ip()) {
            self.beyond.evidence += 1;
            return;
        }
        let (port, _, evidence) = self
            .victims
            .entry(client.ip())
            .or_insert_with(|| (client.port(), transport, Evidence::default()));
        if tally.ladder > evidence.tally.ladder {
            // The port of the connection that shows the most.
            *port = client.port();
        }
        let added = evidence.add(peer, tally, Company::default(), self.peers < MOST_PEERS);
        self.peers += usize::from(added);
    }
}
