//! What a check is, and the list of them all.

use std::pin::Pin;

use holter_model::{Attempt, Flaw, Judgement, Observation};

use crate::Visit;

/// One check.
pub struct Check {
    /// Its id, as in `--check`.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// What it asks, in one sentence.
    pub about: &'static str,
    /// The flaw that it decides, as the text of its data file.
    pub flaw: &'static str,
    /// Asks. Facts are noted in the visit, also when it breaks off.
    pub ask: for<'a> fn(&'a mut Visit<'_>) -> Asked<'a>,
    /// Judges facts. Pure. `None` when there is nothing to judge by.
    pub judge: fn(&[Observation], Attempt) -> Option<Judgement>,
}

/// The future that asking is.
pub type Asked<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

impl Check {
    /// What is known of its flaw. A file that does not parse fails the roster's test, so this is never `None`
    /// in a build that passed.
    #[must_use]
    pub fn flaw(&self) -> Option<Flaw> {
        Flaw::parse(self.flaw).ok()
    }
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Check")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Declares the checks: a module each, and [`crate::ALL`], sorted by id.
macro_rules! roster {
    ($($module:ident),* $(,)?) => {
        $(mod $module;)*

        /// Every check, in the order of their ids.
        pub static ALL: &[&Check] = &[$(&$module::CHECK),*];
    };
}
pub(crate) use roster;

#[cfg(test)]
mod tests {
    use crate::ALL;

    #[test]
    fn ids_are_unique_and_in_order_and_each_has_its_flaw() {
        assert!(ALL.is_sorted_by(|a, b| a.id < b.id));
        for check in ALL {
            assert!(check.flaw().is_some(), "the flaw of {} does not parse", check.id);
        }
    }
}
