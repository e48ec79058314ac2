//! How carefully a system must be touched.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The class of a service or a host; each is more delicate than the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fragility {
    /// Made to be connected to by anybody: a portal, a mail server.
    Robust,
    /// One connection at a time with a pause between two, and no more after the first sign of trouble.
    Careful,
    /// Contacted only where the user names it, with long pauses.
    Fragile,
    /// Never contacted.
    DoNotTouch,
}

impl Fragility {
    /// Every class, the most robust first.
    pub const ALL: [Self; 4] = [Self::Robust, Self::Careful, Self::Fragile, Self::DoNotTouch];

    /// As it stands in every format and in an inventory.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Robust => "robust",
            Self::Careful => "careful",
            Self::Fragile => "fragile",
            Self::DoNotTouch => "do-not-touch",
        }
    }
}

impl fmt::Display for Fragility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Fragility {
    type Err = String;

    /// Takes the class as people write it: in any case, with hyphens, underscores or spaces.
    fn from_str(text: &str) -> Result<Self, String> {
        let plain = text.trim().to_lowercase().replace(['_', ' '], "-");
        Self::ALL
            .into_iter()
            .find(|class| class.as_str() == plain)
            .ok_or_else(|| format!("{text:?} is not robust, careful, fragile or do-not-touch"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_read_as_people_write_them() {
        assert_eq!("Do not touch".parse(), Ok(Fragility::DoNotTouch));
        assert_eq!(" careful ".parse(), Ok(Fragility::Careful));
        assert!("solid".parse::<Fragility>().is_err());
        assert!(Fragility::Robust < Fragility::DoNotTouch);
    }
}
