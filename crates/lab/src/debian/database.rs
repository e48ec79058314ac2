//! PostgreSQL as a database to work with, for tests of what Holter remembers: it can be killed and started again with
//! its data. Anybody on this machine may log in, so it holds nothing but tests.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::account::Account;
use super::leash::{Leash, Stop};
use super::program;
use crate::{LabError, Server, ports};

/// A running PostgreSQL. Dropping it ends it and removes its data.
#[derive(Debug)]
pub struct Database {
    running: Option<(Leash, Server)>,
    address: SocketAddr,
    account: Option<Account>,
    home: TempDir,
}

impl Database {
    /// Makes a new cluster and starts it on loopback.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not start.
    pub fn start() -> Result<Self, LabError> {
        let home = tempfile::Builder::new()
            .prefix("holter-lab-")
            .tempdir()
            .map_err(|source| LabError::File {
                path: std::env::temp_dir(),
                source,
            })?;
        let account = Account::named("postgres")?;
        if let Some(account) = account {
            account.take(home.path())?;
        }
        let mut database = Self {
            running: None,
            address: ports::free_tcp()?,
            account,
            home,
        };
        let data = database.data();
        database.run("initdb", |command| {
            command.args(["-D", &data, "-U", "postgres", "-A", "trust", "-E", "UTF8"]);
            command.args(["--no-sync", "--no-instructions"]);
        })?;
        database.start_again()?;
        Ok(database)
    }

    /// Makes an empty database; the URL to open it by.
    ///
    /// # Errors
    /// When there is one of that name.
    pub fn create(&self, name: &str) -> Result<String, LabError> {
        let (host, port) = (self.address.ip().to_string(), self.address.port().to_string());
        self.run("createdb", |command| {
            command.args(["-h", &host, "-p", &port, "-U", "postgres", name]);
        })?;
        Ok(format!("postgres://postgres@{}/{name}", self.address))
    }

    /// Kills it at once, as a machine that loses power does to its processes.
    pub fn kill(&mut self) {
        self.running = None;
    }

    /// Starts it with the data that it has.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_again(&mut self) -> Result<(), LabError> {
        // What a killed server left would make the next one believe that it still runs, where its number lives again.
        let _ = std::fs::remove_file(self.home.path().join("data/postmaster.pid"));
        let mut command = self.command("postgres")?;
        command.args(["-D", &self.data(), "-p", &self.address.port().to_string()]);
        command.args(["-h", &self.address.ip().to_string(), "-k", "", "-F"]);
        let server = Server::start("postgresql", &mut command, self.address, None)?;
        let leash = Leash::tie(&server, Stop::Kill)?;
        self.running = Some((leash, server));
        self.wait()
    }

    /// Its port is open before it lets anybody in: while it reads its log it says that it is starting up.
    fn wait(&self) -> Result<(), LabError> {
        let (host, port) = (self.address.ip().to_string(), self.address.port().to_string());
        let ask = |command: &mut Command| {
            command.args(["-q", "-h", &host, "-p", &port]);
        };
        for _ in 0..3600 {
            if self.run("pg_isready", ask).is_ok() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        self.run("pg_isready", ask)
    }

    fn data(&self) -> String {
        self.home.path().join("data").display().to_string()
    }

    fn command(&self, name: &str) -> Result<Command, LabError> {
        let mut command = Command::new(program::find(name)?);
        if let Some(account) = self.account {
            account.run(&mut command);
        }
        command.current_dir(self.home.path());
        Ok(command)
    }

    fn run(&self, name: &str, arguments: impl FnOnce(&mut Command)) -> Result<(), LabError> {
        let mut command = self.command(name)?;
        arguments(&mut command);
        let failed = |reason: String| LabError::Command {
            command: name.to_owned(),
            reason,
        };
        let output = command.output().map_err(|error| failed(error.to_string()))?;
        if output.status.success() {
            return Ok(());
        }
        Err(failed(String::from_utf8_lossy(&output.stderr).into_owned()))
    }
}
