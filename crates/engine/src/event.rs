//! What a run tells whoever listens: a progress bar, a report, a test's list.

use holter_model::{Attempt, Service, Verdict};

/// One thing that happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// The run begins with about this many endpoints; `None` when names must be looked up first.
    Began {
        /// How many endpoints will be tried.
        endpoints: u64,
    },
    /// An endpoint was tried; `service` is what there is to say, `None` for a closed or silent port that
    /// nobody named by itself.
    Tried {
        /// The service, if there is one to report.
        service: Option<Box<Service>>,
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
    /// Whether the user stopped the run before its end.
    pub interrupted: bool,
}

impl Summary {
    /// Adds one endpoint.
    pub(crate) fn count(&mut self, service: Option<&Service>) {
        self.tried += 1;
        let Some(service) = service else {
            self.nothing_there += 1;
            return;
        };
        self.services += 1;
        match service.worst() {
            Some(Verdict::Affected) => self.affected += 1,
            Some(Verdict::NotAffected | Verdict::NotApplicable) if assessed(service.attempt) => {
                self.not_affected += 1
            }
            _ => self.inconclusive += 1,
        }
    }
}

/// A service that declines TLS was asked all there is to ask.
const fn assessed(attempt: Attempt) -> bool {
    matches!(attempt, Attempt::Completed | Attempt::TlsDeclined)
}
