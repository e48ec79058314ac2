//! A proxy that passes streams on in small pieces, as a slow or badly cut path does.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::pump;
use crate::LabError;
use crate::zoo::Running;
use crate::zoo::running::serve;

/// The piece at which one known scanner was wrong in 15 of 75 runs.
pub const PIECE: usize = 20;

/// Starts a proxy to `upstream` on loopback that sends `piece` bytes at a time, both ways, without Nagle's delay and
/// with a short pause between.
///
/// # Errors
/// [`LabError::Listen`] when no port can be opened.
pub fn start(upstream: SocketAddr, piece: usize) -> Result<Running, LabError> {
    serve(loopback_like(upstream), move |client| {
        let mut server = client.dial(upstream)?;
        pump::join(
            client,
            &mut server,
            |bytes, to| to.send_in_pieces(bytes, piece),
            |bytes, to| to.send_in_pieces(bytes, piece),
        )
    })
}

/// Loopback in the family of this address.
pub(crate) fn loopback_like(address: SocketAddr) -> IpAddr {
    if address.is_ipv4() {
        IpAddr::V4(Ipv4Addr::LOCALHOST)
    } else {
        IpAddr::V6(Ipv6Addr::LOCALHOST)
    }
}
