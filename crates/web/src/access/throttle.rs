//! How often somebody may try to come in: per account and per network. Failures are remembered in the store, so that a
//! restart forgives nobody, under a hash of who it was.

use holter_store::{Failures, StoreError, Writing};
use jiff::{SignedDuration, Timestamp};

use crate::access::token;
use crate::app::App;
use crate::guard::Caller;
use crate::trouble::Trouble;

/// So many failures are forgiven.
const FREE: i64 = 5;

/// No wait is longer: a stranger must not be able to shut somebody out for a day.
const LONGEST: i64 = 15 * 60;

/// Who tries: by the name that was typed, where one was, and from where.
#[derive(Clone, Debug)]
pub(crate) struct Trying {
    name: Option<String>,
    network: String,
}

impl Trying {
    /// Whoever typed this name.
    pub(crate) fn of(caller: &Caller, name: &str) -> Self {
        Self {
            name: Some(token::hash(&format!("name {name}"))),
            ..Self::from(caller)
        }
    }

    /// Whoever it is.
    pub(crate) fn from(caller: &Caller) -> Self {
        Self {
            name: None,
            network: token::hash(&format!("address {}", network(caller))),
        }
    }

    /// Turned away while the wait of either lasts.
    pub(crate) async fn may(&self, app: &App) -> Result<(), Trouble> {
        let now = app.clock.now();
        let mut longest = SignedDuration::ZERO;
        for who in self.name.iter().chain([&self.network]) {
            if let Some(failures) = app.store.failures(who).await? {
                longest = longest.max(until(failures).duration_since(now));
            }
        }
        if longest.is_positive() {
            return Err(Trouble::Often(longest.as_secs().max(1)));
        }
        Ok(())
    }

    /// Notes a failure of both.
    pub(crate) async fn failed(&self, writing: &mut Writing, now: Timestamp) -> Result<(), StoreError> {
        for who in self.name.iter().chain([&self.network]) {
            writing.note_failure(who, now).await?;
        }
        Ok(())
    }

    /// Whoever came in has the name; others may sit in the same network.
    pub(crate) async fn forgive(&self, writing: &mut Writing) -> Result<(), StoreError> {
        match &self.name {
            Some(name) => writing.forgive(name).await,
            None => Ok(()),
        }
    }
}

/// Until when somebody has to wait: it doubles from two seconds on.
fn until(failures: Failures) -> Timestamp {
    let wait = match failures.count - FREE {
        ..=0 => SignedDuration::ZERO,
        more => SignedDuration::from_secs((1_i64 << more.min(20)).min(LONGEST)),
    };
    failures.last.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

/// Failures count for a whole home or office of IPv6, which is one network of 64 bits.
fn network(caller: &Caller) -> String {
    match caller.address {
        std::net::IpAddr::V4(address) => address.to_string(),
        std::net::IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_costs_more_and_no_wait_is_for_ever() {
        let last = Timestamp::from_second(1_000_000).unwrap();
        let wait = |count| until(Failures { count, last }).duration_since(last).as_secs();
        assert_eq!([0, 1, FREE].map(wait), [0, 0, 0]);
        let waits: Vec<i64> = (FREE + 1..FREE + 30).map(wait).collect();
        assert_eq!(waits[..3], [2, 4, 8]);
        assert!(waits.is_sorted() && waits.ends_with(&[LONGEST, LONGEST]));
    }
}
