//! The course of a run: which host comes next, and which are done already.

use std::io;

use crate::Summary;
use crate::intervals::Intervals;
use crate::journal::Journal;
use crate::order::Order;
use crate::visits::{Host, Visits};

/// Leads from the first host to the last. An empty one leads through all hosts and writes nothing down.
#[derive(Debug, Default)]
pub struct Course {
    seed: u64,
    order: Option<Order>,
    done: Intervals,
    next: u64,
    pub(crate) journal: Option<Journal>,
}

/// What comes next.
pub(crate) enum Next {
    /// This host, at this place.
    Host(u64, Host),
    /// At this place there is nothing to visit.
    Skipped(u64),
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

    pub(crate) const fn lay_out(&mut self, hosts: u64) {
        self.order = Some(Order::new(hosts, self.seed));
    }

    pub(crate) fn next(&mut self, visits: &Visits) -> Next {
        let place = self.done.next_gap(self.next);
        self.next = place.saturating_add(1);
        match self.order.as_ref().and_then(|order| order.at(place)) {
            None => Next::End,
            Some(number) => visits
                .host(number)
                .map_or(Next::Skipped(place), |host| Next::Host(place, host)),
        }
    }
}
