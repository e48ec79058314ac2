//! What a report says before its first service.

use jiff::Timestamp;

/// What holds for a whole run, however it goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Preamble {
    /// Who allowed it, and on what ground, in the user's words.
    pub authorized_by: Option<String>,
    /// When it began.
    pub began: Option<Timestamp>,
}
