//! Quiet hours: when nothing may be sent, because the wards need their network for themselves.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp, Zoned};

use crate::weekly::{DAY, Weekdays, minute, minute_of, place};

/// Minutes of a week.
const WEEK: u16 = 7 * DAY;

/// Every period ends within a week, and no zone turns its clocks as often as this in one.
const TURNS: usize = 64;

/// Times of the week at which nothing may be sent, like `Mon-Fri 07:00-19:00`, by the clock on the wall. They never
/// fill the whole week: such a scan would never begin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QuietHours {
    /// Minutes of the week from Monday's midnight, in order and apart.
    spans: Vec<Range<u16>>,
    /// As they were written.
    texts: Vec<String>,
}

impl QuietHours {
    /// Quiet whenever one of these is.
    ///
    /// # Errors
    /// When together they fill the week.
    pub fn all<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Result<Self, String> {
        let mut whole = Self::default();
        for part in parts {
            whole.spans.extend(part.spans.iter().cloned());
            for text in &part.texts {
                if !whole.texts.contains(text) {
                    whole.texts.push(text.clone());
                }
            }
        }
        whole.spans = apart(whole.spans);
        if whole.spans.iter().any(|span| span.len() >= usize::from(WEEK)) {
            return Err(format!(
                "the quiet hours {:?} fill the whole week, so nothing would ever be scanned: leave some hours free",
                whole.to_string()
            ));
        }
        Ok(whole)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// When quiet ends, if it is quiet at `now`; the answer is later than `now` and not quiet itself. Also where
    /// clocks are put forward or back meanwhile: what counts is what they show.
    #[must_use]
    pub fn until(&self, now: &Zoned) -> Option<Zoned> {
        self.left(now)?;
        let zone = now.time_zone();
        let mut at = now.clone();
        for _ in 0..TURNS {
            let Some(left) = self.left(&at) else { break };
            // At the end of time there is nothing left to wait for.
            let end = at.timestamp().checked_add(left).ok()?;
            let turned = |end: &Timestamp| {
                let turn = zone.following(at.timestamp()).next()?.timestamp();
                (turn < *end).then_some(turn)
            };
            at = turned(&end).unwrap_or(end).to_zoned(zone.clone());
        }
        Some(at)
    }

    /// How long it stays quiet if nobody turns the clock; `None` when it is not.
    fn left(&self, at: &Zoned) -> Option<SignedDuration> {
        let now = place(at.weekday()) * DAY + minute_of(at.time());
        let span = self.spans.iter().find(|span| span.contains(&now))?;
        let over = self
            .spans
            .first()
            .filter(|first| span.end == WEEK && first.start == 0)
            .map_or(0, |first| first.end);
        let begun = SignedDuration::new(at.second().into(), at.subsec_nanosecond());
        Some(SignedDuration::from_mins((span.end - now + over).into()) - begun)
    }
}

impl FromStr for QuietHours {
    type Err = String;

    /// Takes `07:00-19:00`, `Mon-Fri 07:00-19:00`, `22:00-06:00` (over midnight) and `Sat,Sun` (whole days).
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |why: String| {
            format!("{why} in {text:?}: write 22:00-06:00, Mon-Fri 07:00-19:00 or, for whole days, Sat,Sun")
        };
        let text = text.trim();
        let begin = text.find(|letter: char| letter.is_ascii_digit());
        let (days, hours) = text
            .split_at_checked(begin.unwrap_or(text.len()))
            .unwrap_or((text, ""));
        let days = match days.trim() {
            "" if !hours.is_empty() => Weekdays::ALL,
            days => days.parse().map_err(wrong)?,
        };
        let (from, to) = match hours {
            "" => (0, DAY),
            hours => times(hours).map_err(wrong)?,
        };
        let spans = days.places().flat_map(|day| {
            let start = day * DAY + from;
            let end = if to > from {
                day * DAY + to
            } else {
                (day + 1) * DAY + to
            };
            // What goes on behind Sunday's midnight is Monday's.
            [start..end.min(WEEK), 0..end.saturating_sub(WEEK)]
        });
        Self::all([&Self {
            spans: spans.collect(),
            texts: vec![text.to_owned()],
        }])
    }
}

impl fmt::Display for QuietHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.texts.join("; "))
    }
}

fn times(text: &str) -> Result<(u16, u16), String> {
    let (from, to) = text
        .split_once('-')
        .ok_or_else(|| format!("{:?} has no end", text.trim()))?;
    match (minute(from)?, minute(to)?) {
        (from, to) if from == to => Err(format!("{:?} ends when it begins", text.trim())),
        (DAY, _) => Err("24:00 begins no quiet hours".to_owned()),
        found => Ok(found),
    }
}

/// The same minutes in order, with no two spans that overlap or touch.
fn apart(mut spans: Vec<Range<u16>>) -> Vec<Range<u16>> {
    spans.retain(|span| !span.is_empty());
    spans.sort_by_key(|span| span.start);
    let mut found: Vec<Range<u16>> = Vec::new();
    for span in spans {
        match found.last_mut().filter(|last| span.start <= last.end) {
            Some(last) => last.end = last.end.max(span.end),
            None => found.push(span),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::*;

    const BERLIN: &str = "CET-1CEST,M3.5.0,M10.5.0/3";
    const LORD_HOWE: &str = "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0";

    fn quiet(texts: &[&str]) -> QuietHours {
        let parts: Vec<QuietHours> = texts.iter().map(|text| text.parse().unwrap()).collect();
        QuietHours::all(&parts).unwrap()
    }

    /// Until when it is quiet at this time in Berlin.
    fn until(texts: &[&str], now: &str) -> String {
        let zone = TimeZone::posix(BERLIN).unwrap();
        let now: jiff::civil::DateTime = now.parse().unwrap();
        quiet(texts).until(&zone.to_zoned(now).unwrap()).map_or_else(
            || "not quiet".to_owned(),
            |end| end.strftime("%a %d %H:%M:%S%.f %z").to_string(),
        )
    }

    #[test]
    fn quiet_ends_when_it_was_written() {
        // 2026-11-23 is a Monday.
        for (texts, now, end) in [
            (&["07:00-19:00"][..], "2026-11-23T06:59:59", "not quiet"),
            (&["07:00-19:00"], "2026-11-23T07:00", "Mon 23 19:00:00 +0100"),
            (&["07:00-19:00"], "2026-11-23T18:59:59.5", "Mon 23 19:00:00 +0100"),
            (&["07:00-19:00"], "2026-11-23T19:00", "not quiet"),
            (&["22:00-06:00"], "2026-11-23T23:10", "Tue 24 06:00:00 +0100"),
            (&["22:00-06:00"], "2026-11-29T23:10", "Mon 30 06:00:00 +0100"),
            (&["Fri 22:00-06:00"], "2026-11-28T05:59", "Sat 28 06:00:00 +0100"),
            (&["Fri 22:00-06:00"], "2026-11-27T05:59", "not quiet"),
            (&["Sat,Sun"], "2026-11-28T12:00", "Mon 30 00:00:00 +0100"),
            (&["Sat, Sun"], "2026-11-28T12:00", "Mon 30 00:00:00 +0100"),
            (&["Mon-Fri 07:00-19:00"], "2026-11-28T12:00", "not quiet"),
            (
                &["Fri, Sat 07:00 - 19:00"],
                "2026-11-28T12:00",
                "Sat 28 19:00:00 +0100",
            ),
            // What adjoins or overlaps is one quiet period, over the week's end too.
            (
                &["Sat,Sun", "Mon 00:00-07:00", "06:30-08:00"],
                "2026-11-28T12:00",
                "Mon 30 08:00:00 +0100",
            ),
            (
                &["Mon-Sat", "Sun 00:00-23:59"],
                "2026-11-23T00:00",
                "Sun 29 23:59:00 +0100",
            ),
            // On 2026-03-29 clocks go from 2:00 to 3:00, on 2026-10-25 from 3:00 to 2:00.
            (&["01:00-02:30"], "2026-03-29T01:30", "Sun 29 03:00:00 +0200"),
            (&["01:00-04:00"], "2026-03-29T01:30", "Sun 29 04:00:00 +0200"),
            (&["01:00-02:30"], "2026-10-25T02:10", "Sun 25 02:30:00 +0200"),
            (&["02:30-05:00"], "2026-10-25T02:40", "Sun 25 02:00:00 +0100"),
            (&[], "2026-11-23T12:00", "not quiet"),
        ] {
            assert_eq!(until(texts, now), end, "{texts:?} at {now}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_what_to_write() {
        for (text, why) in [
            ("", "not a day"),
            ("always", "\"always\" is not a day"),
            ("07:00", "has no end"),
            ("07:00-07:00", "ends when it begins"),
            ("24:00-06:00", "24:00 begins"),
            ("07:00-25:00", "\"25:00\" is not a time"),
            ("Mon-Fri 07:00-19:00 20:00-21:00", "is not a time"),
            ("Mon-Sun", "whole week"),
            ("00:00-24:00", "whole week"),
        ] {
            let said = text.parse::<QuietHours>().unwrap_err();
            assert!(said.contains(why), "{text}: {said}");
        }
        let halves = ["00:00-12:00".parse().unwrap(), "11:00-00:00".parse().unwrap()];
        let said = QuietHours::all(&halves).unwrap_err();
        assert!(said.contains("00:00-12:00; 11:00-00:00"), "{said}");
    }

    proptest! {
        #[test]
        fn quiet_ends_at_the_first_minute_that_is_not(
            (from, to) in (0u16..1440, 0u16..1440).prop_filter("no length", |(from, to)| from != to),
            days in "(Mon|Tue|Sat|Sun|Fri-Sun)",
            howe in any::<bool>(),
            minute in 0i64..366 * 1440,
            second in 0i64..60,
        ) {
            let zone = TimeZone::posix(if howe { LORD_HOWE } else { BERLIN }).unwrap();
            let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
            let quiet = quiet(&[&format!("{days} {}-{}", time(from), time(to)), "Sun 01:40-02:20"]);
            let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
            let now = start + SignedDuration::from_secs(minute * 60 + second);
            let zoned = now.to_zoned(zone.clone());
            let Some(end) = quiet.until(&zoned) else {
                prop_assert!(quiet.left(&zoned).is_none());
                return Ok(());
            };
            prop_assert!(end > zoned && quiet.until(&end).is_none());
            let mut between = now;
            while between < end.timestamp() {
                prop_assert!(quiet.left(&between.to_zoned(zone.clone())).is_some(), "{between}");
                between += SignedDuration::from_mins(5);
            }
        }
    }
}
