//! The folder where runs are written down: which can be taken up, which came to their end, which are forgotten.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use holter_model::seam::Dice;

use crate::header::Header;
use crate::journal::{ENDED, GOING, Journal};

/// A folder of journals, one file a run, named for when it began and for its plan.
#[derive(Clone, Debug)]
pub struct Runs(PathBuf);

/// So many runs of one plan are kept.
const KEPT_OF_A_PLAN: usize = 20;

/// So many runs are kept in all.
const KEPT: usize = 1000;

impl Runs {
    /// The runs in this folder, which is made if need be. Nobody else may look into it.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn in_folder(folder: &Path) -> io::Result<Self> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
        Ok(Self(folder.to_owned()))
    }

    /// Begins to write a run down.
    ///
    /// # Errors
    /// When the journal cannot be made.
    pub fn begin(&self, header: &Header, dice: &dyn Dice) -> io::Result<Journal> {
        let mut apart = [0; 4];
        dice.fill(&mut apart);
        let name = format!(
            "{}-{}-{:08x}.{GOING}",
            header.begun.strftime("%Y%m%dT%H%M%S%.3fZ"),
            header.fingerprint,
            u32::from_le_bytes(apart),
        );
        Journal::begin(&self.0.join(name), header)
    }

    /// The latest run that was cut off, of this plan or of any; not one that still goes on, nor one that was killed
    /// before it could say what it sets out to do.
    #[must_use]
    pub fn cut_off(&self, fingerprint: Option<&str>) -> Option<PathBuf> {
        let mut runs = self.named(fingerprint, GOING);
        runs.reverse();
        runs.into_iter()
            .find(|run| is_free(run) && Journal::header(run).is_some())
    }

    /// The journal of the run with this [`Header::key`], if it was cut off.
    #[must_use]
    pub fn cut_off_with(&self, key: &str) -> Option<PathBuf> {
        let fingerprint = key.split('-').nth(1)?;
        let is_it =
            |run: &PathBuf| is_free(run) && Journal::header(run).is_some_and(|header| header.key() == key);
        self.named(Some(fingerprint), GOING).into_iter().find(is_it)
    }

    /// The latest run that another process is at, of this plan or of any.
    #[must_use]
    pub fn going_on(&self, fingerprint: Option<&str>) -> Option<PathBuf> {
        let mut runs = self.named(fingerprint, GOING);
        runs.reverse();
        runs.into_iter().find(|run| is_held(run))
    }

    /// The runs of a plan that came to their end, the latest first.
    #[must_use]
    pub fn ended(&self, fingerprint: &str) -> Vec<PathBuf> {
        let mut runs = self.named(Some(fingerprint), ENDED);
        runs.reverse();
        runs
    }

    /// Forgets the oldest runs of this plan and of all. What cannot be removed stays.
    pub fn forget_old(&self, fingerprint: &str) {
        let of_the_plan = [
            self.named(Some(fingerprint), ENDED),
            self.named(Some(fingerprint), GOING),
        ];
        let [ended, going] = of_the_plan.each_ref().map(|runs| surplus(runs, KEPT_OF_A_PLAN));
        let mut all = self.named(None, ENDED);
        all.extend(self.named(None, GOING));
        all.sort_unstable();
        for run in [ended, going, surplus(&all, KEPT)].concat() {
            if is_free(run) {
                let _ = fs::remove_file(run);
            }
        }
    }

    /// The journals of a plan, or of all, that end in `ending`; the oldest first, for names begin with the time.
    fn named(&self, fingerprint: Option<&str>, ending: &str) -> Vec<PathBuf> {
        let wanted = |name: &str| {
            let plan = name.split('-').nth(1);
            name.ends_with(&format!(".{ending}"))
                && fingerprint.is_none_or(|fingerprint| plan == Some(fingerprint))
        };
        let mut runs: Vec<PathBuf> = fs::read_dir(&self.0)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.file_name().to_str().is_some_and(wanted))
            .map(|entry| entry.path())
            .collect();
        runs.sort_unstable();
        runs
    }
}

fn surplus(runs: &[PathBuf], kept: usize) -> Vec<&PathBuf> {
    runs.iter().take(runs.len().saturating_sub(kept)).collect()
}

/// Whether no process is at it.
fn is_free(run: &Path) -> bool {
    File::open(run).is_ok_and(|file| file.try_lock_shared().is_ok())
}

/// Whether another process is at it, for certain.
fn is_held(run: &Path) -> bool {
    let held = |file: File| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
    File::open(run).is_ok_and(held)
}

#[cfg(test)]
mod tests {
    use holter_model::seam::{FixedClock, SystemDice};

    use super::*;
    use crate::{Plan, Summary};

    fn header(second: i64, fingerprint: &str) -> Header {
        let clock = FixedClock(jiff::Timestamp::from_second(second).unwrap());
        let addresses = Vec::new();
        Header::new(
            Plan::default(),
            addresses,
            fingerprint.to_owned(),
            (&clock, &SystemDice),
        )
    }

    #[test]
    fn a_run_that_was_cut_off_is_found_and_one_that_goes_on_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let runs = Runs::in_folder(folder.path()).unwrap();
        drop(runs.begin(&header(1, "plan"), &SystemDice).unwrap());
        let cut_off = runs.cut_off(Some("plan")).unwrap();
        let goes_on = runs.begin(&header(2, "plan"), &SystemDice).unwrap();
        assert_eq!(runs.cut_off(Some("plan")), Some(cut_off.clone()));
        assert_eq!(runs.cut_off(Some("other")), None);
        let key = Journal::header(&cut_off).unwrap().key();
        assert_eq!(runs.cut_off_with(&key), Some(cut_off.clone()));
        let held = Journal::header(&runs.going_on(Some("plan")).unwrap()).unwrap();
        assert_eq!(runs.cut_off_with(&held.key()), None);
        assert!(runs.going_on(Some("plan")) > Some(cut_off.clone()));
        assert_eq!(runs.going_on(Some("other")), None);
        assert!(runs.ended("plan").is_empty());
        let ended = goes_on.end(&Summary::default()).unwrap();
        assert_eq!(runs.ended("plan"), [ended]);
        assert_eq!(runs.cut_off(None), Some(cut_off.clone()));
        assert_eq!(runs.going_on(None), None);
        // Killed before its header was written, it must not stand in the way of the one before.
        let beheaded = folder.path().join("20990101T000000.000Z-plan-00000000.run");
        fs::write(beheaded, b"{\"header\":{").unwrap();
        assert_eq!(runs.cut_off(Some("plan")), Some(cut_off));
    }

    #[test]
    fn old_runs_are_forgotten_but_not_those_of_other_plans() {
        let folder = tempfile::tempdir().unwrap();
        let runs = Runs::in_folder(folder.path()).unwrap();
        for second in 0..30 {
            let journal = runs.begin(&header(second, "plan"), &SystemDice).unwrap();
            journal.end(&Summary::default()).unwrap();
        }
        let other = runs.begin(&header(0, "other"), &SystemDice).unwrap();
        other.end(&Summary::default()).unwrap();
        let latest = runs.ended("plan")[0].clone();
        runs.forget_old("plan");
        assert_eq!((runs.ended("plan").len(), runs.ended("other").len()), (20, 1));
        assert_eq!(runs.ended("plan")[0], latest);
    }
}
