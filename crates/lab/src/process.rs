//! A server process that lives as long as its guard, and no longer.

use std::io::Read as _;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::LabError;

/// A running lab server. Dropping it kills the process and waits for it.
#[derive(Debug)]
pub struct Server {
    /// What it is: "node 0.10.1 https".
    pub name: String,
    /// Where it listens.
    pub address: SocketAddr,
    child: Option<Child>,
    /// Kept so that configuration files live as long as the server.
    home: Option<tempfile::TempDir>,
}

impl Server {
    /// Starts `command` and waits until `address` accepts TCP connections.
    ///
    /// # Errors
    /// [`LabError::Command`] when it cannot be started or ends at once, [`LabError::NotReady`] when the port stays closed.
    pub fn start(
        name: impl Into<String>,
        command: &mut Command,
        address: SocketAddr,
        home: Option<tempfile::TempDir>,
    ) -> Result<Self, LabError> {
        let server = Self::spawn(name, command, address, home)?;
        server.wait_for_tcp(Duration::from_secs(20))
    }

    /// Starts `command` without waiting: for datagram servers, which the caller asks for life.
    ///
    /// # Errors
    /// [`LabError::Command`] when it cannot be started.
    pub fn spawn(
        name: impl Into<String>,
        command: &mut Command,
        address: SocketAddr,
        home: Option<tempfile::TempDir>,
    ) -> Result<Self, LabError> {
        let name = name.into();
        let line = format!("{command:?}");
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| LabError::Command {
                command: line,
                reason: error.to_string(),
            })?;
        Ok(Self {
            name,
            address,
            child: Some(child),
            home,
        })
    }

    /// The process id, for a state file that outlives this process.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// The server's private folder, if it has one.
    #[must_use]
    pub fn home(&self) -> Option<&Path> {
        self.home.as_ref().map(tempfile::TempDir::path)
    }

    fn wait_for_tcp(mut self, limit: Duration) -> Result<Self, LabError> {
        let start = Instant::now();
        while start.elapsed() < limit {
            if TcpStream::connect_timeout(&self.address, Duration::from_millis(300)).is_ok() {
                return Ok(self);
            }
            if let Some(Ok(Some(status))) = self.child.as_mut().map(Child::try_wait) {
                return Err(LabError::Command {
                    command: self.name.clone(),
                    reason: format!("{status}: {}", self.last_words()),
                });
            }
            std::thread::sleep(Duration::from_millis(30));
        }
        let log = self.last_words();
        Err(LabError::NotReady {
            name: self.name.clone(),
            address: self.address.to_string(),
            seconds: limit.as_secs(),
            log,
        })
    }

    fn last_words(&mut self) -> String {
        let Some(mut child) = self.child.take() else {
            return String::new();
        };
        let _ = child.kill();
        let _ = child.wait();
        let mut text = String::new();
        if let Some(mut pipe) = child.stderr.take() {
            let _ = pipe.read_to_string(&mut text);
        }
        text.chars()
            .rev()
            .take(600)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
