//! Moments as logs write them.

use jiff::{SignedDuration, Timestamp, civil::DateTime, fmt::strtime, tz::TimeZone};

/// The forms that carry their offset, beside RFC 3339.
const WITH_OFFSET: [&str; 2] = ["%d/%b/%Y:%H:%M:%S %z", "%a, %d %b %Y %H:%M:%S %z"];

/// The forms without one.
const WITHOUT_OFFSET: [&str; 3] = ["%b %d %Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%Y/%m/%d %H:%M:%S"];

/// A moment; without an offset it is taken as UTC, as only distances matter. Numbers are seconds, milliseconds or microseconds since 1970,
/// whichever makes a date of these decades.
pub(crate) fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        return since_1970(number);
    }
    text.parse().ok().or_else(|| {
        let offset = WITH_OFFSET
            .iter()
            .find_map(|form| strtime::parse(form, text).ok()?.to_timestamp().ok());
        let local = || {
            let civil = text.parse::<DateTime>().ok().or_else(|| {
                WITHOUT_OFFSET
                    .iter()
                    .find_map(|form| strtime::parse(form, text).ok()?.to_datetime().ok())
            })?;
            Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
        };
        offset.or_else(local)
    })
}

/// A moment out of a number.
fn since_1970(number: f64) -> Option<Timestamp> {
    let seconds = match number {
        1e8..1e11 => number,
        1e11..1e14 => number / 1e3,
        1e14..1e17 => number / 1e6,
        _ => return None,
    };
    Timestamp::from_duration(SignedDuration::try_from_secs_f64(seconds).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_moments_are_read() {
        let expected = "2014-04-08T15:59:34Z".parse().ok();
        for text in [
            "2014-04-08T15:59:34Z",
            "2014-04-08T17:59:34+02:00",
            "2014-04-08 15:59:34",
            "08/Apr/2014:15:59:34 +0000",
            "Apr 08 2014 15:59:34",
            "04/08/2014 15:59:34",
            "1396972774",
            "1396972774000",
        ] {
            assert_eq!(moment(text), expected, "{text}");
        }
        for text in ["", "yesterday", "17", "NaN", "inf", "-1e300"] {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}
