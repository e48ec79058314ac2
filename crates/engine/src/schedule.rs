//! When a scan is repeated: every so often, or at a time of day.

use std::str::FromStr;

use jiff::{SignedDuration, Span, SpanRelativeTo, Zoned};

use crate::weekly::{DAY, Weekdays, minute};

/// A scan that is repeated sooner does nothing else.
const SHORTEST: SignedDuration = SignedDuration::from_mins(1);

/// Who wants to wait longer than this, wants a calendar.
const LONGEST: SignedDuration = SignedDuration::from_hours(31 * 24);

/// When a scan is due again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Every so often.
    Every(Every),
    /// At a time of day.
    At(At),
}

impl When {
    /// When the first run is due: `every` begins at once, `at` waits for its hour.
    #[must_use]
    pub fn first(&self, now: &Zoned) -> Zoned {
        match self {
            Self::Every(_) => now.clone(),
            Self::At(at) => at.next(now),
        }
    }

    /// When the run after one that began then is due, seen from `now`: at once where its time has passed meanwhile,
    /// and once only, so that runs that take too long do not pile up.
    #[must_use]
    pub fn after(&self, began: &Zoned, now: &Zoned) -> Zoned {
        let next = match self {
            Self::Every(every) => every.next(began),
            Self::At(at) => at.next(began),
        };
        next.max(now.clone())
    }
}

/// Every so often, counted from the beginning of one run to that of the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Every(SignedDuration);

impl Every {
    /// The next time after this one.
    #[must_use]
    pub fn next(&self, after: &Zoned) -> Zoned {
        after.saturating_add(self.0)
    }
}

impl FromStr for Every {
    type Err = String;

    /// Takes `6h`, `90m`, `1d` and `2h30m`. A day has 24 hours here, also where the clocks are turned.
    fn from_str(text: &str) -> Result<Self, String> {
        text.trim()
            .parse::<Span>()
            .and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()))
            .ok()
            .filter(|every| (SHORTEST..=LONGEST).contains(every))
            .map(Self)
            .ok_or_else(|| format!("{text:?} is not a time from 1m to 31d like 6h, 90m or 2h30m"))
    }
}

/// At a time of day, on some days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    days: Weekdays,
    minute: u16,
}

impl At {
    /// The next time after this one, by the clock on the wall: once a day also where that clock shows the time
    /// twice, and a little later where it leaves the time out.
    #[must_use]
    pub fn next(&self, after: &Zoned) -> Zoned {
        let (hour, minute) = (self.minute / 60, self.minute % 60);
        let mut date = after.date();
        // A week and a day: the same weekday again, where today's time has passed.
        for _ in 0..=7 {
            let time = i8::try_from(hour).ok().zip(i8::try_from(minute).ok());
            if let Some((hour, minute)) = time.filter(|_| self.days.hold(date.weekday())) {
                let found = after.time_zone().to_zoned(date.at(hour, minute, 0, 0));
                if let Some(found) = found.ok().filter(|found| found > after) {
                    return found;
                }
            }
            date = date.tomorrow().unwrap_or(date);
        }
        // Only at the end of all calendars.
        after.saturating_add(SignedDuration::from_hours(24))
    }
}

impl FromStr for At {
    type Err = String;

    /// Takes `02:30` and `Mon,Thu 02:30`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |why: String| format!("{why} in {text:?}: write 02:30 or Mon,Thu 02:30");
        let text = text.trim();
        let (days, time) = text
            .rsplit_once(' ')
            .map_or((None, text), |(days, time)| (Some(days), time));
        let days = days.map_or(Ok(Weekdays::ALL), str::parse).map_err(wrong)?;
        match minute(time).map_err(wrong)? {
            DAY => Err(wrong("24:00 is the next day's 00:00".to_owned())),
            minute => Ok(Self { days, minute }),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::DateTime;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::*;

    fn berlin(text: &str) -> Zoned {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        zone.to_zoned(text.parse::<DateTime>().unwrap()).unwrap()
    }

    fn shown(at: &Zoned) -> String {
        at.strftime("%a %m-%d %H:%M %z").to_string()
    }

    #[test]
    fn a_time_of_day_comes_once_a_day() {
        // 2026-11-23 is a Monday.
        for (at, after, next) in [
            ("02:30", "2026-11-23T02:29:59", "Mon 11-23 02:30 +0100"),
            ("02:30", "2026-11-23T02:30", "Tue 11-24 02:30 +0100"),
            ("Mon,Thu 02:30", "2026-11-23T02:30", "Thu 11-26 02:30 +0100"),
            ("Mon 02:30", "2026-11-23T02:30", "Mon 11-30 02:30 +0100"),
            ("Mon, Thu 02:30", "2026-11-27T02:30", "Mon 11-30 02:30 +0100"),
            // On 2026-03-29 clocks go from 2:00 to 3:00, on 2026-10-25 from 3:00 to 2:00.
            ("02:30", "2026-03-28T12:00", "Sun 03-29 03:30 +0200"),
            ("02:30", "2026-03-29T03:30", "Mon 03-30 02:30 +0200"),
            ("02:30", "2026-10-25T00:00", "Sun 10-25 02:30 +0200"),
            ("02:30", "2026-10-25T02:30", "Mon 10-26 02:30 +0100"),
        ] {
            let at: At = at.parse().unwrap();
            assert_eq!(shown(&at.next(&berlin(after))), next, "{at:?} after {after}");
        }
    }

    #[test]
    fn runs_that_take_too_long_do_not_pile_up() {
        let every = When::Every("6h".parse().unwrap());
        let began = berlin("2026-11-23T08:00");
        let next = |now| shown(&every.after(&began, &berlin(now)));
        assert_eq!(shown(&every.first(&began)), "Mon 11-23 08:00 +0100");
        assert_eq!(next("2026-11-23T08:01"), "Mon 11-23 14:00 +0100");
        assert_eq!(next("2026-11-23T21:00"), "Mon 11-23 21:00 +0100");
        let nightly = When::At("02:30".parse().unwrap());
        assert_eq!(shown(&nightly.first(&began)), "Tue 11-24 02:30 +0100");
        let now = berlin("2026-11-26T09:00");
        assert_eq!(nightly.after(&began, &now), now);
        assert_eq!(shown(&nightly.after(&now, &now)), "Fri 11-27 02:30 +0100");
    }

    #[test]
    fn how_often_is_read_as_people_write_it() {
        let every = |text: &str| text.parse::<Every>().map(|every| every.0.as_secs());
        assert_eq!(every("6h"), Ok(21_600));
        assert_eq!(every("90m"), Ok(5_400));
        assert_eq!(every("2h30m"), Ok(9_000));
        assert_eq!(every(" 1d "), Ok(86_400));
        assert_eq!(every("31d"), Ok(31 * 86_400));
        for wrong in [
            "",
            "6",
            "59s",
            "32d",
            "1mo",
            "-6h",
            "6h ago",
            "soon",
            "0h",
            "99999999999d",
        ] {
            let said = every(wrong).unwrap_err();
            assert!(said.contains("like 6h"), "{wrong}: {said}");
        }
        for wrong in ["", "2", "24:00", "Mon", "Mon,Thu", "Noon 12:00", "02:30 Mon"] {
            assert!(
                wrong.parse::<At>().unwrap_err().contains("write 02:30"),
                "{wrong}"
            );
        }
    }

    proptest! {
        #[test]
        fn the_next_time_is_within_eight_days(minute in 0u32..1440, after in 0i64..366 * 86_400) {
            let at: At = format!("Sun,Wed {:02}:{:02}", minute / 60, minute % 60).parse().unwrap();
            let after = berlin("2026-01-01T00:00").saturating_add(SignedDuration::from_secs(after));
            let next = at.next(&after);
            prop_assert!(next > after);
            prop_assert!(next.duration_since(&after) <= SignedDuration::from_hours(5 * 24));
        }
    }
}
