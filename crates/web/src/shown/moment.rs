//! Moments for people: in the server's zone and with its offset, and how long ago.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

/// A moment, to the minute.
pub(crate) fn at(when: Timestamp, zone: &TimeZone) -> Markup {
    let there = when.to_zoned(zone.clone());
    html! {
        time class="nobr" datetime=(when.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()) {
            (there.strftime("%Y-%m-%d %H:%M %:z").to_string())
        }
    }
}

/// A day.
pub(crate) fn day(when: Timestamp, zone: &TimeZone) -> Markup {
    let there = when.to_zoned(zone.clone());
    html! {
        time class="nobr" datetime=(there.strftime("%Y-%m-%d").to_string()) { (there.strftime("%Y-%m-%d").to_string()) }
    }
}

/// How long ago, with the moment itself for whoever points at it.
pub(crate) fn ago(when: Timestamp, now: Timestamp, zone: &TimeZone) -> Markup {
    let there = when.to_zoned(zone.clone());
    html! {
        time class="nobr" datetime=(when.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
            title=(there.strftime("%Y-%m-%d %H:%M:%S %:z").to_string()) { (since(now.duration_since(when))) }
    }
}

/// What is longer ago is counted in years.
const YEARS: i64 = 2 * 31_556_952;

fn since(passed: SignedDuration) -> String {
    let seconds = passed.as_secs();
    let of = |count: i64, unit: &str| {
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} {unit}{plural} ago")
    };
    match seconds {
        ..60 => "just now".to_owned(),
        60..3600 => of(seconds / 60, "minute"),
        3600..86_400 => of(seconds / 3600, "hour"),
        86_400..YEARS => of(seconds / 86_400, "day"),
        // Of Gregory's calendar, as long as they are in the middle.
        _ => of(seconds / 31_556_952, "year"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_passes_in_words() {
        for (seconds, words) in [
            (-5, "just now"),
            (59, "just now"),
            (60, "1 minute ago"),
            (7199, "1 hour ago"),
            (172_800, "2 days ago"),
            (YEARS, "2 years ago"),
        ] {
            assert_eq!(since(SignedDuration::from_secs(seconds)), words);
        }
    }

    #[test]
    fn a_moment_carries_its_offset() {
        let zone = TimeZone::fixed(jiff::tz::offset(-5));
        let when = Timestamp::from_second(0).unwrap();
        assert!(at(when, &zone).into_string().contains("1969-12-31 19:00 -05:00"));
    }
}
