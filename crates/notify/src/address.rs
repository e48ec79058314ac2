//! Where a message may go. A hospital's receivers are private, and so allowed; what never is one is the service that
//! tells a machine in a cloud its own secrets, which a mistyped or hostile address could otherwise be made to ask.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};

use crate::Failure;

const PATIENCE: Duration = Duration::from_secs(10);

/// Whether no receiver can be there: link-local addresses (RFC 3927, RFC 4291), where machines in clouds are told
/// their secrets, the two other addresses of such services, and addresses of no single machine.
fn is_forbidden(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            v4.is_link_local()
                || v4.is_unspecified()
                || v4.is_multicast()
                || v4.is_broadcast()
                || v4 == Ipv4Addr::new(100, 100, 100, 200)
        }
        IpAddr::V6(v6) => {
            v6.is_unicast_link_local()
                || v6.is_unspecified()
                || v6.is_multicast()
                || v6 == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)
        }
    }
}

/// The addresses of a host that may be spoken to. What is connected to is what was looked at: a name that answers
/// otherwise the next time changes nothing.
pub(crate) async fn of(host: &str, port: u16) -> Result<Vec<SocketAddr>, Failure> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let looking = tokio::time::timeout(PATIENCE, lookup_host((bare, port)));
    let found: Vec<SocketAddr> = match looking.await {
        Ok(Ok(found)) => found.collect(),
        _ => return Err(Failure::later(format!("the name {bare} has no address"))),
    };
    let allowed: Vec<SocketAddr> = found
        .into_iter()
        .filter(|address| !is_forbidden(address.ip()))
        .collect();
    if allowed.is_empty() {
        return Err(Failure::never(format!(
            "{bare} is at no address where a receiver can be"
        )));
    }
    Ok(allowed)
}

/// A connection to the first that answers.
pub(crate) async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, Failure> {
    for address in addresses {
        #[allow(
            clippy::disallowed_methods,
            reason = "no target: a receiver that an admin named"
        )]
        let connecting = TcpStream::connect(address);
        if let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, connecting).await {
            return Ok(stream);
        }
    }
    Err(Failure::later("nobody answers there"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_receiver_is_one_and_a_clouds_secrets_are_not() {
        for allowed in [
            "10.1.2.3",
            "192.168.1.1",
            "127.0.0.1",
            "203.0.113.7",
            "fd12::1",
            "::1",
        ] {
            assert!(!is_forbidden(allowed.parse().unwrap()), "{allowed}");
        }
        for forbidden in [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "fe80::1",
            "fd00:ec2::254",
            "100.100.100.200",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "ff02::1",
            "::",
        ] {
            assert!(is_forbidden(forbidden.parse().unwrap()), "{forbidden}");
        }
    }
}
