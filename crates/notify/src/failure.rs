//! Why something was not sent. In our own words: what the other end said is not repeated.

use std::time::Duration;

/// Whether to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// In a while.
    Later,
    /// Not before this has passed, as the other end asked.
    After(Duration),
    /// It would fail again, until somebody changes something.
    Never,
}

/// Why it was not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Failure {
    /// In words.
    pub why: String,
    /// Whether to try again.
    pub again: Again,
}

impl Failure {
    pub(crate) fn later(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            again: Again::Later,
        }
    }

    pub(crate) fn never(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            again: Again::Never,
        }
    }
}
