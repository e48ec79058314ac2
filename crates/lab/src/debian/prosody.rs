//! Prosody: XMPP for clients and between servers, both with STARTTLS. Its hosts are the lab's name, `localhost` and
//! the address itself, since it turns away every other.

use std::net::IpAddr;

use super::leash::Stop;
use super::stage::Stage;
use super::{Entry, HOST, Service, program};
use crate::LabError;

pub(super) const ENTRY: Entry = Entry {
    name: "prosody",
    protocols: &["xmpp", "xmpp-server"],
    needs_root: false,
    start,
};

fn start(address: IpAddr) -> Result<Service, LabError> {
    let mut stage = Stage::set(address)?;
    let clients = stage.plain("xmpp")?;
    let servers = stage.plain("xmpp-server")?;
    let (cert, key) = (stage.path("cert.pem"), stage.path("key.pem"));
    let hosts: String = [HOST, "localhost", &address.to_string()]
        .map(|host| format!("VirtualHost \"{host}\"\n"))
        .concat();
    let conf = stage.write(
        "prosody.cfg.lua",
        &format!(
            "daemonize = false\npidfile = \"{pid}\"\ndata_path = \"{data}\"\nlog = {{ warn = \"*console\" }}\n\
             modules_enabled = {{ \"tls\", \"saslauth\", \"dialback\", \"disco\", \"ping\" }}\n\
             modules_disabled = {{ \"posix\" }}\nc2s_interfaces = {{ \"{address}\" }}\nc2s_ports = {{ {clients} }}\n\
             s2s_interfaces = {{ \"{address}\" }}\ns2s_ports = {{ {servers} }}\ns2s_direct_tls_ports = {{ }}\n\
             authentication = \"internal_hashed\"\nssl = {{ certificate = \"{cert}\", key = \"{key}\" }}\n{hosts}",
            pid = stage.path("prosody.pid"),
            data = stage.folder("data")?,
        ),
    )?;
    stage.act_as("prosody")?;
    let mut command = stage.command(program::find("prosody")?);
    command.args(["-F", "--config", &conf]);
    stage.start(ENTRY.name, &mut command, Stop::Term)
}
