//! PostgreSQL 15: TLS after an SSLRequest. It refuses root, so it runs as its own account.

use std::net::IpAddr;

use super::leash::Stop;
use super::stage::Stage;
use super::{Entry, Service, program};
use crate::LabError;

pub(super) const ENTRY: Entry = Entry {
    name: "postgresql",
    protocols: &["postgres"],
    needs_root: false,
    start,
};

fn start(address: IpAddr) -> Result<Service, LabError> {
    let mut stage = Stage::set(address)?;
    let port = stage.plain("postgres")?;
    let data = stage.folder("data")?;
    stage.act_as("postgres")?;
    let mut first = stage.command(program::find("initdb")?);
    // Nobody is to log in: what the lab is for happens before.
    first.args([
        "-D",
        &data,
        "-U",
        "postgres",
        "-A",
        "reject",
        "--no-sync",
        "--no-instructions",
    ]);
    stage.prepare(&mut first)?;
    let mut command = stage.command(program::find("postgres")?);
    command.args([
        "-D",
        &data,
        "-p",
        &port.to_string(),
        "-h",
        &address.to_string(),
        "-k",
        "",
        "-F",
    ]);
    for setting in [
        "ssl=on".to_owned(),
        format!("ssl_cert_file={}", stage.path("cert.pem")),
        format!("ssl_key_file={}", stage.path("key.pem")),
        "shared_buffers=1MB".to_owned(),
    ] {
        command.args(["-c", &setting]);
    }
    // TERM waits until the last client has left.
    stage.start(ENTRY.name, &mut command, Stop::Int)
}
