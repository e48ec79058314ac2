//! What a DHCP server has given out: each active lease is a host that may be asked, with the name that it gave itself.

pub(crate) mod dhcpd;
pub(crate) mod dnsmasq;
pub(crate) mod kea;
pub(crate) mod windows;

use std::collections::BTreeMap;
use std::net::IpAddr;

use holter_model::target::Place;
use holter_model::{Asset, Target, Transport};

use crate::read::Found;
use crate::{ReadError, host_name};

/// The leases of a server while its file is read. Servers append: the last word about an address counts.
#[derive(Debug, Default)]
pub(crate) struct Leases(BTreeMap<IpAddr, Lease>);

/// The last word about an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lease {
    /// Whether it is given out. Whether its time is over is not asked: that the server decides.
    pub(crate) active: bool,
    /// What the client calls itself.
    pub(crate) name: Option<String>,
}

impl Leases {
    /// The newest word about an address.
    pub(crate) fn push(&mut self, address: IpAddr, lease: Lease) {
        self.0.insert(address, lease);
    }

    /// Adds those that are active, in the order of their addresses.
    pub(crate) fn tell(self, found: &mut Found) -> Result<(), ReadError> {
        let all = self.0.len();
        let mut active = 0usize;
        for (address, lease) in self.0 {
            if !lease.active {
                continue;
            }
            active += 1;
            let mut asset = Asset::at(Place::Address(address));
            asset.name = lease.name.as_deref().and_then(host_name);
            found.asset(asset)?;
            found.target(Target {
                text: address.to_string(),
                place: Place::Address(address),
                port: None,
                scheme: None,
                transport: Transport::Tcp,
            })?;
        }
        if active < all {
            found.oddities.whole(format!(
                "{} of {all} leases are not active and left out",
                all - active
            ));
        }
        Ok(())
    }
}
