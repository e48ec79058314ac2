//! The course of a run: which host comes next, and which are done already.

use std::io;

use crate::Summary;
use crate::intervals::Intervals;
use crate::journal::Journal;
use crate::lanes::{LaneId, Lanes, Waits};
use crate::order::Order;
use crate::visits::{Host, Visits};

/// Leads from the first host to the last. An empty one leads through all hosts and writes nothing down.
#[derive(Debug, Default)]
pub struct Course {
    seed: u64,
    order: Option<Order>,
    done: Intervals,
    next: u64,
    lanes: Lanes,
    pub(crate) journal: Option<Journal>,
}

/// What comes next.
pub(crate) enum Next {
    /// This host, at this place, in its lane.
    Host(u64, Option<LaneId>, Host),
    /// Nobody just now: at this place there is nothing to visit, or its host waits in its lane.
    Skipped(Option<u64>),
    /// Nobody until a host is done.
    Wait,
    /// Nothing.
    End,
}

impl Course {
    /// The hosts in the order that belongs to this seed.
    #[must_use]
    pub fn shuffled(seed: u64) -> Self {
        Self {
            seed,
            ..Self::default()
        }
    }

    /// The same, written down, without what the journal says is done.
    #[must_use]
    pub fn written_down(mut self, journal: Journal) -> Self {
        self.done = journal.done().clone();
        self.journal = Some(journal);
        self
    }

    /// How many hosts are done already.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.done.count()
    }

    /// Closes the book on a run whose answer is given. One that was stopped stays open and can be taken up.
    ///
    /// # Errors
    /// When that cannot be written down.
    pub fn end(&mut self, summary: &Summary) -> io::Result<()> {
        match self.journal.take_if(|_| !summary.interrupted) {
            Some(journal) => journal.end(summary).map(drop),
            None => Ok(()),
        }
    }

    /// Whether the run is written down and still open.
    #[must_use]
    pub const fn is_written_down(&self) -> bool {
        self.journal.is_some()
    }

    pub(crate) fn lay_out(&mut self, hosts: u64, lanes: Lanes) {
        self.order = Some(Order::new(hosts, self.seed));
        self.lanes = lanes;
    }

    pub(crate) fn next(&mut self, visits: &Visits) -> Next {
        if let Some(place) = self.lanes.next() {
            return self.enter(place, visits);
        }
        if self.lanes.is_full() {
            return Next::Wait;
        }
        let place = self.done.next_gap(self.next);
        if self.order.as_ref().is_none_or(|order| order.at(place).is_none()) {
            return if self.lanes.is_empty() {
                Next::End
            } else {
                Next::Wait
            };
        }
        self.next = place.saturating_add(1);
        self.enter(place, visits)
    }

    /// How many hosts are under way in lanes.
    pub(crate) fn in_lanes(&self) -> usize {
        self.lanes.under_way()
    }

    /// A host is done.
    pub(crate) fn leave(&mut self, lane: Option<LaneId>) {
        self.lanes.leave(lane);
    }

    fn enter(&mut self, place: u64, visits: &Visits) -> Next {
        let number = self.order.as_ref().and_then(|order| order.at(place));
        let Some(host) = number.and_then(|number| visits.host(number)) else {
            return Next::Skipped(Some(place));
        };
        match self.lanes.enter(place, host.address) {
            Ok(lane) => Next::Host(place, lane, host),
            Err(Waits) => Next::Skipped(None),
        }
    }
}
