//! How fast Holter goes: one connection at a time to each host, so many a second to each network and over all,
//! and no more busy ones at once than are answered promptly.

mod rate;
mod turns;
mod window;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use self::rate::{NetworkRates, Rate};
use self::turns::Turns;
use self::window::Window;
use crate::care::{Care, Rests};

/// What bounds the pace of a run.
#[derive(Clone, Debug)]
pub struct Tempo {
    /// Busy connections at once, to begin with.
    pub busy: usize,
    /// Busy connections at once, where they are answered promptly.
    pub most_busy: usize,
    /// New connections a second over all hosts; `None`: as fast as they come.
    pub per_second: Option<f64>,
    /// New connections a second to each /24 or /64 that has no rate of its own.
    pub per_subnet: Option<f64>,
    /// New connections a second to networks that the user gave a rate.
    pub networks: Vec<(IpNet, f64)>,
    /// The rest between two connections to one host.
    pub rests: Rests,
}

/// The pace of a run, shared by all its connections.
#[derive(Debug)]
pub struct Pace {
    turns: Turns,
    networks: NetworkRates,
    window: Window,
    all: Option<Rate>,
    rests: Rests,
}

/// The right to one connection; the host is free again when it drops.
#[derive(Debug)]
pub struct Permit {
    pace: Arc<Pace>,
    address: IpAddr,
    care: Care,
    /// Whether a connection came about, after which the host rests longer.
    connected: bool,
    turn: Option<OwnedSemaphorePermit>,
    busy: Option<OwnedSemaphorePermit>,
    resting: bool,
}

impl Pace {
    /// At most `at_once` busy connections at a time, `per_second` new ones over all hosts (`None`: as fast as they
    /// come), and `rest` between two connections to the same host.
    #[must_use]
    pub fn new(at_once: usize, per_second: Option<f64>, rest: Duration) -> Arc<Self> {
        Self::within(&Tempo {
            busy: at_once,
            most_busy: at_once,
            per_second,
            per_subnet: None,
            networks: Vec::new(),
            rests: Rests::all(rest),
        })
    }

    /// A pace within these bounds.
    #[must_use]
    pub fn within(tempo: &Tempo) -> Arc<Self> {
        Arc::new(Self {
            turns: Turns::default(),
            networks: NetworkRates::new(&tempo.networks, tempo.per_subnet),
            window: Window::new(tempo.busy, tempo.most_busy),
            all: tempo.per_second.and_then(Rate::new),
            rests: tempo.rests,
        })
    }

    /// Waits for the host's turn, then for its network's, then for a place among all connections and for the rate.
    pub async fn enter(self: &Arc<Self>, address: IpAddr, care: Care) -> Option<Permit> {
        let (turn, free_at) = self.turns.enter(address).await?;
        // From here on the host is given back by the permit's drop, also where nobody waits to the end.
        let mut permit = Permit {
            pace: Arc::clone(self),
            address,
            care,
            connected: false,
            turn: Some(turn),
            busy: None,
            resting: false,
        };
        self.rest_until(free_at).await;
        self.rest_until(self.networks.slot(address)).await;
        permit.busy = Some(self.window.enter().await?);
        if let Some(rate) = &self.all {
            tokio::time::sleep_until(rate.slot()).await;
        }
        Some(permit)
    }

    /// Waits until an hour that is still to come, and keeps nobody else waiting.
    async fn rest_until(&self, hour: Option<Instant>) {
        // A timer costs more than to ask whether it is needed.
        if let Some(hour) = hour.filter(|hour| *hour > Instant::now()) {
            let _resting = self.window.resting();
            tokio::time::sleep_until(hour).await;
        }
    }

    /// How many hosts can be under way at once without waiting for each other.
    #[must_use]
    pub fn wanted(&self) -> usize {
        self.window.wanted()
    }

    /// Waits until one more connection is only waited for.
    pub async fn one_more_rests(&self) {
        self.window.one_more_rests().await;
    }

    /// How long a connection that nobody has answered yet counts as busy: a little longer than they usually take.
    #[must_use]
    pub(crate) fn prompt(&self) -> Duration {
        const SHORTEST: Duration = Duration::from_millis(20);
        const LONGEST: Duration = Duration::from_millis(300);
        let usual = self.window.usual();
        usual.map_or(LONGEST, |usual| (usual * 4).clamp(SHORTEST, LONGEST))
    }

    /// A host answered a connection, one way or the other, after so long.
    pub(crate) fn answered(&self, after: Duration) {
        self.window.answered(after);
    }

    /// A host that lives was not heard, or this machine ran short of something: fewer at once.
    pub fn gave_way(&self) {
        self.window.gave_way();
    }
}

impl Permit {
    /// A connection came about.
    pub(crate) const fn connected(&mut self) {
        self.connected = true;
    }

    /// Gives the place among the busy connections to another host, while this one is only waited for.
    pub(crate) fn rest(&mut self) {
        if let Some(place) = self.busy.take() {
            self.pace.window.leave(place);
            self.pace.window.rest();
            self.resting = true;
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(place) = self.busy.take() {
            self.pace.window.leave(place);
        }
        if self.resting {
            self.pace.window.rested();
        }
        let rests = &self.pace.rests;
        let rest = if self.connected {
            rests.after_connection(self.care)
        } else {
            rests.after_knock(self.care)
        };
        self.pace.turns.leave(self.address, self.turn.take(), rest);
    }
}

#[cfg(test)]
mod tests {
    use holter_model::Fragility;

    use super::*;

    const HOST: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[tokio::test(start_paused = true)]
    async fn a_host_is_visited_one_connection_at_a_time_and_rests_between() {
        let pace = Pace::new(10, None, Duration::from_secs(2));
        let start = Instant::now();
        let first = pace.enter(HOST, Care::ROBUST).await;
        let second = tokio::spawn({
            let pace = Arc::clone(&pace);
            async move { pace.enter(HOST, Care::ROBUST).await.map(|_| Instant::now()) }
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
            drop(pace.enter(IpAddr::from([127, 0, 0, last]), Care::ROBUST).await);
        }
        assert_eq!(start.elapsed().as_millis(), 1000);
        assert!(pace.turns.is_empty(), "hosts that owe nothing are forgotten");
    }

    #[tokio::test(start_paused = true)]
    async fn a_fragile_host_rests_longer() {
        let rests = Rests {
            fragile: Duration::from_secs(2),
            ..Rests::default()
        };
        let tempo = Tempo {
            busy: 8,
            most_busy: 8,
            per_second: None,
            per_subnet: None,
            networks: Vec::new(),
            rests,
        };
        let pace = Pace::within(&tempo);
        let mut times = Vec::new();
        for class in [Fragility::Robust, Fragility::Fragile, Fragility::Robust] {
            let permit = pace.enter(HOST, Care::of(class).unwrap()).await;
            times.push(Instant::now());
            drop(permit);
        }
        assert_eq!(times[1] - times[0], Duration::ZERO);
        assert_eq!(times[2] - times[1], Duration::from_secs(2));
    }
}
