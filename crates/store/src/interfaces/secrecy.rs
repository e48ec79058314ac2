//! Whether what passes over an interface can be read on the way.

use std::str::FromStr;

/// How it is on the way: what should be mended first is the first of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// In clear text.
    Clear,
    /// Nobody knows.
    Unknown,
    /// Encrypted.
    Encrypted,
}

impl Secrecy {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Clear, Self::Unknown, Self::Encrypted];

    /// Of what is known.
    #[must_use]
    pub const fn of(encrypted: Option<bool>) -> Self {
        match encrypted {
            Some(false) => Self::Clear,
            None => Self::Unknown,
            Some(true) => Self::Encrypted,
        }
    }

    /// Its name for scripts.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Unknown => "unknown",
            Self::Encrypted => "encrypted",
        }
    }

    /// Its place in the order of lists, from the end.
    pub(super) const fn bare(self) -> i64 {
        match self {
            Self::Clear => 2,
            Self::Unknown => 1,
            Self::Encrypted => 0,
        }
    }

    pub(super) const fn at(bare: i64) -> Self {
        match bare {
            2 => Self::Clear,
            0 => Self::Encrypted,
            _ => Self::Unknown,
        }
    }
}

impl FromStr for Secrecy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|one| one.as_str() == text);
        found.ok_or_else(|| format!("nothing is {text:?} on its way: clear, unknown or encrypted"))
    }
}
