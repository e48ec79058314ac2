//! Real forward proxies from Debian: tinyproxy for HTTP CONNECT, microsocks for SOCKS5.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use crate::error::at;
use crate::ports::free_tcp;
use crate::{LabError, Server};

/// Starts tinyproxy, which lets loopback connect anywhere on loopback.
///
/// # Errors
/// What [`Server::start`] can say.
pub fn http() -> Result<Server, LabError> {
    let address = free_tcp()?;
    let home = tempfile::tempdir().map_err(|source| at(Path::new("a temporary folder"), source))?;
    let config = home.path().join("tinyproxy.conf");
    let text = format!(
        "Port {}\nListen {}\nTimeout 60\nMaxClients 20\nAllow 127.0.0.0/8\nLogLevel Error\n",
        address.port(),
        address.ip()
    );
    std::fs::write(&config, text).map_err(|source| at(&config, source))?;
    let mut command = Command::new("tinyproxy");
    command.arg("-d").arg("-c").arg(&config);
    Server::start("tinyproxy", &mut command, address, Some(home))
}

/// Starts microsocks; with a user and password when `login` is given.
///
/// # Errors
/// What [`Server::start`] can say.
pub fn socks(login: Option<(&str, &str)>) -> Result<Server, LabError> {
    let address: SocketAddr = free_tcp()?;
    let mut command = Command::new("microsocks");
    command.args(["-i", &address.ip().to_string(), "-p", &address.port().to_string()]);
    if let Some((user, password)) = login {
        command.args(["-u", user, "-P", password]);
    }
    Server::start("microsocks", &mut command, address, None)
}
