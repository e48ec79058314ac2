//! What a run tells whoever listens: a progress bar, a report, a test's list.

use holter_model::{Attempt, LeftAlone, Service, Verdict};
use jiff::Zoned;
use serde::{Deserialize, Serialize};

/// One thing that happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// The run begins, or goes on, with about this many endpoints.
    Began {
        /// How many endpoints will be tried.
        endpoints: u64,
    },
    /// There is something to say about an endpoint.
    Tried {
        /// What it is.
        service: Box<Service>,
    },
    /// Closed or silent ports that nobody named by themselves.
    Nothing {
        /// How many endpoints.
        endpoints: u64,
    },
    /// Endpoints that are too delicate to be contacted.
    Spared {
        /// How many.
        endpoints: u64,
    },
    /// A host is left alone from now on.
    LeftAlone(LeftAlone),
    /// Quiet hours: hosts wait.
    Quiet {
        /// When they end.
        until: Zoned,
    },
    /// The run can no longer be taken up if it is killed.
    Unrecorded {
        /// Why not.
        why: String,
    },
    /// The run is over.
    Ended {
        /// Its sums.
        summary: Summary,
    },
}

/// Listens to a run.
pub trait Sink {
    /// Takes an event. Must not take long: the run waits.
    fn take(&mut self, event: Event);
}

/// The sums of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Endpoints tried.
    pub tried: u64,
    /// Services reported.
    pub services: u64,
    /// Services with something affected.
    pub affected: u64,
    /// Services where all was asked and nothing is affected.
    pub not_affected: u64,
    /// Services that could not be assessed, wholly or in part.
    pub inconclusive: u64,
    /// Ports that were closed, or where nothing answered, and that nobody named by themselves.
    pub nothing_there: u64,
    /// Endpoints that were not contacted because the user's inventory calls them fragile or do-not-touch.
    #[serde(default)]
    pub spared: u64,
    /// Hosts that were left alone because they stopped answering what they had answered before.
    pub left_alone: u64,
    /// Endpoints that were not asked because of that.
    pub not_asked: u64,
    /// Whether the user stopped the run before its end.
    pub interrupted: bool,
}

impl Summary {
    /// Adds an endpoint of which there is something to say.
    pub(crate) fn count(&mut self, service: &Service) {
        self.tried += 1;
        self.services += 1;
        match holter_checks::catalogue::worst(service) {
            Some(Verdict::Affected) => self.affected += 1,
            Some(Verdict::NotAffected | Verdict::NotApplicable) if assessed(service.attempt) => {
                self.not_affected += 1
            }
            _ => self.inconclusive += 1,
        }
    }

    /// Adds endpoints with nothing there.
    pub(crate) const fn count_nothing(&mut self, endpoints: u64) {
        self.tried += endpoints;
        self.nothing_there += endpoints;
    }

    /// Adds a host that was left alone.
    pub(crate) const fn count_left(&mut self, left: &LeftAlone) {
        self.left_alone += 1;
        self.not_asked += left.not_asked;
    }
}

/// A service that declines TLS was asked all there is to ask.
const fn assessed(attempt: Attempt) -> bool {
    matches!(attempt, Attempt::Completed | Attempt::TlsDeclined)
}
