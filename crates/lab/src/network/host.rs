//! One host of the network: its address, and what was started on it.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::time::Duration;

use super::fake::{Acting, Event, Fake};
use super::namespace::Namespace;
use super::sockets::{self, State};
use crate::node::{self, Guests, NodeServer};
use crate::prepared::Prepared;
use crate::{LabError, Server, openssl102};

/// A host, plugged in. What runs on it ends with it.
#[derive(Debug)]
pub struct Host {
    /// Its name: "portal".
    pub name: String,
    /// Its address.
    pub address: Ipv4Addr,
    // In this order: what runs inside ends before the namespace goes.
    servers: Vec<Server>,
    acting: Option<Acting>,
    namespace: Namespace,
}

impl Host {
    pub(super) fn new(name: &str, address: Ipv4Addr, namespace: Namespace) -> Self {
        Self {
            name: name.to_owned(),
            address,
            servers: Vec::new(),
            acting: None,
            namespace,
        }
    }

    /// The same command on this host, where its addresses and its way to the others are.
    #[must_use]
    pub fn within(&self, command: &Command) -> Command {
        self.namespace.within(command)
    }

    /// Starts an old Node.js on this port, and waits until it listens.
    ///
    /// # Errors
    /// As [`node::serve`].
    pub fn serve_node(&mut self, version: &str, protocol: &str, port: u16) -> Result<(), LabError> {
        let wanted = NodeServer::new(version, protocol, SocketAddr::from((self.address, port)));
        self.start(node::prepare(&wanted, Guests::OfItsNetwork)?)
    }

    /// Starts the OpenSSL that is fixed and keeps its heartbeats on this port, and waits until it listens.
    ///
    /// # Errors
    /// As [`openssl102::serve`].
    pub fn serve_fixed(&mut self, port: u16) -> Result<(), LabError> {
        self.start(openssl102::prepare(SocketAddr::from((self.address, port)))?)
    }

    /// Lets the host play a scripted device, and waits until all its ports are open.
    ///
    /// # Errors
    /// [`LabError::Command`] when its process ends, [`LabError::NotReady`] when it does not listen.
    pub fn play(&mut self, fake: Fake) -> Result<(), LabError> {
        let (prepared, script) = fake.prepare(self.address)?;
        self.start_with(prepared, fake.ports())?;
        self.acting = Some(script);
        Ok(())
    }

    /// What the scripted device saw so far; nothing where the host plays none.
    ///
    /// # Errors
    /// [`LabError::File`] when its notes cannot be read.
    pub fn events(&self) -> Result<Vec<Event>, LabError> {
        self.acting.as_ref().map_or(Ok(Vec::new()), Acting::events)
    }

    /// From here on packets for all other ports vanish here, and nothing that the host would say of them leaves it. It
    /// still tells its neighbours that it is there.
    ///
    /// # Errors
    /// [`LabError::Command`] when the kernel refuses.
    pub fn drop_all_but(&self, port: u16) -> Result<(), LabError> {
        // The rule before these two leads what is for the host itself to it, so packets do come in.
        self.namespace
            .ip(&format!("rule add pref 100 ipproto tcp sport {port} lookup main"))?;
        self.namespace.ip("rule add pref 200 blackhole")
    }

    fn start(&mut self, prepared: Prepared) -> Result<(), LabError> {
        let port = prepared.address.port();
        self.start_with(prepared, &[port])
    }

    fn start_with(&mut self, prepared: Prepared, ports: &[u16]) -> Result<(), LabError> {
        let Prepared {
            name,
            command,
            address,
            home,
        } = prepared;
        let mut server = Server::spawn(name, &mut self.namespace.within(&command), address, Some(home))?;
        // The table is read instead of knocking: a knock would be a connection that no scan has made.
        server.wait_until(Duration::from_secs(60), |server| {
            let process = server.pid().map(|pid| pid.to_string()).unwrap_or_default();
            sockets::count(&process, State::Listen, ports) >= ports.len()
        })?;
        self.servers.push(server);
        Ok(())
    }
}
