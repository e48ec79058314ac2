//! What is different from an earlier run of the same plan.

use jiff::Zoned;
use serde::Serialize;

use crate::Endpoint;

/// All that is different since a run that came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differences {
    /// When that run began, on the clocks here.
    pub since: Zoned,
    /// Each of them; what is the same has none.
    pub items: Vec<Difference>,
}

/// One service that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// In which way.
    pub kind: Kind,
    /// Where.
    pub endpoint: Endpoint,
    /// The host name asked for, where one was given.
    pub name: Option<String>,
    /// The flaw, where it is about one.
    pub flaw: Option<String>,
    /// How it was, in a few words.
    pub was: String,
    /// How it is.
    pub now: String,
}

/// In which way a service is not as it was. The order is the one in which a person should hear of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It is affected and never was before.
    Affected,
    /// It is affected again.
    Back,
    /// It was affected, and a measurement says that it is not any more. Silence never does.
    Fixed,
    /// It was not there.
    New,
    /// It was there, was asked for, and nothing answers.
    Gone,
    /// Something else about it.
    Changed,
}

impl Kind {
    /// All of them, in order.
    pub const ALL: [Self; 6] = [
        Self::Affected,
        Self::Back,
        Self::Fixed,
        Self::New,
        Self::Gone,
        Self::Changed,
    ];

    /// As it stands in every machine-readable format.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Affected => "affected",
            Self::Back => "back",
            Self::Fixed => "fixed",
            Self::New => "new",
            Self::Gone => "gone",
            Self::Changed => "changed",
        }
    }
}

impl Differences {
    /// How many there are of a kind.
    #[must_use]
    pub fn count(&self, kind: Kind) -> usize {
        self.items.iter().filter(|item| item.kind == kind).count()
    }
}
