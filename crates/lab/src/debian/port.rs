//! Free ports, from below the range that the kernel hands to outgoing connections: there a test's own client
//! could take a port between the moment it was found free and the moment its server binds it.

use std::net::{IpAddr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::LabError;

const FIRST: u32 = 15_000;
const COUNT: u32 = 17_000;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A port of the address that nothing holds, and that this process has not handed out lately.
pub(super) fn free(address: IpAddr) -> Result<u16, LabError> {
    // Tests run as several processes at once: each begins elsewhere.
    let start = std::process::id().wrapping_mul(89);
    for _ in 0..COUNT {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + start.wrapping_add(step) % COUNT;
        if let Ok(port) = u16::try_from(port)
            && TcpListener::bind((address, port)).is_ok()
        {
            return Ok(port);
        }
    }
    Err(LabError::Command {
        command: format!("bind {address}"),
        reason: format!("no free port from {FIRST} to {}", FIRST + COUNT - 1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn two_calls_give_two_ports() {
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        assert_ne!(free(address).unwrap(), free(address).unwrap());
    }
}
