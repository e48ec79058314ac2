//! Free addresses on loopback for servers that tests start.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::LabError;

/// A loopback address whose TCP port is free.
///
/// Each call gives another address of 127.96.0.0/11, so that the outgoing connections of other tests, which
/// leave from 127.0.0.1, cannot take the port between this call and the server's start.
///
/// # Errors
/// [`LabError::Command`] when not one port can be bound.
pub fn free_tcp() -> Result<SocketAddr, LabError> {
    free_tcp_on(own_address())
}

/// A loopback address whose UDP port is free.
///
/// # Errors
/// [`LabError::Command`] when not one port can be bound.
pub fn free_udp() -> Result<SocketAddr, LabError> {
    free_udp_on(own_address())
}

/// Gives `start` a free TCP address, and another one when somebody took the port in between.
///
/// # Errors
/// What `start` says, and [`LabError::Command`] when not one port can be bound.
pub fn on_a_free_port<T>(start: impl Fn(SocketAddr) -> Result<T, LabError>) -> Result<T, LabError> {
    once_more_when_taken(free_tcp, start)
}

/// The same with a UDP port.
///
/// # Errors
/// As [`on_a_free_port`].
pub fn on_a_free_udp_port<T>(start: impl Fn(SocketAddr) -> Result<T, LabError>) -> Result<T, LabError> {
    once_more_when_taken(free_udp, start)
}

fn once_more_when_taken<T>(
    find: impl Fn() -> Result<SocketAddr, LabError>,
    start: impl Fn(SocketAddr) -> Result<T, LabError>,
) -> Result<T, LabError> {
    const TRIES: usize = 4;
    for _ in 1..TRIES {
        match start(find()?) {
            Err(LabError::Command { reason, .. }) if says_taken(&reason) => {}
            other => return other,
        }
    }
    start(find()?)
}

/// Every program says it in its own way.
fn says_taken(reason: &str) -> bool {
    let reason = reason.to_lowercase();
    ["in use", "eaddrinuse", "cannot bind", "unable to bind"]
        .iter()
        .any(|words| reason.contains(words))
}

/// A TCP port that is free on `address`; the unspecified address asks for one that is free on all.
///
/// # Errors
/// [`LabError::Command`] when not one port can be bound.
pub fn free_tcp_on(address: IpAddr) -> Result<SocketAddr, LabError> {
    free(|port| TcpListener::bind((address, port)).and_then(|listener| listener.local_addr()))
}

/// A UDP port that is free on `address`; the unspecified address asks for one that is free on all.
///
/// # Errors
/// [`LabError::Command`] when not one port can be bound.
pub fn free_udp_on(address: IpAddr) -> Result<SocketAddr, LabError> {
    free(|port| UdpSocket::bind((address, port)).and_then(|socket| socket.local_addr()))
}

/// The first port that can be bound, below those that outgoing connections leave from (32768 and up on Linux): one
/// of these could take the port between this call and the server's start. And above those of patient monitors, which a
/// scan of a range leaves alone.
fn free(bind: impl Fn(u16) -> std::io::Result<SocketAddr>) -> Result<SocketAddr, LabError> {
    const FIRST: u16 = 25_000;
    const COUNT: u32 = 7_000;
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let mut last = None;
    for _ in 0..COUNT {
        let call = CALLS.fetch_add(1, Ordering::Relaxed);
        // Other processes of the same test run begin elsewhere.
        let place = std::process::id().wrapping_mul(7919).wrapping_add(call) % COUNT;
        match bind(FIRST + u16::try_from(place).unwrap_or(0)) {
            Ok(address) => return Ok(address),
            Err(error) => last = Some(error),
        }
    }
    Err(none(
        &last.unwrap_or_else(|| std::io::ErrorKind::AddrInUse.into()),
    ))
}

fn own_address() -> IpAddr {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let call = CALLS.fetch_add(1, Ordering::Relaxed) % 250 + 1;
    let [_, _, high, low] = std::process::id().to_be_bytes();
    let [_, _, _, last] = call.to_be_bytes();
    IpAddr::V4(Ipv4Addr::new(127, 96 + high % 32, low, last))
}

fn none(error: &std::io::Error) -> LabError {
    LabError::Command {
        command: "bind a free loopback port".to_owned(),
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_followed_by_another() {
        let taken = TcpListener::bind(free_tcp().unwrap()).unwrap();
        let tries = AtomicU32::new(0);
        let listener = on_a_free_port(|address| {
            let first = tries.fetch_add(1, Ordering::Relaxed) == 0;
            let address = if first {
                taken.local_addr().unwrap()
            } else {
                address
            };
            TcpListener::bind(address).map_err(|error| LabError::Command {
                command: "listen".to_owned(),
                reason: error.to_string(),
            })
        });
        assert_ne!(
            listener.unwrap().local_addr().unwrap(),
            taken.local_addr().unwrap()
        );
    }

    #[test]
    fn addresses_are_loopback_and_differ() {
        let (first, second) = (free_tcp().unwrap(), free_tcp().unwrap());
        assert!(first.ip().is_loopback() && second.ip().is_loopback());
        assert_ne!(first.ip(), second.ip());
        assert!(free_udp().unwrap().ip().is_loopback());
    }
}
