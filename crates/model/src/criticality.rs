//! How much depends on a system.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What is lost while a system does not work; each is worse than the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Criticality {
    /// Convenience.
    Low,
    /// Work is slower: batch interfaces, audit.
    Medium,
    /// A department stands still: imaging, mail, remote access.
    High,
    /// The hospital stands still: orders and results, logon, the record itself.
    Highest,
    /// A patient's life: monitors, pumps, ventilators.
    Life,
}

impl Criticality {
    /// Every grade, the least first.
    pub const ALL: [Self; 5] = [Self::Low, Self::Medium, Self::High, Self::Highest, Self::Life];

    /// As it stands in every format and in an inventory.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Highest => "highest",
            Self::Life => "life",
        }
    }
}

impl fmt::Display for Criticality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Criticality {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let plain = text.trim().to_lowercase();
        Self::ALL
            .into_iter()
            .find(|grade| grade.as_str() == plain)
            .ok_or_else(|| format!("{text:?} is not low, medium, high, highest or life"))
    }
}
