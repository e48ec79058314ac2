//! The lines of a journal.

use std::io::Write as _;

use holter_model::{LeftAlone, Service};
use serde::{Deserialize, Serialize};

use super::Past;
use crate::Summary;
use crate::header::Header;
use crate::intervals::Intervals;

/// No line is longer: a hundred thousand services fit.
pub(super) const MOST: u64 = 256 << 20;

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    /// The first: what is to be done.
    Header(Box<Header>),
    /// Hosts that are done.
    Hosts(Hosts),
    /// The last.
    Ended(Summary),
}

/// Hosts that are done, and what was found there.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Hosts {
    /// Their places in the order of the run, from the first to the last of each row.
    pub(super) done: Vec<(u64, u64)>,
    /// Endpoints with nothing there.
    pub(super) nothing: u64,
    /// Endpoints that are too delicate to be contacted.
    #[serde(default)]
    pub(super) spared: u64,
    #[serde(default)]
    pub(super) left: Vec<LeftAlone>,
    #[serde(default)]
    pub(super) services: Vec<Service>,
}

impl Hosts {
    /// Tells what was found there.
    pub(super) fn tell(self, each: &mut impl FnMut(Past)) {
        for service in self.services {
            each(Past::Service(Box::new(service)));
        }
        self.left.into_iter().for_each(|left| each(Past::Left(left)));
        each(Past::Nothing(self.nothing));
        each(Past::Spared(self.spared));
    }
}

impl Line {
    pub(super) fn header(header: &Header) -> Self {
        Self::Header(Box::new(header.clone()))
    }
}

/// Hosts that are done and not yet written down. Services are put into words at once, so that nobody keeps two.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    done: Intervals,
    nothing: u64,
    spared: u64,
    left: Vec<LeftAlone>,
    services: Vec<u8>,
    line: Vec<u8>,
}

impl Batch {
    /// Adds a host: its place, its endpoints with nothing there and those that were spared, and its services as
    /// [`words`] has put them.
    pub(crate) fn add(&mut self, place: u64, (nothing, spared): (u64, u64), services: &[u8]) {
        self.done.insert(place, place);
        self.nothing += nothing;
        self.spared += spared;
        if !services.is_empty() {
            if !self.services.is_empty() {
                self.services.push(b',');
            }
            self.services.extend_from_slice(services);
        }
    }

    /// Adds that a host was left alone.
    pub(crate) fn left(&mut self, left: LeftAlone) {
        self.left.push(left);
    }

    /// Whether there is nothing to write.
    pub(crate) fn is_empty(&self) -> bool {
        self.done.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.done.clear();
        self.nothing = 0;
        self.spared = 0;
        self.left.clear();
        self.services.clear();
    }

    /// The line, as [`Line::Hosts`] reads it.
    pub(super) fn line(&mut self) -> &[u8] {
        let line = &mut self.line;
        line.clear();
        line.extend_from_slice(b"{\"hosts\":{\"done\":[");
        for (count, (first, last)) in self.done.pairs().enumerate() {
            let comma = if count == 0 { "" } else { "," };
            // Writing into memory does not fail.
            let _ = write!(line, "{comma}[{first},{last}]");
        }
        let _ = write!(line, "],\"nothing\":{}", self.nothing);
        if self.spared > 0 {
            let _ = write!(line, ",\"spared\":{}", self.spared);
        }
        if !self.left.is_empty() {
            line.extend_from_slice(b",\"left\":");
            let _ = serde_json::to_writer(&mut *line, &self.left);
        }
        if !self.services.is_empty() {
            line.extend_from_slice(b",\"services\":[");
            line.extend_from_slice(&self.services);
            line.push(b']');
        }
        line.extend_from_slice(b"}}\n");
        line
    }
}

/// Appends a service to a host's others.
pub(crate) fn words(service: &Service, others: &mut Vec<u8>) {
    if !others.is_empty() {
        others.push(b',');
    }
    let before = others.len();
    if serde_json::to_writer(&mut *others, service).is_err() {
        others.truncate(before.saturating_sub(1));
    }
}
