//! How fast Holter goes: busy connections at once and new ones per second over all, one at a time to each host.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// The pace of a run, shared by all its connections.
#[derive(Debug)]
pub struct Pace {
    at_once: Arc<Semaphore>,
    hosts: Mutex<HashMap<IpAddr, Host>>,
    per_host_gap: Duration,
    gap: Option<Duration>,
    next: Mutex<Instant>,
}

/// What is kept of a host while somebody holds or awaits it, and for as long as its gap lasts.
#[derive(Debug)]
struct Host {
    turn: Arc<Semaphore>,
    free_at: Instant,
}

/// The right to one connection; the host is free again when it drops.
#[derive(Debug)]
pub struct Permit {
    pace: Arc<Pace>,
    address: IpAddr,
    host: Option<OwnedSemaphorePermit>,
    busy: Option<OwnedSemaphorePermit>,
}

impl Pace {
    /// At most `at_once` busy connections at a time, `per_second` new ones over all hosts (`None`: as fast as they
    /// come), and `per_host_gap` between two connections to the same host.
    #[must_use]
    pub fn new(at_once: usize, per_second: Option<f64>, per_host_gap: Duration) -> Arc<Self> {
        let gap = per_second
            .filter(|rate| *rate > 0.0)
            .map(|rate| Duration::from_secs_f64((1.0 / rate).min(3600.0)));
        Arc::new(Self {
            at_once: Arc::new(Semaphore::new(at_once.max(1))),
            hosts: Mutex::default(),
            per_host_gap,
            gap,
            next: Mutex::new(Instant::now()),
        })
    }

    /// Waits for the host's turn, then for a place among all connections, then for the rate.
    pub async fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Permit> {
        let host = self.turn(address).acquire_owned().await.ok()?;
        let free_at = self.hosts().get(&address).map(|host| host.free_at);
        // A host that was never visited is free already, and a timer costs more than the question.
        if let Some(free_at) = free_at.filter(|free_at| *free_at > Instant::now()) {
            tokio::time::sleep_until(free_at).await;
        }
        let at_once = Arc::clone(&self.at_once).acquire_owned().await.ok()?;
        if let Some(gap) = self.gap {
            tokio::time::sleep_until(self.slot(gap)).await;
        }
        Some(Permit {
            pace: Arc::clone(self),
            address,
            host: Some(host),
            busy: Some(at_once),
        })
    }

    fn turn(&self, address: IpAddr) -> Arc<Semaphore> {
        let mut hosts = self.hosts();
        let host = hosts.entry(address).or_insert_with(|| Host {
            turn: Arc::new(Semaphore::new(1)),
            free_at: Instant::now(),
        });
        Arc::clone(&host.turn)
    }

    fn slot(&self, gap: Duration) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = (*next).max(Instant::now());
        *next = slot + gap;
        slot
    }

    fn leave(&self, address: IpAddr, host: Option<OwnedSemaphorePermit>) {
        let mut hosts = self.hosts();
        if let Some(entry) = hosts.get_mut(&address) {
            entry.free_at = Instant::now() + self.per_host_gap;
        }
        drop(host);
        // Memory must not grow with the range: a host that nobody waits for and owes no gap is forgotten.
        if self.per_host_gap.is_zero()
            && hosts
                .get(&address)
                .is_some_and(|host| Arc::strong_count(&host.turn) == 1)
        {
            hosts.remove(&address);
        } else if hosts.len() > 4096 {
            let now = Instant::now();
            hosts.retain(|_, host| Arc::strong_count(&host.turn) > 1 || host.free_at > now);
        }
    }

    fn hosts(&self) -> std::sync::MutexGuard<'_, HashMap<IpAddr, Host>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit {
    /// Gives the place among the busy connections to another host, while this one is only waited for.
    pub(crate) fn rest(&mut self) {
        self.busy = None;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.pace.leave(self.address, self.host.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[tokio::test(start_paused = true)]
    async fn a_host_is_visited_one_connection_at_a_time_with_its_gap() {
        let pace = Pace::new(10, None, Duration::from_secs(2));
        let start = Instant::now();
        let first = pace.enter(HOST).await;
        let second = tokio::spawn({
            let pace = Arc::clone(&pace);
            async move { pace.enter(HOST).await.map(|_| Instant::now()) }
        });
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert!(!second.is_finished(), "the second waits while the first is held");
        drop(first);
        let entered = second.await.unwrap().unwrap();
        assert_eq!(entered - start, Duration::from_secs(7));
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_spaces_connections_to_different_hosts() {
        let pace = Pace::new(100, Some(10.0), Duration::ZERO);
        let start = Instant::now();
        for last in 1..=11 {
            drop(pace.enter(IpAddr::from([127, 0, 0, last])).await);
        }
        assert_eq!(start.elapsed().as_millis(), 1000);
        assert!(pace.hosts().is_empty(), "hosts that owe nothing are forgotten");
    }
}
