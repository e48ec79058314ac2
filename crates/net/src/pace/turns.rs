//! One connection at a time to each host, and a rest between two.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Whose turn it is at each host.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<Hosts>);

#[derive(Debug, Default)]
struct Hosts {
    known: HashMap<IpAddr, Host>,
    /// So many are known before those that owe no rest are looked for again.
    crowd: usize,
}

/// What is kept of a host while somebody holds or awaits it, and for as long as its rest lasts.
#[derive(Debug)]
struct Host {
    turn: Arc<Semaphore>,
    free_at: Instant,
}

/// Fewer hosts are not worth looking for those that owe no rest.
const FEW: usize = 4096;

impl Turns {
    /// Waits for the host's turn. It may have to rest until an hour that is still to come.
    pub(super) async fn enter(&self, address: IpAddr) -> Option<(OwnedSemaphorePermit, Option<Instant>)> {
        let turn = self.of(address).acquire_owned().await.ok()?;
        let free_at = self.hosts().known.get(&address).map(|host| host.free_at);
        // A host that was never visited is free already, and a timer costs more than the question.
        Some((turn, free_at.filter(|free_at| *free_at > Instant::now())))
    }

    /// Gives the turn back; the host rests for a while.
    pub(super) fn leave(&self, address: IpAddr, turn: Option<OwnedSemaphorePermit>, rest: Duration) {
        let mut hosts = self.hosts();
        if let Some(entry) = hosts.known.get_mut(&address) {
            entry.free_at = Instant::now() + rest;
        }
        drop(turn);
        // Memory must not grow with the range: a host that nobody waits for and owes no rest is forgotten.
        let idle = |host: &Host| Arc::strong_count(&host.turn) == 1;
        if rest.is_zero() && hosts.known.get(&address).is_some_and(idle) {
            hosts.known.remove(&address);
        } else if hosts.known.len() > hosts.crowd.max(FEW) {
            let now = Instant::now();
            hosts.known.retain(|_, host| !idle(host) || host.free_at > now);
            hosts.crowd = hosts.known.len() * 2;
        }
    }

    fn of(&self, address: IpAddr) -> Arc<Semaphore> {
        let mut hosts = self.hosts();
        let host = hosts.known.entry(address).or_insert_with(|| Host {
            turn: Arc::new(Semaphore::new(1)),
            free_at: Instant::now(),
        });
        Arc::clone(&host.turn)
    }

    fn hosts(&self) -> MutexGuard<'_, Hosts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.hosts().known.is_empty()
    }
}
