//! What a server needs before it starts: a private folder with its files, free ports, a certificate.

use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::account::Account;
use super::leash::Stop;
use super::service::{Door, Service};
use super::{certificate, port};
use crate::LabError;

/// A server in preparation.
#[derive(Debug)]
pub(super) struct Stage {
    /// Where its doors are.
    pub(super) address: IpAddr,
    home: TempDir,
    doors: Vec<Door>,
    account: Option<Account>,
}

impl Stage {
    /// A private folder with `cert.pem` and `key.pem`.
    pub(super) fn set(address: IpAddr) -> Result<Self, LabError> {
        let home = tempfile::Builder::new()
            .prefix("holter-lab-")
            .tempdir()
            .map_err(wrap(&std::env::temp_dir()))?;
        // Daemons that give up root still have to pass through it.
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o711)).map_err(wrap(home.path()))?;
        let stage = Self {
            address,
            home,
            doors: Vec::new(),
            account: None,
        };
        let pair = certificate::of_this_process()?;
        stage.write("cert.pem", &pair.certificate)?;
        let key = stage.write("key.pem", &pair.key)?;
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).map_err(wrap(Path::new(&key)))?;
        Ok(stage)
    }

    /// A door where the dialogue begins in plain; gives its port.
    pub(super) fn plain(&mut self, protocol: &'static str) -> Result<u16, LabError> {
        self.door(protocol, false)
    }

    /// A door where TLS begins at once; gives its port.
    pub(super) fn direct(&mut self, protocol: &'static str) -> Result<u16, LabError> {
        self.door(protocol, true)
    }

    /// The folder.
    pub(super) fn home(&self) -> &Path {
        self.home.path()
    }

    /// A path in the folder, as configuration files want it.
    pub(super) fn path(&self, name: &str) -> String {
        self.home.path().join(name).display().to_string()
    }

    /// Writes a file of the folder; gives its path.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<String, LabError> {
        let path = self.home.path().join(name);
        fs::write(&path, text).map_err(wrap(&path))?;
        Ok(self.path(name))
    }

    /// Makes a folder in the folder; gives its path.
    pub(super) fn folder(&self, name: &str) -> Result<String, LabError> {
        let path = self.home.path().join(name);
        fs::create_dir_all(&path).map_err(wrap(&path))?;
        Ok(self.path(name))
    }

    /// From here on commands run as the account, and everything that is now in the folder belongs to it.
    pub(super) fn act_as(&mut self, account: &str) -> Result<(), LabError> {
        self.account = Account::named(account)?;
        self.give_to(account)
    }

    /// Everything that is now in the folder belongs to the account.
    pub(super) fn give_to(&self, account: &str) -> Result<(), LabError> {
        match Account::named(account)? {
            Some(account) => account.take(self.home.path()),
            None => Ok(()),
        }
    }

    /// A command that runs in the folder, as the account.
    pub(super) fn command(&self, program: PathBuf) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.home.path());
        if let Some(account) = self.account {
            account.run(&mut command);
        }
        command
    }

    /// Runs a command to its end: a database's first files.
    pub(super) fn prepare(&self, command: &mut Command) -> Result<(), LabError> {
        let line = command.get_program().to_string_lossy().into_owned();
        let failed = |reason: String| LabError::Command {
            command: line.clone(),
            reason,
        };
        let output = command
            .stdin(Stdio::null())
            .output()
            .map_err(|error| failed(error.to_string()))?;
        if output.status.success() {
            return Ok(());
        }
        let words = [output.stdout, output.stderr].concat();
        Err(failed(String::from_utf8_lossy(&words).trim().to_owned()))
    }

    /// Starts the server and waits for its doors.
    pub(super) fn start(
        self,
        name: &'static str,
        command: &mut Command,
        stop: Stop,
    ) -> Result<Service, LabError> {
        Service::start(name, command, stop, self.doors, self.home)
    }

    fn door(&mut self, protocol: &'static str, direct: bool) -> Result<u16, LabError> {
        let port = port::free(self.address)?;
        self.doors.push(Door {
            protocol,
            address: SocketAddr::new(self.address, port),
            direct,
        });
        Ok(port)
    }
}

fn wrap(path: &Path) -> impl FnOnce(std::io::Error) -> LabError {
    let path = path.to_owned();
    move |source| LabError::File { path, source }
}
