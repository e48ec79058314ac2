//! Why a file cannot be read at all.

use std::fmt;

/// What is wrong, and on which line where it is one line's fault. Nothing of the file may be used then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ReadError {
    /// The line, counted from 1.
    pub line: Option<u64>,
    /// What is wrong with it and what to do about it, in one line.
    pub what: String,
}

impl ReadError {
    /// The fault of one line.
    pub(crate) fn at(line: u64, what: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            what: what.into(),
        }
    }

    /// The fault of the whole file.
    pub(crate) fn whole(what: impl Into<String>) -> Self {
        Self {
            line: None,
            what: what.into(),
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}
