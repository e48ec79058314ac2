//! Moments as the database holds them: microseconds since 1970, UTC.

use jiff::Timestamp;

/// As it is written.
pub(crate) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// As it is read. What no calendar holds is taken for its beginning: the rest of a row is worth having.
pub(crate) fn timestamp(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}
