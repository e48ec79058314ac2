//! What tells one flow from another.

use std::hash::{BuildHasher, Hash, Hasher};
use std::net::SocketAddr;

use foldhash::fast::FixedState;

use crate::ip::Address;

/// Both ends and the protocol, the same for both directions: the lower end stands first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    low: Address,
    high: Address,
    ports: [u16; 2],
    datagrams: bool,
}

impl Key {
    /// The key, and whether it was the lower end that sent.
    #[inline]
    pub(crate) fn new(from: Address, to: Address, ports: [u16; 2], datagrams: bool) -> (Self, bool) {
        let [source, destination] = ports;
        let sent_by_low = (from, source) <= (to, destination);
        let key = if sent_by_low {
            Self {
                low: from,
                high: to,
                ports,
                datagrams,
            }
        } else {
            Self {
                low: to,
                high: from,
                ports: [destination, source],
                datagrams,
            }
        };
        (key, sent_by_low)
    }

    pub(crate) fn low(&self) -> SocketAddr {
        SocketAddr::new(self.low.ip(), self.ports[0])
    }

    pub(crate) fn high(&self) -> SocketAddr {
        SocketAddr::new(self.high.ip(), self.ports[1])
    }

    pub(crate) fn is_datagrams(&self) -> bool {
        self.datagrams
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u128(self.low.0);
        state.write_u128(self.high.0);
        let [low, high] = self.ports.map(u32::from);
        state.write_u64(u64::from(low << 16 | high) << 1 | u64::from(self.datagrams));
    }
}

/// Hashes keys. foldhash, because this happens to every packet and the standard library's takes five times as long; seeded, because
/// whoever writes the packets must not choose where they land.
#[derive(Clone, Debug)]
pub(crate) struct KeyHasher(FixedState);

impl KeyHasher {
    pub(crate) fn new(seed: u64) -> Self {
        Self(FixedState::with_seed(seed))
    }

    #[inline]
    pub(crate) fn hash(&self, key: &Key) -> u64 {
        self.0.hash_one(key)
    }
}
