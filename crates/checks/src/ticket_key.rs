//! # Session ticket keys kept for long
//!
//! ## What it asks
//! Nothing of its own: the first bytes of the tickets that the service hands out, by which most servers name the key, are
//! noted as a hash and compared with those of earlier scans.
//!
//! ## Why it matters
//! Who gets that key opens what was recorded under it; forward secrecy is as good as it is short-lived (RFC 9325 section
//! 3.4: once a week at least). What one scan alone cannot tell is not held against the service.

use std::collections::BTreeMap;

use holter_model::{Attempt, Basis, Fact, Feature, Judgement, Observation};

use crate::ground::{Ruling, rule};
use crate::{Check, Configuration, Needs, Profile};

/// RFC 9325 section 3.4; RFC 8446 section 4.6.1 allows no longer life to a ticket, either.
const WEEK: i64 = 7 * 24 * 3600;

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "ticket-key",
    name: "Session ticket key",
    about: "compares the names of session ticket keys between scans, and how long tickets are to hold",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/TLS-OLD-TICKET-KEY.toml")],
    ask: |_| Box::pin(async {}),
    judge,
};

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let judge = |configuration: &Configuration| ruling(configuration, observations);
    rule((CHECK.id, "TLS-OLD-TICKET-KEY"), observations, attempt, judge)
        .into_iter()
        .collect()
}

fn ruling(configuration: &Configuration, observations: &[Observation]) -> Ruling {
    let mut keys: BTreeMap<&str, (_, _)> = BTreeMap::new();
    let mut longest = 0;
    for observation in observations {
        if let Fact::Ticket { key, lifetime, .. } = &observation.fact {
            let at = observation.at;
            let seen = keys.entry(key).or_insert((at, at));
            *seen = (seen.0.min(at), seen.1.max(at));
            longest = longest.max(*lifetime);
        }
    }
    let old = keys
        .values()
        .find(|(first, last)| last.duration_since(*first).as_secs() > WEEK);
    if let Some((first, last)) = old {
        return Ruling::affected(format!(
            "the same key was in use on {} and on {}",
            first.strftime("%Y-%m-%d"),
            last.strftime("%Y-%m-%d")
        ))
        .by(Basis::Behaviour);
    }
    if i64::from(longest) > WEEK {
        let days = longest / (24 * 3600);
        return Ruling::affected(format!(
            "it says that its tickets hold for {days} days, and keeps their key as long"
        ));
    }
    let first = keys.values().map(|(first, _)| *first).min();
    let last = keys.values().map(|(_, last)| *last).max();
    match (first, last) {
        (Some(first), Some(last)) if last.duration_since(first).as_secs() > WEEK => {
            Ruling::not_affected("no key was in use for more than a week between the scans that are known")
                .by(Basis::Behaviour)
        }
        (Some(_), _) => {
            Ruling::not_applicable("a key's age shows only between scans; this one's is noted for the next")
        }
        (None, _) if configuration.has(Feature::SessionTicket) == Some(false) => {
            Ruling::not_applicable("it hands out no session tickets")
        }
        (None, _) => Ruling::not_applicable("no session ticket was seen, so there is no key to know again"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{observed_at, whole};
    use holter_model::Verdict::{self, Affected, NotAffected, NotApplicable};
    use holter_wire::Version;
    use jiff::{SignedDuration, Timestamp};

    fn verdict(tickets: &[(i64, &str, u32)]) -> Verdict {
        let start = Timestamp::from_second(1_790_000_000).unwrap();
        let mut observations = observed_at(start, whole(&[(Version::TLS12, &[0xc02f])]));
        for (day, key, lifetime) in tickets {
            let at = start + SignedDuration::from_hours(24 * day);
            let ticket = Fact::Ticket {
                version: Version::TLS12.0,
                lifetime: *lifetime,
                key: (*key).to_owned(),
                early_data: 0,
            };
            observations.extend(observed_at(at, vec![ticket]));
        }
        judge(&observations, Attempt::Completed)[0].verdict
    }

    #[test]
    fn a_key_is_old_only_where_that_was_seen() {
        assert_eq!(verdict(&[]), NotApplicable);
        assert_eq!(verdict(&[(0, "a", 7200), (0, "a", 7200)]), NotApplicable);
        assert_eq!(verdict(&[(0, "a", 7200), (6, "a", 7200)]), NotApplicable);
        assert_eq!(verdict(&[(0, "a", 7200), (8, "a", 7200)]), Affected);
        assert_eq!(verdict(&[(0, "a", 7200), (8, "b", 7200)]), NotAffected);
        assert_eq!(verdict(&[(0, "a", 30 * 24 * 3600)]), Affected);
    }
}
