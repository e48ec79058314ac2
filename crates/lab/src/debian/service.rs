//! A started server with its doors; dropping it ends every process that it made.

use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::leash::{Leash, Stop};
use crate::{LabError, Server};

/// One port of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Door {
    /// Holter's name of the protocol: "smtp"; "tls" for TLS at once around a protocol that usually starts in plain.
    pub protocol: &'static str,
    /// Where it listens.
    pub address: SocketAddr,
    /// Whether the first byte is already TLS.
    pub direct: bool,
}

/// A running server. Dropping it ends its processes and removes its folder.
#[derive(Debug)]
pub struct Service {
    /// The program's name: "postfix".
    pub name: &'static str,
    /// Where it listens, in the order of its entry's protocols.
    pub doors: Vec<Door>,
    kept: Vec<Kept>,
}

/// Dropped in this order: the leash ends the whole family and waits, then the guard reaps its head.
#[derive(Debug)]
struct Kept {
    _leash: Leash,
    server: Server,
}

impl Service {
    /// The door for a protocol, if it has one.
    #[must_use]
    pub fn door(&self, protocol: &str) -> Option<Door> {
        self.doors.iter().find(|door| door.protocol == protocol).copied()
    }

    /// The process ids of the heads of its families.
    #[must_use]
    pub fn pids(&self) -> Vec<u32> {
        self.kept.iter().filter_map(|kept| kept.server.pid()).collect()
    }

    /// The end of what its main process has printed.
    #[must_use]
    pub fn log(&self) -> String {
        self.kept
            .first()
            .map(|kept| kept.server.log())
            .unwrap_or_default()
    }

    /// Starts the command and waits until every door is open.
    pub(super) fn start(
        name: &'static str,
        command: &mut Command,
        stop: Stop,
        doors: Vec<Door>,
        home: TempDir,
    ) -> Result<Self, LabError> {
        let first = doors
            .first()
            .map(|door| door.address)
            .ok_or_else(|| LabError::Command {
                command: name.to_owned(),
                reason: "the lab gave it no door".to_owned(),
            })?;
        let server = Server::spawn(name, command, first, Some(home))?;
        let mut kept = Kept {
            _leash: Leash::tie(&server, stop)?,
            server,
        };
        kept.wait_for(&doors)?;
        Ok(Self {
            name,
            doors,
            kept: vec![kept],
        })
    }

    /// Keeps a second service for as long as this one, and ends it after this one: its doors stay unnamed.
    pub(super) fn lean_on(mut self, other: Self) -> Self {
        self.kept.extend(other.kept);
        self
    }
}

impl Kept {
    /// A broker on a busy machine with two cores needs most of this; the others open within a second.
    const PATIENCE: Duration = Duration::from_secs(180);

    fn wait_for(&mut self, doors: &[Door]) -> Result<(), LabError> {
        let start = Instant::now();
        for door in doors {
            while TcpStream::connect_timeout(&door.address, Duration::from_millis(300)).is_err() {
                if !self.server.is_running() {
                    return Err(LabError::Command {
                        command: self.server.name.clone(),
                        reason: format!("it ended before it listened: {}", self.server.log()),
                    });
                }
                if start.elapsed() > Self::PATIENCE {
                    return Err(LabError::NotReady {
                        name: self.server.name.clone(),
                        address: door.address.to_string(),
                        seconds: Self::PATIENCE.as_secs(),
                        log: self.server.log(),
                    });
                }
                std::thread::sleep(Duration::from_millis(30));
            }
        }
        Ok(())
    }
}
