//! What runs, noted in a file so that another process can ask and end it.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::LabError;
use crate::command::run;
use crate::error::at;

/// One started server.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Running {
    pub(super) address: SocketAddr,
    /// UDP and TCP ports are different things.
    pub(super) protocol: String,
    pub(super) pid: u32,
    /// When the process began, in the kernel's ticks: a process id alone may have passed to a stranger.
    began: u64,
    /// The folder with its scripts and log.
    home: Option<PathBuf>,
}

/// The state file, held alone for as long as this lives.
#[derive(Debug)]
pub(super) struct State {
    path: PathBuf,
    running: Vec<Running>,
    _held: File,
}

impl State {
    /// Opens the state of `folder`, waiting for another process that holds it, and forgets servers that have ended.
    pub(super) fn open(folder: &Path) -> Result<Self, LabError> {
        fs::create_dir_all(folder).map_err(|source| at(folder, source))?;
        let lock = folder.join("hospital.lock");
        let held = File::create(&lock)
            .and_then(|file| file.lock().map(|()| file))
            .map_err(|source| at(&lock, source))?;
        let path = folder.join("hospital.json");
        let running = match fs::read(&path) {
            // An unreadable state is reported, not thrown away: servers would be left behind unseen.
            Ok(bytes) => serde_json::from_slice::<Vec<Running>>(&bytes)
                .map_err(|error| at(&path, std::io::Error::other(error)))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(at(&path, error)),
        };
        let (running, ended): (Vec<_>, Vec<_>) = running.into_iter().partition(Running::is_alive);
        for server in ended {
            server.remove_home();
        }
        Ok(Self {
            path,
            running,
            _held: held,
        })
    }

    pub(super) fn find(&self, address: SocketAddr, protocol: &str) -> Option<&Running> {
        self.running
            .iter()
            .find(|server| server.address == address && server.protocol == protocol)
    }

    /// Takes over a server; written at once, so that an interrupted `up` leaves nothing that `down` cannot find.
    pub(super) fn adopt(&mut self, server: crate::Server, protocol: &str) -> Result<(), LabError> {
        let address = server.address;
        let (pid, home) = server.detach();
        if let Some(pid) = pid {
            let began = beginning(pid).unwrap_or(0);
            self.running.push(Running {
                address,
                protocol: protocol.to_owned(),
                pid,
                began,
                home,
            });
        }
        self.write()
    }

    /// Ends every server and gives back how many ran.
    pub(super) fn end_all(&mut self) -> Result<usize, LabError> {
        let ending = std::mem::take(&mut self.running);
        for server in &ending {
            server.signal("TERM");
        }
        for server in &ending {
            let start = Instant::now();
            while server.is_alive() {
                if start.elapsed() > Duration::from_secs(3) {
                    server.signal("KILL");
                }
                std::thread::sleep(Duration::from_millis(10));
            }
            server.remove_home();
        }
        self.write()?;
        Ok(ending.len())
    }

    fn write(&self) -> Result<(), LabError> {
        let text = serde_json::to_vec_pretty(&self.running)
            .map_err(|error| at(&self.path, std::io::Error::other(error)))?;
        let new = self.path.with_extension("json.new");
        fs::write(&new, text)
            .and_then(|()| fs::rename(&new, &self.path))
            .map_err(|source| at(&self.path, source))
    }
}

impl Running {
    fn is_alive(&self) -> bool {
        beginning(self.pid) == Some(self.began)
    }

    fn signal(&self, name: &str) {
        // `kill` of the shell, since the program of that name is not everywhere. A process that has gone
        // meanwhile is what was wanted.
        if self.is_alive() {
            let _ = run(Command::new("sh").args(["-c", &format!("kill -{name} {}", self.pid)]));
        }
    }

    fn remove_home(&self) {
        // A folder that stays behind in the temporary directory harms nobody.
        let _ = self.home.as_ref().map(fs::remove_dir_all);
    }
}

/// When process `pid` began, if it is there and not merely unburied.
fn beginning(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in parentheses, may hold spaces; what follows may not.
    let (_, rest) = text.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    if fields.next()? == "Z" {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_one_beginning_and_a_dead_one_none() {
        let own = std::process::id();
        assert!(beginning(own).is_some());
        assert_eq!(beginning(own), beginning(own));
        let mut child = Command::new("true").spawn().unwrap();
        let pid = child.id();
        child.wait().unwrap();
        assert_eq!(beginning(pid), None);
    }

    #[test]
    fn a_broken_state_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("hospital.json"), "{").unwrap();
        assert!(
            State::open(folder.path())
                .unwrap_err()
                .to_string()
                .contains("hospital.json")
        );
    }
}
