//! How carefully a host is touched. Nothing is dialled without it, and there is none for what must not be touched.

use std::time::Duration;

use holter_model::Fragility;

/// The right to touch a host, and how. What is not to be touched has none, so it cannot be dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Care(Fragility);

impl Care {
    /// For what is made to be connected to by anybody.
    pub const ROBUST: Self = Self(Fragility::Robust);

    /// The care that a class demands; `None`: hands off.
    #[must_use]
    pub const fn of(fragility: Fragility) -> Option<Self> {
        match fragility {
            Fragility::DoNotTouch => None,
            class => Some(Self(class)),
        }
    }

    /// The class that demands it.
    #[must_use]
    pub const fn fragility(self) -> Fragility {
        self.0
    }

    /// One class more careful, where there is one: for a host that shows that it suffers.
    #[must_use]
    pub const fn more(self) -> Self {
        match self.0 {
            Fragility::Robust => Self(Fragility::Careful),
            _ => Self(Fragility::Fragile),
        }
    }
}

/// The rest between two connections to one host, by class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rests {
    /// After a knock at which no connection came about, but for fragile hosts.
    pub knock: Duration,
    /// After a robust one.
    pub robust: Duration,
    /// After a careful one.
    pub careful: Duration,
    /// After a fragile one.
    pub fragile: Duration,
}

impl Rests {
    /// The same for every class.
    #[must_use]
    pub const fn all(rest: Duration) -> Self {
        Self {
            knock: rest,
            robust: rest,
            careful: rest,
            fragile: rest,
        }
    }

    pub(crate) const fn after_knock(&self, care: Care) -> Duration {
        match care.0 {
            Fragility::Robust | Fragility::Careful => self.knock,
            Fragility::Fragile | Fragility::DoNotTouch => self.fragile,
        }
    }

    pub(crate) const fn after_connection(&self, care: Care) -> Duration {
        match care.0 {
            Fragility::Robust => self.robust,
            Fragility::Careful => self.careful,
            Fragility::Fragile | Fragility::DoNotTouch => self.fragile,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_not_be_touched_has_no_care() {
        assert_eq!(Care::of(Fragility::DoNotTouch), None);
        for class in [Fragility::Robust, Fragility::Careful, Fragility::Fragile] {
            let care = Care::of(class).unwrap();
            assert_eq!(care.fragility(), class);
            assert!(care.more() >= care && Care::of(care.more().fragility()).is_some());
        }
    }
}
