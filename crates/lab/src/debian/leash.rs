//! Ends a daemon with all its children, also when the lab itself is killed.
//!
//! Killing the process that was started is not enough: postfix, dovecot, postgres and their kind leave children
//! behind, some in sessions of their own. A waiting shell holds the other end of a pipe; when the pipe closes, by a
//! drop or by the death of the lab, it ends the whole family.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::{LabError, Server, survivor};

/// The signal that a daemon's head wants for an orderly and quick end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// Most daemons.
    Term,
    /// Daemons that wait for their clients on TERM.
    Int,
    /// Daemons that only save what nobody will read.
    Kill,
}

/// Holds one server; dropping it ends the server's family, removes its folder and waits for both.
#[derive(Debug)]
pub(super) struct Leash {
    waiting: Child,
}

impl Leash {
    /// Ties the server to this process's life.
    pub(super) fn tie(server: &Server, stop: Stop) -> Result<Self, LabError> {
        // The leash ends the whole family, which it finds by its head: nobody else may end that before.
        server.pid().into_iter().for_each(survivor::leave);
        let pid = server.pid().map(|pid| pid.to_string()).unwrap_or_default();
        let home = server.home().unwrap_or(Path::new("")).as_os_str();
        let signal = match stop {
            Stop::Term => "TERM",
            Stop::Int => "INT",
            Stop::Kill => "KILL",
        };
        let waiting = Command::new("sh")
            .args(["-c", include_str!("leash.sh"), "leash", &pid, signal])
            .arg(home)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|error| LabError::Command {
                command: "sh (the leash of a lab server)".to_owned(),
                reason: error.to_string(),
            })?;
        Ok(Self { waiting })
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        drop(self.waiting.stdin.take());
        let _ = self.waiting.wait();
    }
}
