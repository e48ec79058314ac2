//! A small network of its own: each host is a network namespace with an address, a wall has the switch that they are
//! plugged into, and no way leads out. What a scan does to such a network can be watched to the last packet.
//!
//! It takes iproute2, and the rights that [`is_allowed`] asks for. Nothing of it is seen or reached from outside.

pub mod capture;
pub mod fake;
pub mod hospital;
pub mod host;
mod namespace;
mod packet;
mod pcap;
pub mod proof;
mod rights;
mod sockets;

pub use capture::Capture;
pub use host::Host;
pub use packet::{Load, Packet};
pub use rights::is_allowed;

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::LabError;
use namespace::Namespace;

/// The network with its hosts. Dropping it ends every process in it and takes it down.
#[derive(Debug)]
pub struct Network {
    /// What the names of its namespaces begin with; each has the host's behind it.
    pub name: String,
    // In this order: the hosts end before the wall that they are plugged into.
    hosts: Vec<Host>,
    wall: Namespace,
}

/// The name of the bridge in the wall.
const SWITCH: &str = "switch";

impl Network {
    /// A network without hosts. What processes that have died left behind is swept away first.
    ///
    /// # Errors
    /// [`LabError::Missing`] without iproute2, [`LabError::Command`] when the kernel refuses.
    pub fn up() -> Result<Self, LabError> {
        static CALLS: AtomicU32 = AtomicU32::new(0);
        namespace::sweep();
        let name = namespace::prefix(std::process::id(), CALLS.fetch_add(1, Ordering::Relaxed));
        let wall = Namespace::make(&format!("{name}-wall"))?;
        // A switch that learns multicast groups joins one itself, and says so on every cable.
        wall.ip(&format!("link add name {SWITCH} type bridge mcast_snooping 0"))?;
        wall.ip(&format!("link set {SWITCH} up"))?;
        Ok(Self {
            name,
            hosts: Vec::new(),
            wall,
        })
    }

    /// A new host, plugged in, with this address of a /24 and nothing on it.
    ///
    /// # Errors
    /// [`LabError::Command`] when the kernel refuses, as it does for a name of more than 15 letters or given twice.
    pub fn plug(&mut self, name: &str, address: Ipv4Addr) -> Result<&mut Host, LabError> {
        let namespace = Namespace::make(&format!("{}-{name}", self.name))?;
        let (inside, wall) = (namespace.name(), self.wall.name());
        // Both ends are born in their namespaces: this machine itself never sees the cable.
        self.wall.ip(&format!(
            "link add name {name} netns {wall} type veth peer name {LAN} netns {inside}"
        ))?;
        self.wall.ip(&format!("link set {name} master {SWITCH} up"))?;
        for deed in [
            "link set lo up".to_owned(),
            format!("address add {address}/24 dev {LAN}"),
            format!("link set {LAN} up"),
        ] {
            namespace.ip(&deed)?;
        }
        self.hosts.push(Host::new(name, address, namespace));
        self.host_mut(name)
    }

    /// The host of that name.
    ///
    /// # Errors
    /// [`LabError::Command`] when there is none.
    pub fn host(&self, name: &str) -> Result<&Host, LabError> {
        self.hosts
            .iter()
            .find(|host| host.name == name)
            .ok_or_else(|| unknown(name))
    }

    /// The same, to start something on it.
    ///
    /// # Errors
    /// [`LabError::Command`] when there is none.
    pub fn host_mut(&mut self, name: &str) -> Result<&mut Host, LabError> {
        self.hosts
            .iter_mut()
            .find(|host| host.name == name)
            .ok_or_else(|| unknown(name))
    }

    /// Every host, in the order in which they were plugged in.
    #[must_use]
    pub fn hosts(&self) -> &[Host] {
        &self.hosts
    }
}

/// The name of every host's own end of the cable.
const LAN: &str = "lan";

fn unknown(name: &str) -> LabError {
    LabError::Command {
        command: format!("find the host {name}"),
        reason: "the network has none of that name".to_owned(),
    }
}
