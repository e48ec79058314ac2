//! Days of the week and times of day, as people write them.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Time, Weekday};

/// Minutes of a day.
pub(crate) const DAY: u16 = 24 * 60;

/// Days of the week, as in `Mon-Fri` or `Sat,Sun`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Weekdays(u8);

impl Weekdays {
    /// All seven.
    pub(crate) const ALL: Self = Self(0x7f);

    /// Whether this day is one of them.
    pub(crate) fn hold(self, day: Weekday) -> bool {
        self.0 & bit(place(day)) != 0
    }

    /// Their places in the week, Monday's being 0.
    pub(crate) fn places(self) -> impl Iterator<Item = u16> {
        (0..7).filter(move |place| self.0 & bit(*place) != 0)
    }
}

impl FromStr for Weekdays {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut days = 0;
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (mut day, last) = (named(first)?, named(last)?);
            days |= bit(day);
            // Round the week's end too: Sat-Mon.
            while day != last {
                day = (day + 1) % 7;
                days |= bit(day);
            }
        }
        Ok(Self(days))
    }
}

impl fmt::Debug for Weekdays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.places()).finish()
    }
}

/// A day's place in the week, Monday's being 0.
pub(crate) fn place(day: Weekday) -> u16 {
    u16::try_from(day.to_monday_zero_offset()).unwrap_or_default()
}

/// The minute of the day that a time like `07:00` names; `24:00` is the day's end.
pub(crate) fn minute(text: &str) -> Result<u16, String> {
    let number = |text: &str| {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u16>().ok().filter(|_| digits)
    };
    text.trim()
        .split_once(':')
        .filter(|(_, minutes)| minutes.len() == 2)
        .and_then(|(hours, minutes)| Some((number(hours)?, number(minutes)?)))
        .filter(|(hours, minutes)| *minutes < 60 && hours * 60 + minutes <= DAY)
        .map(|(hours, minutes)| hours * 60 + minutes)
        .ok_or_else(|| format!("{:?} is not a time of day like 07:30", text.trim()))
}

/// The minute of the day at this time, begun ones counted as whole.
pub(crate) fn minute_of(time: Time) -> u16 {
    u16::try_from(i16::from(time.hour()) * 60 + i16::from(time.minute())).unwrap_or_default()
}

const NAMES: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

fn named(text: &str) -> Result<u16, String> {
    let plain = text.trim().to_lowercase();
    let short = |name: &str| name.get(..3) == Some(plain.as_str());
    (0u16..)
        .zip(NAMES)
        .find(|(_, name)| *name == plain || short(name))
        .map(|(place, _)| place)
        .ok_or_else(|| format!("{:?} is not a day of the week like Mon", text.trim()))
}

const fn bit(place: u16) -> u8 {
    1 << (place % 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_as_people_write_them() {
        let places = |text: &str| {
            text.parse::<Weekdays>()
                .map(|days| days.places().collect::<Vec<_>>())
        };
        assert_eq!(places("Mon"), Ok(vec![0]));
        assert_eq!(places("mon-FRI"), Ok(vec![0, 1, 2, 3, 4]));
        assert_eq!(places("Sat, Sunday"), Ok(vec![5, 6]));
        assert_eq!(places("Sat-Mon,Wed"), Ok(vec![0, 2, 5, 6]));
        for wrong in ["", "Mo", "Mon-", "Mon,,Tue", "Mon-Tue-Wed", "weekend"] {
            assert!(places(wrong).is_err(), "{wrong}");
        }
        assert!(Weekdays::ALL.hold(Weekday::Sunday));
    }

    #[test]
    fn times_as_people_write_them() {
        assert_eq!(minute("07:30"), Ok(450));
        assert_eq!(minute("7:05"), Ok(425));
        assert_eq!(minute("24:00"), Ok(DAY));
        for wrong in [
            "", "7", "7:5", "24:01", "25:00", "12:60", "+7:00", "007:00", "07:00:00",
        ] {
            assert!(minute(wrong).is_err(), "{wrong}");
        }
    }
}
