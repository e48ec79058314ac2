//! How often somebody may try to sign in: per account and per address, in bounded memory.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// So many failures are forgiven.
const FREE: u32 = 5;

/// No wait is longer: a stranger must not be able to shut somebody out for a day.
const LONGEST: i64 = 15 * 60;

/// So many are remembered.
const MOST: usize = 20_000;

/// Counts failures.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<HashMap<String, Failures>>);

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
}

impl Failures {
    /// Doubles from two seconds on.
    fn wait(self) -> SignedDuration {
        match self.count.checked_sub(FREE) {
            None | Some(0) => SignedDuration::ZERO,
            Some(more) => SignedDuration::from_secs((1_i64 << more.min(20)).min(LONGEST)),
        }
    }

    fn until(self) -> Timestamp {
        self.last.saturating_add(self.wait()).unwrap_or(Timestamp::MAX)
    }
}

impl Throttle {
    /// How long all of these still have to wait.
    pub(crate) fn wait<'a>(
        &self,
        who: impl IntoIterator<Item = &'a str>,
        now: Timestamp,
    ) -> Option<SignedDuration> {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        who.into_iter()
            .filter_map(|who| failures.get(who))
            .map(|failed| failed.until().duration_since(now))
            .filter(|wait| wait.is_positive())
            .max()
    }

    /// Somebody failed.
    pub(crate) fn failed(&self, who: &str, now: Timestamp) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MOST && !failures.contains_key(who) {
            let hour = SignedDuration::from_hours(1);
            failures.retain(|_, failed| now.duration_since(failed.last) < hour);
            // Whoever floods the table with names gains nothing: those that failed most are kept.
            if failures.len() >= MOST {
                failures.retain(|_, failed| failed.count > FREE);
            }
            if failures.len() >= MOST {
                return;
            }
        }
        let failed = failures
            .entry(who.to_owned())
            .or_insert(Failures { count: 0, last: now });
        // A quiet day forgives.
        if now.duration_since(failed.last) > SignedDuration::from_hours(24) {
            failed.count = 0;
        }
        failed.count = failed.count.saturating_add(1);
        failed.last = now;
    }

    /// Somebody came in.
    pub(crate) fn forgive(&self, who: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(who);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_costs_more_and_the_right_password_forgives() {
        let throttle = Throttle::default();
        let mut now = Timestamp::from_second(1_000_000).unwrap();
        for _ in 0..FREE {
            assert_eq!(throttle.wait(["mira"], now), None);
            throttle.failed("mira", now);
        }
        let mut last = 0;
        for _ in 0..12 {
            throttle.failed("mira", now);
            let wait = throttle.wait(["mira", "203.0.113.9"], now).unwrap().as_secs();
            assert!(wait > last || wait == LONGEST);
            last = wait;
            assert_eq!(throttle.wait(["noor"], now), None);
            now += SignedDuration::from_secs(wait);
            assert_eq!(throttle.wait(["mira"], now), None);
        }
        assert_eq!(last, LONGEST);
        throttle.forgive("mira");
        assert_eq!(throttle.wait(["mira"], now), None);
    }

    #[test]
    fn its_memory_is_bounded() {
        let throttle = Throttle::default();
        let now = Timestamp::from_second(1_000_000).unwrap();
        for number in 0..MOST * 2 {
            throttle.failed(&number.to_string(), now);
        }
        assert!(throttle.0.lock().unwrap().len() <= MOST);
    }
}
