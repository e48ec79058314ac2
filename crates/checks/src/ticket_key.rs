//! # Session ticket keys kept for long
//!
//! ## What it asks
//! Nothing of its own: the first bytes of the tickets that the service hands out, by which most servers name the key, are
//! noted as a hash and compared with those of earlier scans, which whoever remembers them hands to the judge among the
//! observations, each with its own moment.
//!
//! ## Why it matters
//! Who gets that key opens what was recorded under it; forward secrecy is as good as it is short-lived (RFC 9325 section
//! 3.4: once a week at least). What one scan alone cannot tell is not held against the service.

use std::collections::BTreeMap;

use holter_model::{Attempt, Basis, Fact, Feature, Judgement, Observation};
use jiff::Timestamp;

use crate::ground::{Ruling, rule};
use crate::{Check, Configuration, Needs, Profile};

/// RFC 9325 section 3.4; RFC 8446 section 4.6.1 allows no longer life to a ticket, either.
const WEEK: i64 = 7 * DAY;

const DAY: i64 = 24 * HOUR;

const HOUR: i64 = 3600;

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
    let mut longest = 0;
    let mut sightings: Vec<(Timestamp, &str)> = Vec::new();
    for observation in observations {
        if let Fact::Ticket { key, lifetime, .. } = &observation.fact {
            sightings.push((observation.at, key));
            longest = longest.max(*lifetime);
        }
    }
    sightings.sort_unstable();
    let mut keys: BTreeMap<&str, (Timestamp, Timestamp)> = BTreeMap::new();
    for (at, key) in &sightings {
        keys.entry(key).or_insert((*at, *at)).1 = *at;
    }
    let oldest = keys.values().max_by_key(|(first, last)| seconds(*first, *last));
    let Some((first, last)) = oldest.copied() else {
        return Ruling::not_applicable(if configuration.has(Feature::SessionTicket) == Some(false) {
            "it hands out no session tickets"
        } else {
            "no session ticket was seen, so there is no key to know again"
        });
    };
    let age = seconds(first, last);
    if age > WEEK {
        return Ruling::affected(format!(
            "the same key was in use on {} and on {}, so it is {} days old at least",
            day(first),
            day(last),
            age / DAY
        ))
        .by(Basis::Behaviour);
    }
    if i64::from(longest) > WEEK {
        let days = i64::from(longest) / DAY;
        return Ruling::affected(format!(
            "it says that its tickets hold for {days} days, and keeps their key as long"
        ));
    }
    let (begun, ended) = match (sightings.first(), sightings.last()) {
        (Some((begun, _)), Some((ended, _))) => (*begun, *ended),
        _ => (first, last),
    };
    if seconds(begun, ended) < DAY {
        return Ruling::not_applicable("its key was seen once; how old it is shows when it is scanned again");
    }
    if keys.len() == sightings.len() {
        return Ruling::not_applicable("its tickets do not name their key, so that it is not known again");
    }
    // Another key came for good, and not much later than it should. Servers behind one address have keys of their own,
    // which come and go.
    let changed = sightings.windows(2).find_map(|pair| {
        let [(before, was), (after, is)] = pair else {
            return None;
        };
        let for_good = keys.get(was)?.1 == *before && keys.get(is)?.0 == *after;
        let between = seconds(*before, *after);
        (was != is && for_good && (HOUR..=WEEK).contains(&between)).then_some((*before, *after))
    });
    match changed {
        Some((before, after)) => Ruling::not_affected(format!(
            "it changed its key between {} and {}, and none was seen for longer than a week",
            day(before),
            day(after)
        ))
        .by(Basis::Behaviour),
        None if age >= DAY => Ruling::not_applicable(format!(
            "its key is {} days old at least, seen first on {}; a week is allowed, and a later scan shows more",
            age / DAY,
            day(first)
        )),
        None => Ruling::not_applicable(
            "it changed its key between scans that are more than a week apart; how often shows in scans within a week",
        ),
    }
}

fn seconds(first: Timestamp, last: Timestamp) -> i64 {
    last.duration_since(first).as_secs()
}

fn day(at: Timestamp) -> impl std::fmt::Display {
    at.strftime("%Y-%m-%d")
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
        let hours = 7200;
        assert_eq!(verdict(&[]), NotApplicable);
        assert_eq!(verdict(&[(0, "a", hours), (0, "a", hours)]), NotApplicable);
        assert_eq!(verdict(&[(0, "a", hours), (6, "a", hours)]), NotApplicable);
        assert_eq!(verdict(&[(0, "a", hours), (8, "a", hours)]), Affected);
        assert_eq!(verdict(&[(0, "a", 30 * 24 * 3600)]), Affected);
        // Earlier sightings come in any order.
        assert_eq!(verdict(&[(8, "a", hours), (0, "a", hours)]), Affected);
    }

    #[test]
    fn a_key_that_changes_is_cleared_only_where_that_is_seen_within_a_week() {
        let scan = |day, key: &'static str| [(day, key, 7200), (day, key, 7200)];
        let two = |first, second| verdict(&[scan(0, first), second].concat());
        assert_eq!(two("a", scan(5, "b")), NotAffected);
        assert_eq!(two("a", scan(30, "b")), NotApplicable);
        // Two servers behind one address.
        let both = |day| [(day, "a", 7200), (day, "b", 7200)];
        assert_eq!(verdict(&[both(0), both(5)].concat()), NotApplicable);
        // Where each ticket begins otherwise, nothing is named.
        assert_eq!(verdict(&[(0, "a", 7200), (5, "b", 7200)]), NotApplicable);
    }

    #[test]
    fn the_age_that_is_known_is_said() {
        let start = Timestamp::from_second(1_790_000_000).unwrap();
        let ticket = || Fact::Ticket {
            version: Version::TLS12.0,
            lifetime: 7200,
            key: "a".to_owned(),
            early_data: 0,
        };
        let mut observations = observed_at(start, whole(&[(Version::TLS12, &[0xc02f])]));
        observations.extend(observed_at(start, [ticket()]));
        observations.extend(observed_at(
            start + SignedDuration::from_hours(24 * 3),
            [ticket()],
        ));
        let judgement = &judge(&observations, Attempt::Completed)[0];
        assert!(
            judgement.evidence.contains("3 days old at least"),
            "{}",
            judgement.evidence
        );
    }
}
