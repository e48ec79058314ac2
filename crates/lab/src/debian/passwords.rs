//! Dovecot as the one who knows passwords, for servers that ask it (SASL): no mail of its own.

use std::net::{IpAddr, SocketAddr};

use super::leash::Stop;
use super::stage::Stage;
use super::{Service, program};
use crate::LabError;

/// Somebody who may sign in, and with what.
#[derive(Clone, Copy, Debug)]
pub struct Login<'a> {
    /// The name.
    pub name: &'a str,
    /// The password.
    pub password: &'a str,
}

/// Starts it for one who may sign in; other servers ask it at this address, in Dovecot's own protocol.
pub(super) fn start(address: IpAddr, login: Login<'_>) -> Result<(SocketAddr, Service), LabError> {
    let mut stage = Stage::set(address)?;
    let port = stage.plain("auth")?;
    // It reads them as an account of its own, which may pass through the folder.
    let known = stage.write(
        "passwords",
        &format!("{}:{{PLAIN}}{}\n", login.name, login.password),
    )?;
    let conf = stage.write(
        "dovecot.conf",
        &format!(
            "protocols =\nbase_dir = {run}\nstate_dir = {state}\nlog_path = /dev/stderr\nssl = no\n\
             auth_mechanisms = plain login\nauth_failure_delay = 0\n\
             passdb {{\n  driver = passwd-file\n  args = {known}\n}}\n\
             userdb {{\n  driver = static\n  args = uid=nobody gid=nogroup home={run}\n}}\n\
             service auth {{\n  inet_listener {{\n    address = {address}\n    port = {port}\n  }}\n}}\n",
            run = stage.folder("run")?,
            state = stage.folder("state")?,
        ),
    )?;
    let mut command = stage.command(program::find("dovecot")?);
    command.args(["-F", "-c", &conf]);
    let service = stage.start("dovecot", &mut command, Stop::Kill)?;
    Ok((SocketAddr::new(address, port), service))
}
