//! Tries that came to nothing, for the dance of falling back: a client that finds no answer comes again with less.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use foldhash::quality::RandomState;

use crate::Moment;

/// Tries that are remembered.
const MOST: usize = 4096;

/// How long after a try a lower one is the same client's.
const DANCE: u64 = 60_000_000_000;

/// The last try of each client at each server, as long as it matters.
#[derive(Debug, Default)]
pub(super) struct Failures {
    known: HashMap<(IpAddr, SocketAddr), Failed, RandomState>,
    /// None of them is older.
    oldest: Moment,
}

#[derive(Clone, Copy, Debug)]
struct Failed {
    offered: u16,
    at: Moment,
}

impl Failed {
    /// Whether a client that comes then may come for this.
    const fn matters(&self, then: Moment) -> bool {
        then.0.saturating_sub(self.at.0) < DANCE
    }
}

impl Failures {
    /// Whether what a client comes with is less than what it came to nothing with shortly before.
    pub(super) fn is_lower(&self, client: IpAddr, server: SocketAddr, offered: u16, at: Moment) -> bool {
        self.known
            .get(&(client, server))
            .is_some_and(|failed| offered < failed.offered && failed.matters(at))
    }

    /// It has been taken up.
    pub(super) fn forget(&mut self, client: IpAddr, server: SocketAddr) {
        self.known.remove(&(client, server));
    }

    /// A try came to nothing.
    pub(super) fn note(&mut self, client: IpAddr, server: SocketAddr, offered: u16, at: Moment) {
        // Where none is old enough to go, a flood of them is not looked through for each.
        if self.known.len() >= MOST && at.0.saturating_sub(self.oldest.0) >= DANCE {
            self.known.retain(|_, failed| failed.matters(at));
            let left = self.known.values().map(|failed| failed.at);
            self.oldest = left.min().unwrap_or(at);
        }
        if self.known.len() < MOST {
            self.oldest = if self.known.is_empty() {
                at
            } else {
                self.oldest.min(at)
            };
            self.known.insert((client, server), Failed { offered, at });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: SocketAddr = SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 443);
    const SECOND: u64 = 1_000_000_000;

    fn client(number: usize) -> IpAddr {
        IpAddr::V4(std::net::Ipv4Addr::from_bits(u32::try_from(number).unwrap()))
    }

    #[test]
    fn a_flood_within_the_time_is_bounded_and_goes_with_it() {
        let mut failures = Failures::default();
        for number in 0..2 * MOST {
            let at = if number == 0 { 9 } else { 10 };
            failures.note(client(number), SERVER, 0x0303, Moment(at * SECOND));
        }
        assert_eq!(failures.known.len(), MOST);
        let now = Moment(69 * SECOND);
        assert!(
            !failures.is_lower(client(0), SERVER, 0x0302, now),
            "a minute is over"
        );
        assert!(failures.is_lower(client(1), SERVER, 0x0302, now));
        assert!(!failures.is_lower(client(1), SERVER, 0x0303, now), "no lower one");
        // One has gone, and there is room for one.
        failures.note(client(MOST), SERVER, 0x0303, now);
        failures.note(client(MOST + 1), SERVER, 0x0303, now);
        assert_eq!(failures.known.len(), MOST);
        assert!(failures.is_lower(client(MOST), SERVER, 0x0302, now));
        failures.note(client(MOST + 1), SERVER, 0x0303, Moment(70 * SECOND));
        assert_eq!(failures.known.len(), 2);
        failures.forget(client(MOST), SERVER);
        assert!(!failures.is_lower(client(MOST), SERVER, 0x0302, now));
    }
}
