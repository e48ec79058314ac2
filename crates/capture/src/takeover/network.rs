//! Whether two addresses are likely of one network, without asking anybody whose they are.

use std::net::IpAddr;

/// The part of an address that providers give to one customer or region: 16 bits of IPv4, 32 of IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Network {
    V4(u32),
    V6(u128),
}

impl Network {
    /// The network of an address.
    pub(crate) fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.to_bits() >> 16),
            IpAddr::V6(address) => Self::V6(address.to_bits() >> 96),
        }
    }
}
