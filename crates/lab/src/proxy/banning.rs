//! A proxy that bans whoever comes too often, as fail2ban and intrusion prevention do.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::cutting::loopback_like;
use super::pump;
use crate::LabError;
use crate::zoo::Running;
use crate::zoo::running::serve;

/// When a client is banned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// So many connections it may make
    pub connections: usize,
    /// in so long; the one beyond is reset, and all after it.
    pub within: Duration,
}

impl Limit {
    /// Twenty a minute.
    pub const USUAL: Self = Self {
        connections: 20,
        within: Duration::from_secs(60),
    };
}

/// Starts a proxy to `upstream` on loopback that resets every connection from the one beyond the limit on, for as long
/// as it runs.
///
/// # Errors
/// [`LabError::Listen`] when no port can be opened.
pub fn start(upstream: SocketAddr, limit: Limit) -> Result<Running, LabError> {
    let gate = Arc::new(Mutex::new(Gate::new(limit)));
    serve(loopback_like(upstream), move |client| {
        let is_let_in = gate
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .lets_in(Instant::now());
        if !is_let_in {
            // The device that this proxy plays has shut the door: a scan that sees it has done harm.
            client.log().hang();
            client.reset_on_close();
            return Ok(());
        }
        let mut server = client.dial(upstream)?;
        pump::join(client, &mut server, pump::as_is, pump::as_is)
    })
}

/// All clients come from loopback, so they count as one.
#[derive(Debug)]
struct Gate {
    limit: Limit,
    came: VecDeque<Instant>,
    banned: bool,
}

impl Gate {
    fn new(limit: Limit) -> Self {
        Self {
            limit,
            came: VecDeque::new(),
            banned: false,
        }
    }

    fn lets_in(&mut self, now: Instant) -> bool {
        let limit = self.limit;
        self.came
            .retain(|came| now.saturating_duration_since(*came) < limit.within);
        self.came.push_back(now);
        self.banned |= self.came.len() > limit.connections;
        !self.banned
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_beyond_is_banned_for_ever_and_a_patient_client_never() {
        let start = Instant::now();
        let mut gate = Gate::new(Limit::USUAL);
        let asked: Vec<bool> = (0..21).map(|_| gate.lets_in(start)).collect();
        assert_eq!(asked.iter().filter(|let_in| **let_in).count(), 20);
        assert!(!gate.lets_in(start + Duration::from_secs(3600)));
        let mut gate = Gate::new(Limit::USUAL);
        assert!((0..100).all(|number| gate.lets_in(start + Duration::from_secs(number * 3))));
    }
}
