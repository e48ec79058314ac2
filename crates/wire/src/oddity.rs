//! What was strange about bytes that were read all the same.

use std::fmt;

/// One thing that a well-behaved peer would not have sent. It names fields and counts, never the peer's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Oddity {
    /// The bytes end inside this field.
    Truncated(&'static str),
    /// This many bytes follow where nothing belongs.
    Trailing(&'static str, usize),
    /// An extension stands more than once.
    DuplicateExtension(u16),
    /// This list is longer than the reader keeps; the rest was passed over.
    TooMany(&'static str),
    /// A field has a length that its definition does not allow.
    BadLength(&'static str, usize),
    /// A field has a value that its definition does not allow.
    BadValue(&'static str, u16),
    /// A fragment lies outside its message or contradicts an earlier one.
    BadFragment,
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated(what) => write!(f, "{what} is cut short"),
            Self::Trailing(what, count) => write!(f, "{count} bytes after {what}"),
            Self::DuplicateExtension(code) => write!(f, "extension {code} stands twice"),
            Self::TooMany(what) => write!(f, "too many entries in {what}"),
            Self::BadLength(what, length) => write!(f, "{what} has the impossible length {length}"),
            Self::BadValue(what, value) => write!(f, "{what} has the impossible value {value:#06x}"),
            Self::BadFragment => f.write_str("a handshake fragment contradicts the others"),
        }
    }
}
