//! A load balancer: one address, behind which several servers answer, in turn or by chance.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};

use super::cutting::loopback_like;
use super::pump;
use crate::LabError;
use crate::zoo::Running;
use crate::zoo::running::serve;

/// Which server gets the next connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The one after the last.
    Next,
    /// Any, by a chance that this seed decides.
    Chance(u64),
}

/// Starts a balancer on loopback in front of these servers.
///
/// # Errors
/// [`LabError::Listen`] when no port can be opened.
pub fn start(upstreams: Vec<SocketAddr>, turn: Turn) -> Result<Running, LabError> {
    let ip = upstreams
        .first()
        .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |server| loopback_like(*server));
    let state = AtomicU64::new(match turn {
        Turn::Next => 0,
        Turn::Chance(seed) => seed,
    });
    serve(ip, move |client| {
        let drawn = match turn {
            Turn::Next => state.fetch_add(1, Ordering::SeqCst),
            // Steele, Lea, Flood: SplitMix64, whose state is a counter.
            Turn::Chance(_) => mixed(state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst)),
        };
        let count = u64::try_from(upstreams.len()).unwrap_or(1);
        let place = usize::try_from(drawn % count).unwrap_or(0);
        let Some(upstream) = upstreams.get(place) else {
            return Ok(());
        };
        let mut server = client.dial(*upstream)?;
        pump::join(client, &mut server, pump::as_is, pump::as_is)
    })
}

const fn mixed(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}
