//! How much a survey may cost: a peer that accepts all that is offered must not hold it for minutes. Pure.

use std::time::Duration;

use holter_wire::CipherSuite;
use holter_wire::suite::{Authentication, Exchange};

/// No stack needs more: an OpenSSL 1.1.0 with all that it has needs 160 in three versions.
const MOST_HELLOS: u32 = 400;

/// One suite that cannot be may be a bug; two are no TLS.
const MOST_UNREAL: u8 = 1;

/// So long, and no longer, a peer may fall silent in the middle of its flights, one after the other. A slow service brings its
/// own to an end.
const TORN: Duration = Duration::from_secs(20);

/// And so often at least: one or two may be the network's doing.
const OFTEN: u32 = 5;

/// What is left.
#[derive(Debug)]
pub(super) struct Bound {
    hellos: u32,
    unreal: u8,
    /// How many flights it fell silent in since one came whole, and how long they took.
    torn: (u32, Duration),
}

impl Default for Bound {
    fn default() -> Self {
        Self {
            hellos: MOST_HELLOS,
            unreal: MOST_UNREAL,
            torn: (0, Duration::ZERO),
        }
    }
}

impl Bound {
    /// Counts a hello; why there may be no more.
    pub(super) fn hello(&mut self) -> Result<(), String> {
        self.hellos = self
            .hellos
            .checked_sub(1)
            .ok_or_else(|| format!("it was still choosing other suites after {MOST_HELLOS} hellos"))?;
        Ok(())
    }

    /// Counts a flight, which took so long; why there is no use in asking on.
    pub(super) fn flight(&mut self, whole: bool, took: Duration) -> Result<(), String> {
        let (count, long) = self.torn;
        self.torn = if whole {
            (0, Duration::ZERO)
        } else {
            (count.saturating_add(1), long.saturating_add(took))
        };
        let (count, long) = self.torn;
        if count < OFTEN || long < TORN {
            return Ok(());
        }
        Err(format!(
            "not all was asked: it fell silent in the middle of {count} flights, one after the other, for {} s",
            long.as_secs()
        ))
    }

    /// Counts a suite that was chosen; why there is no use in asking on. `impossible`: what came with it rules it out.
    pub(super) fn chosen(&mut self, suite: CipherSuite, impossible: bool) -> Result<(), String> {
        if impossible || nobody_has(suite) {
            self.unreal = self.unreal.checked_sub(1).ok_or_else(|| {
                format!("it chose suites that cannot be, like {suite}: it accepts whatever is offered")
            })?;
        }
        Ok(())
    }
}

/// Suites that stand in the registry and in no implementation: ARIA (RFC 6209) and Camellia in GCM (RFC 6367) with keys of
/// Diffie-Hellman in the certificate, ARIA without one.
fn nobody_has(suite: CipherSuite) -> bool {
    suite.parts().is_some_and(|parts| {
        let aria = parts.cipher.starts_with("ARIA");
        let camellia = parts.cipher.starts_with("CAMELLIA") && parts.cipher.ends_with("GCM");
        let anonymous = parts.authentication == Authentication::Anonymous;
        match parts.exchange {
            Exchange::Dh => aria || camellia,
            Exchange::Dhe => aria && anonymous,
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_has_ends_the_survey_the_second_time() {
        let mut bound = Bound::default();
        for real in [0xc02f, 0x0034, 0xc03d, 0x000b] {
            assert_eq!(bound.chosen(CipherSuite(real), false), Ok(()));
        }
        assert_eq!(bound.chosen(CipherSuite(0xc03e), false), Ok(()));
        assert!(bound.chosen(CipherSuite(0xc02f), true).is_err());
    }

    #[test]
    fn nobody_has_but_a_few() {
        let unreal: Vec<CipherSuite> = CipherSuite::registered()
            .filter(|suite| nobody_has(*suite))
            .collect();
        assert_eq!(unreal.len(), 16, "{unreal:?}");
    }

    #[test]
    fn flights_that_break_off_come_to_an_end_and_slow_ones_need_not() {
        let (mut slow, mut torn) = (Bound::default(), Bound::default());
        let second = Duration::from_secs(1);
        assert!((0..300).all(|_| slow.flight(true, second).is_ok()));
        let flights = std::iter::from_fn(|| torn.flight(false, 2 * second).ok()).take(1000);
        assert_eq!(flights.count(), 9);
        assert_eq!(torn.flight(true, second), Ok(()));
        assert_eq!(torn.flight(false, second), Ok(()), "they are counted anew");
        let mut lossy = Bound::default();
        let flights = std::iter::from_fn(|| lossy.flight(false, 21 * second).ok()).take(1000);
        assert_eq!(flights.count(), 4, "once is chance");
    }

    #[test]
    fn hellos_come_to_an_end() {
        let mut bound = Bound::default();
        let hellos = std::iter::from_fn(|| bound.hello().ok()).take(1000).count();
        assert_eq!(hellos, 400);
    }
}
