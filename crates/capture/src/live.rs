//! Listens to an interface, and does nothing else with it: packets come out of the kernel's ring, and none is ever sent.

mod rights;

use std::io;
use std::path::Path;
use std::time::Duration;

use netring::{Capture, Error};
pub use rights::{Account, give_up};

use crate::hearing::Hearing;
use crate::link::Link;
use crate::listener::{Listener, Moment};
use crate::packet::Packet;

/// The kernel's ring: 32 MiB, a third of a second of a full 1 Gbit/s cable while this process does not get to run.
const BLOCK: usize = 1 << 20;
const BLOCKS: usize = 32;

/// An open interface.
pub struct Live {
    capture: Capture,
    link: Link,
    // What the kernel had dropped when that was asked last.
    dropped: u64,
}

/// Why an interface cannot be listened to.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// It needs the right to.
    #[error("{0}: listening to an interface takes root, or the capability CAP_NET_RAW")]
    Rights(String),
    /// There is none of that name.
    #[error("{0}: there is no such interface")]
    Unknown(String),
    /// The system says something else.
    #[error("{interface}: {reason}")]
    System {
        /// Which interface.
        interface: String,
        /// What it says.
        reason: Error,
    },
    /// Rights could not be given up.
    #[error("rights could not be given up after opening the interface: {0}")]
    Keep(io::Error),
}

impl Live {
    /// Opens the interface and hears everything that passes it, not only what is meant for this machine.
    ///
    /// # Errors
    /// [`LiveError`]: without the right to, or when there is no such interface.
    pub fn listen(interface: &str) -> Result<Self, LiveError> {
        let capture = Capture::builder()
            .interface(interface)
            .block_size(BLOCK)
            .block_count(BLOCKS)
            .promiscuous(true)
            // Over loopback every packet comes twice: as it leaves, and as it arrives.
            .ignore_outgoing(is_loopback(interface))
            .build()
            .map_err(|reason| match reason {
                Error::PermissionDenied => LiveError::Rights(interface.to_owned()),
                Error::InterfaceNotFound(_) => LiveError::Unknown(interface.to_owned()),
                reason => LiveError::System {
                    interface: interface.to_owned(),
                    reason,
                },
            })?;
        Ok(Self {
            capture,
            link: link(interface),
            dropped: 0,
        })
    }

    /// Waits at most so long for packets and hears those that are there; gives how many.
    ///
    /// # Errors
    /// [`io::Error`] when the interface is gone.
    pub fn hear<L: Listener>(&mut self, hearing: &mut Hearing<L>, wait: Duration) -> io::Result<u64> {
        let batch = self.capture.next_batch_blocking(wait).map_err(io::Error::other)?;
        let mut packets = 0;
        for packet in batch.iter().flat_map(netring::PacketBatch::iter) {
            let time = packet.timestamp();
            let bytes = packet.data();
            hearing.packet(&Packet {
                at: Moment(u64::from(time.sec) * 1_000_000_000 + u64::from(time.nsec)),
                link: self.link,
                length: u32::try_from(packet.original_len()).unwrap_or(u32::MAX),
                bytes,
            });
            packets += 1;
        }
        drop(batch);
        let dropped = self
            .capture
            .cumulative_stats()
            .map_or(self.dropped, |stats| u64::from(stats.drops));
        hearing.dropped(dropped.saturating_sub(self.dropped));
        self.dropped = dropped;
        Ok(packets)
    }
}

/// What the kernel says of an interface.
fn fact(interface: &str, name: &str) -> Option<String> {
    // A name with a slash would be another file's.
    let path = Path::new("/sys/class/net")
        .join(Path::new(interface).file_name()?)
        .join(name);
    std::fs::read_to_string(path).ok()
}

fn is_loopback(interface: &str) -> bool {
    fact(interface, "type").is_some_and(|kind| kind.trim() == "772")
}

/// What its packets begin with, by the number of its hardware (`if_arp.h`).
fn link(interface: &str) -> Link {
    let kind = fact(interface, "type").and_then(|kind| kind.trim().parse::<u16>().ok());
    match kind {
        Some(512) => Link::Ppp,
        // Tunnels without a header of their own.
        Some(768 | 769 | 776 | 0xfffe) => Link::Ip,
        Some(801) => Link::Wireless,
        Some(803) => Link::Radiotap,
        _ => Link::Ethernet,
    }
}
