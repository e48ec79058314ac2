//! What is remembered of one server.

use std::net::{IpAddr, SocketAddr};

use holter_model::{Fact, Transport};

use super::evidence::Evidence;
use super::facts::{FactId, Facts};
use crate::Moment;
use crate::clear::Clinical;
use crate::listener::Ending;

const MOST_FACTS: usize = 32;
const MOST_CHAINS: usize = 8;
const MOST_NAMES: usize = 16;
const MOST_PEERS: usize = 16;

/// A server.
#[derive(Debug)]
pub(crate) struct Server {
    /// Which it is, among all that there were.
    pub(super) number: u32,
    pub(crate) address: SocketAddr,
    pub(crate) transport: Transport,
    pub(crate) first: Moment,
    pub(crate) last: Moment,
    pub(crate) protocol: Option<&'static str>,
    /// Sessions begun, how many of them have not been told the end of, and how many of those nobody has closed yet.
    pub(crate) begun: u64,
    pub(crate) live: u64,
    pub(crate) open: u64,
    pub(crate) one_sided: u64,
    pub(crate) mid_stream: u64,
    /// Sessions in which heartbeats cannot be told from data.
    pub(crate) hidden: u64,
    pub(crate) with_gaps: u64,
    pub(crate) heard: u64,
    pub(crate) missing: u64,
    /// Sessions whose key exchange a stolen key opens.
    pub(crate) opened_by_key: u64,
    /// Sessions in which heartbeats were agreed on.
    pub(crate) beating: u64,
    pub(crate) facts: Vec<(Moment, FactId)>,
    /// Chains by their leaf's place among the certificates, with version and name.
    pub(crate) chains: Vec<Shown>,
    pub(crate) names: Vec<Box<str>>,
    pub(crate) prints: Vec<[u8; 16]>,
    pub(crate) peers: Vec<IpAddr>,
    pub(crate) more_peers: bool,
    pub(crate) more_facts: bool,
    pub(crate) evidence: Option<Box<Evidence>>,
    pub(crate) early: Option<Box<Early>>,
    pub(crate) dance: Option<Box<Dance>>,
    pub(crate) pushed: Option<Box<Pushed>>,
    pub(crate) clinical: Option<Box<Clinical>>,
    /// How much was known of it when it was told last.
    told: u64,
}

/// A chain that it showed.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) at: Moment,
    pub(crate) version: u16,
    pub(crate) name: Option<Box<str>>,
    pub(crate) certificates: Box<[u32]>,
}

/// Keys that were changed before any were agreed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Early {
    pub(crate) attempts: u64,
    /// It went on as if all were in order.
    pub(crate) went_on: u64,
    /// It refused by an alert that says so.
    pub(crate) refused: u64,
    pub(crate) first: Moment,
    pub(crate) last: Moment,
}

/// Clients that came again with less.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dance {
    pub(crate) times: u64,
    pub(crate) first: Moment,
    pub(crate) last: Moment,
    pub(crate) peers: Vec<IpAddr>,
}

/// Connections that may have been pushed to an older version.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pushed {
    /// It said that it can do more, and the client had offered that.
    pub(crate) told: u64,
    /// A client came again with less and did not say that it fell back.
    pub(crate) unsaid: u64,
    /// The least that such a client came with.
    pub(crate) least: u16,
}

impl Server {
    pub(crate) fn new(number: u32, address: SocketAddr, transport: Transport, at: Moment) -> Self {
        Self {
            number,
            address,
            transport,
            first: at,
            last: at,
            protocol: None,
            begun: 0,
            live: 0,
            open: 0,
            one_sided: 0,
            mid_stream: 0,
            hidden: 0,
            with_gaps: 0,
            heard: 0,
            missing: 0,
            opened_by_key: 0,
            beating: 0,
            facts: Vec::new(),
            chains: Vec::new(),
            names: Vec::new(),
            prints: Vec::new(),
            peers: Vec::new(),
            more_peers: false,
            more_facts: false,
            evidence: None,
            early: None,
            dance: None,
            pushed: None,
            clinical: None,
            told: 0,
        }
    }

    /// A session begins.
    pub(crate) fn begin(&mut self, peer: IpAddr, at: Moment) {
        self.begun += 1;
        self.live += 1;
        self.open += 1;
        self.first = self.first.min(at);
        self.last = self.last.max(at);
        if !self.peers.contains(&peer) {
            if self.peers.len() < MOST_PEERS {
                self.peers.push(peer);
            } else {
                self.more_peers = true;
            }
        }
    }

    /// Whether something was tried on it, or is wrong with it.
    pub(super) const fn is_grave(&self) -> bool {
        self.evidence.is_some() || self.early.is_some() || self.pushed.is_some() || self.clinical.is_some()
    }

    /// Whether its memory went out.
    pub(super) fn leaks(&self) -> bool {
        self.evidence
            .as_deref()
            .is_some_and(|evidence| evidence.tally.ladder.is_leak())
    }

    /// The places of its own certificates, one of each chain.
    pub(super) fn leaves(&self) -> impl Iterator<Item = u32> {
        self.chains
            .iter()
            .filter_map(|shown| shown.certificates.first().copied())
    }

    /// Whether more is known of it than when it was told last, but for numbers of sessions; it is taken for told.
    pub(crate) fn has_news(&mut self) -> bool {
        let tried = self.evidence.as_deref_mut().is_some_and(Evidence::has_news);
        let known = [
            self.facts.len(),
            self.chains.len(),
            self.names.len(),
            usize::from(self.clinical.is_some()),
            // Nothing but that somebody talked to it.
            usize::from(self.begun > self.live),
        ];
        let known: u64 = known
            .into_iter()
            .filter_map(|count| u64::try_from(count).ok())
            .sum();
        let early = self.early.as_deref().map_or(0, |early| early.attempts);
        let dance = self.dance.as_deref().map_or(0, |dance| dance.times);
        let pushed = self
            .pushed
            .as_deref()
            .map_or(0, |pushed| pushed.told + pushed.unsaid);
        // Each only grows.
        let now = known + early + dance + pushed;
        let more = std::mem::replace(&mut self.told, now) != now;
        more || tried
    }

    /// A session is over; `torn`: its records' numbers show that some are missing.
    pub(crate) fn close(&mut self, ending: &Ending, torn: bool) {
        let [heard, answered] = ending.heard;
        let [missing, unanswered] = ending.missing;
        self.live = self.live.saturating_sub(1);
        self.last = self.last.max(ending.at);
        self.one_sided += u64::from(ending.seen != [true; 2]);
        self.with_gaps += u64::from(torn || missing + unanswered > 0);
        self.heard = self.heard.saturating_add(heard + answered);
        self.missing = self.missing.saturating_add(missing + unanswered);
    }

    /// Notes a fact, once; `None` is one for which there was no room.
    pub(super) fn note(&mut self, at: Moment, fact: Option<FactId>) {
        let known = |fact| self.facts.iter().any(|(_, known)| *known == fact);
        match fact {
            Some(fact) if known(fact) => {}
            Some(fact) if self.facts.len() < MOST_FACTS => self.facts.push((at, fact)),
            _ => self.more_facts = true,
        }
    }

    /// Its facts, and when each was first seen.
    pub(crate) fn shown<'a>(&'a self, facts: &'a Facts) -> impl Iterator<Item = (Moment, &'a Fact)> {
        let all = self.facts.iter();
        all.filter_map(|(at, place)| Some((*at, facts.at(*place)?)))
    }

    /// Notes a name that it was asked for by.
    pub(crate) fn named(&mut self, name: &str) {
        if self.names.len() < MOST_NAMES && !self.names.iter().any(|known| **known == *name) {
            self.names.push(name.into());
        }
    }

    /// Notes a fingerprint of its hello.
    pub(crate) fn printed(&mut self, print: [u8; 16]) {
        if self.prints.len() < MOST_NAMES && !self.prints.contains(&print) {
            self.prints.push(print);
        }
    }

    /// Notes a chain.
    pub(crate) fn shows(&mut self, at: Moment, version: u16, name: Option<&str>, certificates: Vec<u32>) {
        if let Some(known) = self
            .chains
            .iter_mut()
            .find(|shown| *shown.certificates == *certificates)
        {
            known.at = known.at.max(at);
            return;
        }
        if self.chains.len() < MOST_CHAINS {
            self.chains.push(Shown {
                at,
                version,
                name: name.map(Into::into),
                certificates: certificates.into_boxed_slice(),
            });
        }
    }

    /// It said in its hello that it can do more than it chose, and more had been offered.
    pub(crate) fn told_of_more(&mut self) {
        self.pushed.get_or_insert_default().told += 1;
    }

    /// A client came again with a lower version, or says that it did; `unsaid` is the version of one that did not say so.
    pub(crate) fn fell_back(&mut self, peer: IpAddr, at: Moment, unsaid: Option<u16>) {
        if let Some(version) = unsaid {
            let pushed = self.pushed.get_or_insert_default();
            pushed.least = if pushed.unsaid == 0 {
                version
            } else {
                pushed.least.min(version)
            };
            pushed.unsaid += 1;
        }
        let dance = self.dance.get_or_insert_default();
        if dance.times == 0 {
            dance.first = at;
        }
        dance.times += 1;
        dance.last = at;
        if dance.peers.len() < MOST_PEERS && !dance.peers.contains(&peer) {
            dance.peers.push(peer);
        }
    }
}
