//! A server with its files and its command line, before it is said where it runs.

use std::net::SocketAddr;
use std::process::Command;

use crate::{LabError, Server};

/// Ready to be started: on this machine's loopback, or by [`crate::network`] in a namespace.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// What it is: "node 0.10.1 https".
    pub(crate) name: String,
    /// How it is started.
    pub(crate) command: Command,
    /// Where it will listen.
    pub(crate) address: SocketAddr,
    /// The files that it needs.
    pub(crate) home: tempfile::TempDir,
}

impl Prepared {
    /// Starts it here and waits until it listens.
    pub(crate) fn start(mut self) -> Result<Server, LabError> {
        Server::start(self.name, &mut self.command, self.address, Some(self.home))
    }
}
