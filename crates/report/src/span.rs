//! From when to when a run went, as far as its services say: documents have no clock of their own.

use jiff::{SignedDuration, Timestamp};

use holter_model::Service;

/// A run's first and last moment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    pub(crate) began: Option<Timestamp>,
    pub(crate) ended: Option<Timestamp>,
}

impl Span {
    /// Takes the moment at which the run began.
    pub(crate) fn begin(&mut self, began: Option<Timestamp>) {
        self.began = began;
        self.ended = began;
    }

    /// Takes one service.
    pub(crate) fn take(&mut self, service: &Service) {
        let took = SignedDuration::from_millis(i64::try_from(service.elapsed_ms).unwrap_or(i64::MAX));
        let ended = service.started.checked_add(took).unwrap_or(service.started);
        self.began = Some(
            self.began
                .map_or(service.started, |began| began.min(service.started)),
        );
        self.ended = Some(self.ended.map_or(ended, |last| last.max(ended)));
    }
}
