//! A server process that lives as long as its guard, and no longer.

use std::fs::File;
use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt as _;
use std::os::unix::net::UnixDatagram;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::{LabError, survivor};

/// A second is enough on an idle machine; one that builds and runs every test at once takes many.
const PATIENCE: Duration = Duration::from_secs(180);

/// A running lab server. Dropping it kills the process and waits for it; a lab that is killed takes it along.
#[derive(Debug)]
pub struct Server {
    /// What it is: "node 0.10.1 https".
    pub name: String,
    /// Where it listens.
    pub address: SocketAddr,
    child: Option<Child>,
    /// Everything it prints goes here; a pipe would fill and stop it.
    log: File,
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
        let mut server = Self::spawn(name, command, address, home)?;
        server.wait_until(PATIENCE, |server| {
            TcpStream::connect_timeout(&server.address, Duration::from_secs(3)).is_ok()
        })?;
        Ok(server)
    }

    /// Starts `command` without waiting: for datagram servers, which the caller asks for life.
    ///
    /// What it prints goes to `server.log` in its home, or to a nameless file where it has none. Its standard
    /// input never ends and never speaks, since `s_server` and its kind leave at end of file. It gets a process
    /// group of its own, so that Ctrl-C in a terminal reaches the lab and not its servers.
    ///
    /// # Errors
    /// [`LabError::Command`] when it cannot be started, [`LabError::File`] when its log cannot be made.
    pub fn spawn(
        name: impl Into<String>,
        command: &mut Command,
        address: SocketAddr,
        home: Option<tempfile::TempDir>,
    ) -> Result<Self, LabError> {
        let line = format!("{command:?}");
        let log = open_log(home.as_ref().map(tempfile::TempDir::path))?;
        let (out, err) = (duplicate(&log)?, duplicate(&log)?);
        let child = command
            .stdin(silence()?)
            .stdout(out)
            .stderr(err)
            .process_group(0)
            .spawn()
            .map_err(|error| LabError::Command {
                command: line,
                reason: error.to_string(),
            })?;
        survivor::watch(child.id(), home.as_ref().map(tempfile::TempDir::path));
        Ok(Self {
            name: name.into(),
            address,
            child: Some(child),
            log,
            home,
        })
    }

    /// Waits until the server has printed `words`: for datagram servers, whose port cannot be knocked at.
    ///
    /// # Errors
    /// [`LabError::Command`] when it ends instead, [`LabError::NotReady`] when it never says so.
    pub fn wait_for_words(mut self, words: &str) -> Result<Self, LabError> {
        self.wait_until(PATIENCE, |server| server.log().contains(words))?;
        Ok(self)
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

    /// The end of what the server has printed so far.
    #[must_use]
    pub fn log(&self) -> String {
        tail(&self.log)
    }

    /// Whether the process still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.as_mut().map(Child::try_wait), Some(Ok(None)))
    }

    /// Lets the server outlive its guard: gives back its process id and the folder that it needs, which the
    /// caller now has to end and to remove.
    #[must_use]
    pub fn detach(mut self) -> (Option<u32>, Option<PathBuf>) {
        let pid = self.child.take().map(|child| child.id());
        pid.into_iter().for_each(survivor::leave);
        let home = self.home.take().map(tempfile::TempDir::keep);
        (pid, home)
    }

    /// Waits until it is `ready`.
    ///
    /// # Errors
    /// [`LabError::Command`] when it ends instead, [`LabError::NotReady`] when the time is over.
    pub(crate) fn wait_until(
        &mut self,
        limit: Duration,
        ready: impl Fn(&Self) -> bool,
    ) -> Result<(), LabError> {
        let start = Instant::now();
        while start.elapsed() < limit {
            // Asked for first, since another process may hold the port that this one could not bind.
            if let Some(Ok(Some(status))) = self.child.as_mut().map(Child::try_wait) {
                return Err(LabError::Command {
                    command: self.name.clone(),
                    reason: format!("{status}: {}", self.log()),
                });
            }
            if ready(self) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(30));
        }
        Err(LabError::NotReady {
            name: self.name.clone(),
            address: self.address.to_string(),
            seconds: limit.as_secs(),
            log: self.log(),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            end_group(child.id());
            survivor::leave(child.id());
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Ends what the server has started itself, such as the workers of a forking one: they are of its process group.
/// Until it is waited for, its number can belong to no other. The shell does it, since the standard library has no
/// word for a group.
fn end_group(leader: u32) {
    // A group that has gone already is what was wanted.
    let _ = Command::new("sh")
        .args(["-c", &format!("kill -s KILL -- -{leader}")])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

fn open_log(home: Option<&Path>) -> Result<File, LabError> {
    let Some(home) = home else {
        return tempfile::tempfile().map_err(|source| LabError::File {
            path: std::env::temp_dir(),
            source,
        });
    };
    let path = home.join("server.log");
    File::options()
        .create(true)
        .read(true)
        .append(true)
        .open(&path)
        .map_err(|source| LabError::File { path, source })
}

fn duplicate(log: &File) -> Result<Stdio, LabError> {
    log.try_clone().map(Stdio::from).map_err(|source| LabError::File {
        path: PathBuf::from("server.log"),
        source,
    })
}

/// A socket without a name: nobody can write to it, and it has no end of file.
fn silence() -> Result<Stdio, LabError> {
    let socket = UnixDatagram::unbound().map_err(|source| LabError::File {
        path: PathBuf::from("standard input"),
        source,
    })?;
    Ok(Stdio::from(OwnedFd::from(socket)))
}

/// Reads at a place, never by seeking: the child shares the offset and would write where the reader left it.
fn tail(log: &File) -> String {
    const WORDS: u64 = 1200;
    let end = log.metadata().map_or(0, |meta| meta.len());
    let mut bytes = [0; 1200];
    match log.read_at(&mut bytes, end.saturating_sub(WORDS)) {
        Ok(count) => String::from_utf8_lossy(bytes.get(..count).unwrap_or_default())
            .trim()
            .to_owned(),
        Err(error) => format!("(no log: {error})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn closed_port() -> SocketAddr {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    }

    #[test]
    fn a_chatty_server_is_not_stopped_by_its_own_output() {
        let home = tempfile::tempdir().unwrap();
        let done = home.path().join("done");
        let script = format!(
            "yes chatter | head -c 1000000 >&2; touch {}; sleep 60",
            done.display()
        );
        let server = Server::spawn("chatty", &mut shell(&script), closed_port(), Some(home)).unwrap();
        while !done.exists() {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(server.log().ends_with("chatter"));
    }

    #[test]
    fn a_server_that_ends_at_once_is_quoted() {
        let error = Server::start(
            "short",
            &mut shell("echo no such key >&2; exit 3"),
            closed_port(),
            None,
        );
        assert!(error.unwrap_err().to_string().contains("no such key"));
    }

    #[test]
    fn what_a_server_started_ends_with_it() {
        let home = tempfile::tempdir().unwrap();
        let note = home.path().join("worker");
        let script = format!(
            "sleep 600 & echo $! > {0}.new; mv {0}.new {0}; wait",
            note.display()
        );
        let server = Server::spawn("forking", &mut shell(&script), closed_port(), Some(home)).unwrap();
        while !note.exists() {
            std::thread::sleep(Duration::from_millis(5));
        }
        let worker = std::fs::read_to_string(&note).unwrap();
        drop(server);
        // The signal takes its time, and nobody may be there to bury the worker: gone, or dead and unburied.
        let lives = |stat: String| !stat.contains(") Z ") && !stat.contains(") X ");
        while std::fs::read_to_string(format!("/proc/{}/stat", worker.trim())).is_ok_and(lives) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn standard_input_has_no_end() {
        let mut server =
            Server::spawn("reader", &mut shell("read line; exit 1"), closed_port(), None).unwrap();
        std::thread::sleep(Duration::from_millis(100));
        assert!(server.is_running());
    }
}
