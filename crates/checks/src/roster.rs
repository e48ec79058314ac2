//! What a check is, and the list of them all.

use std::pin::Pin;

use holter_model::{Attempt, Fact, Flaw, Judgement, Observation, Verdict};

use crate::Visit;

/// Sets of checks, each of which holds the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// Heartbleed alone.
    Heartbleed,
    /// What lets memory, keys or traffic out: a few connections more.
    Standard,
    /// All that is known of TLS.
    Full,
}

/// What must be known of a service before a check can ask or judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// Its versions, suites, groups and certificates: the survey, which all checks share.
    Survey,
    /// That, and what TLS carries, to be found out where nobody knows.
    Inside,
}

/// One check.
pub struct Check {
    /// Its id, as in `--check`.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// What it asks, in one sentence.
    pub about: &'static str,
    /// The smallest profile that it belongs to.
    pub profile: Profile,
    /// What it needs.
    pub needs: Needs,
    /// The flaws that it decides, as the texts of their data files.
    pub flaws: &'static [&'static str],
    /// Asks. Facts are noted in the visit, also when it breaks off.
    pub ask: for<'a> fn(&'a mut Visit<'_>) -> Asked<'a>,
    /// Judges facts: one judgement a flaw at most. Pure. Empty when there is nothing to judge by.
    pub judge: fn(&[Observation], Attempt) -> Vec<Judgement>,
}

/// The future that asking is.
pub type Asked<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

impl Check {
    /// What is known of its flaws. A file that does not parse fails the roster's test, so none is missing in a build
    /// that passed.
    pub fn flaws(&self) -> impl Iterator<Item = Flaw> {
        self.flaws.iter().filter_map(|text| Flaw::parse(text).ok())
    }

    /// Judges. Where answers do not fit together, as those of different servers that take turns, none clears of anything.
    #[must_use]
    pub fn verdicts(&self, observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
        let mut judgements = (self.judge)(observations, attempt);
        let why = observations
            .iter()
            .find_map(|observation| match &observation.fact {
                Fact::Inconsistent { why } => Some(why),
                _ => None,
            });
        if let Some(why) = why {
            for judgement in &mut judgements {
                if judgement.verdict == Verdict::NotAffected {
                    judgement.verdict = Verdict::Inconclusive;
                    judgement.evidence =
                        format!("{why}; so nothing clears it, although {}", judgement.evidence);
                }
            }
        }
        judgements
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
    use std::collections::BTreeSet;

    use crate::ALL;

    #[test]
    fn ids_are_unique_and_in_order_and_each_has_its_flaws() {
        assert!(ALL.is_sorted_by(|a, b| a.id < b.id));
        let mut flaws = BTreeSet::new();
        for check in ALL {
            assert!(!check.flaws.is_empty(), "{} decides nothing", check.id);
            assert_eq!(
                check.flaws().count(),
                check.flaws.len(),
                "a flaw of {} does not parse",
                check.id
            );
            for flaw in check.flaws() {
                assert!(flaws.insert(flaw.id.clone()), "{} is decided twice", flaw.id);
            }
        }
    }
}
