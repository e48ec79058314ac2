//! How long to wait before a message is tried again: longer each time, and never for all of them alike, so that a
//! receiver that comes back is not met by all of them at once.

use holter_model::seam::Dice;
use jiff::{SignedDuration, Timestamp};

/// After so many tries, about three days, a message counts as failed, and somebody must look.
pub const MOST: i64 = 20;

const FIRST: i64 = 30;
const LONGEST: i64 = 6 * 60 * 60;

/// When a message that was tried so often is tried next; `None`: not any more.
#[must_use]
pub fn next(tries: i64, now: Timestamp, dice: &dyn Dice) -> Option<Timestamp> {
    if tries >= MOST {
        return None;
    }
    let doublings = u32::try_from(tries.clamp(1, 16) - 1).unwrap_or(0);
    let seconds = (FIRST << doublings).min(LONGEST);
    let mut chance = [0; 1];
    dice.fill(&mut chance);
    // Between three and five quarters of it.
    let quarters = seconds * 3 / 4 + seconds / 2 * i64::from(chance[0]) / 255;
    now.checked_add(SignedDuration::from_secs(quarters)).ok()
}

#[cfg(test)]
mod tests {
    use holter_model::seam::FixedDice;

    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let now = Timestamp::UNIX_EPOCH;
        let after = |tries, dice| next(tries, now, &FixedDice(dice)).map(Timestamp::as_second);
        assert_eq!((after(1, 0), after(1, 255)), (Some(22), Some(37)));
        assert_eq!((after(2, 0), after(3, 0)), (Some(45), Some(90)));
        assert_eq!(after(19, 255), Some(LONGEST * 5 / 4));
        assert_eq!(after(MOST, 0), None);
        let whole: i64 = (1..MOST).filter_map(|tries| after(tries, 128)).sum();
        assert!((2 * 86_400..4 * 86_400).contains(&whole), "{whole}");
    }
}
