//! Connections a second: over all, to a network that was given a rate, and to each subnet.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ipnet::IpNet;
use tokio::time::Instant;

/// Evenly spaced slots, with some that may be taken ahead.
#[derive(Debug)]
pub(super) struct Rate {
    gap: Duration,
    ahead: Duration,
    next: Mutex<Instant>,
}

impl Rate {
    /// One slot after the other. A rate that makes no sense limits nothing.
    pub(super) fn new(per_second: f64) -> Option<Self> {
        Some(Self {
            gap: gap(per_second)?,
            ahead: Duration::ZERO,
            next: Mutex::new(Instant::now()),
        })
    }

    /// Takes the next slot.
    pub(super) fn slot(&self) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        take(&mut next, self.gap, self.ahead)
    }
}

/// Rates by where a host is.
#[derive(Debug, Default)]
pub(super) struct NetworkRates {
    /// The narrowest first.
    named: Vec<(IpNet, Rate)>,
    subnets: Option<Subnets>,
}

/// The same rate for every /24 and /64.
#[derive(Debug)]
struct Subnets {
    gap: Duration,
    next: Mutex<HashMap<IpNet, Instant>>,
}

/// A burst to one subnet that is not worth a timer.
const BURST: Duration = Duration::from_millis(100);

/// Subnets remembered before those that owe nothing are forgotten.
const REMEMBERED: usize = 4096;

impl NetworkRates {
    /// `named`: rates that the user gave; `each`: for every subnet.
    pub(super) fn new(named: &[(IpNet, f64)], each: Option<f64>) -> Self {
        let mut named: Vec<(IpNet, Rate)> = named
            .iter()
            .filter_map(|(range, rate)| Some((*range, Rate::new(*rate)?)))
            .collect();
        named.sort_by_key(|(range, _)| std::cmp::Reverse(range.prefix_len()));
        Self {
            named,
            subnets: each.and_then(gap).map(|gap| Subnets {
                gap,
                next: Mutex::default(),
            }),
        }
    }

    /// Takes the next slot of where this address is; `None`: nothing limits it.
    pub(super) fn slot(&self, address: IpAddr) -> Option<Instant> {
        let named = self.named.iter().find(|(range, _)| range.contains(&address));
        match (named, &self.subnets) {
            (Some((_, rate)), _) => Some(rate.slot()),
            (None, Some(subnets)) => Some(subnets.slot(address)),
            (None, None) => None,
        }
    }
}

impl Subnets {
    fn slot(&self, address: IpAddr) -> Instant {
        let length = if address.is_ipv4() { 24 } else { 64 };
        let now = Instant::now();
        let Ok(subnet) = IpNet::new(address, length) else {
            return now;
        };
        let mut all = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() > REMEMBERED {
            all.retain(|_, next| *next > now);
        }
        take(all.entry(subnet.trunc()).or_insert(now), self.gap, BURST)
    }
}

fn gap(per_second: f64) -> Option<Duration> {
    (per_second > 0.0).then(|| Duration::from_secs_f64((1.0 / per_second).min(3600.0)))
}

/// Takes the next slot, or one of those that may be taken ahead of it.
fn take(next: &mut Instant, gap: Duration, ahead: Duration) -> Instant {
    let now = Instant::now();
    let slot = (*next).max(now);
    *next = slot + gap;
    slot.checked_sub(ahead).map_or(now, |slot| slot.max(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(rates: &NetworkRates, address: [u8; 4], count: u32) -> Duration {
        let start = Instant::now();
        let last = (0..count).filter_map(|_| rates.slot(address.into())).last();
        last.map_or(Duration::ZERO, |slot| slot - start)
    }

    #[tokio::test(start_paused = true)]
    async fn each_subnet_has_its_own_rate_and_a_burst() {
        let rates = NetworkRates::new(&[], Some(100.0));
        assert_eq!(waits(&rates, [10, 0, 0, 1], 10), Duration::ZERO);
        assert_eq!(waits(&rates, [10, 0, 0, 2], 101), Duration::from_secs(1));
        assert_eq!(waits(&rates, [10, 0, 1, 1], 1), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn the_narrowest_network_decides() {
        let named = [
            ("10.0.0.0/8".parse().unwrap(), 1.0),
            ("10.1.0.0/16".parse().unwrap(), 10.0),
        ];
        let rates = NetworkRates::new(&named, None);
        assert_eq!(waits(&rates, [10, 1, 0, 1], 11), Duration::from_secs(1));
        assert_eq!(waits(&rates, [10, 2, 0, 1], 2), Duration::from_secs(1));
        assert_eq!(rates.slot([192, 168, 0, 1].into()), None);
    }
}
