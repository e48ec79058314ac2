//! What was strange about a structure that was read all the same.

use std::fmt;

use serde::Serialize;

/// One thing that a well-made certificate or answer would not have. It names fields and counts, never contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Oddity {
    /// The bytes end before this field, or inside it.
    Truncated(&'static str),
    /// This field is there and means nothing that its definition knows.
    Unreadable(&'static str),
    /// This many bytes follow where nothing belongs.
    Trailing(&'static str, usize),
    /// This list is longer than the reader keeps; the rest was passed over.
    TooMany(&'static str),
    /// This stands more than once.
    Duplicate(&'static str),
    /// Two places that must say the same do not.
    Contradiction(&'static str),
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated(what) => write!(f, "{what} is cut short"),
            Self::Unreadable(what) => write!(f, "{what} cannot be read"),
            Self::Trailing(what, count) => write!(f, "{count} bytes after {what}"),
            Self::TooMany(what) => write!(f, "too many entries in {what}"),
            Self::Duplicate(what) => write!(f, "{what} stands twice"),
            Self::Contradiction(what) => write!(f, "{what} contradicts itself"),
        }
    }
}
