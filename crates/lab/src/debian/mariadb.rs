//! MariaDB: TLS after the SSL flag in the client's answer to the greeting.

use std::net::IpAddr;

use super::leash::Stop;
use super::stage::Stage;
use super::{Entry, Service, program};
use crate::LabError;

pub(super) const ENTRY: Entry = Entry {
    name: "mariadb",
    protocols: &["mysql"],
    needs_root: false,
    start,
};

fn start(address: IpAddr) -> Result<Service, LabError> {
    let mut stage = Stage::set(address)?;
    let port = stage.plain("mysql")?;
    let data = format!("--datadir={}", stage.folder("data")?);
    let small = [
        "--innodb-buffer-pool-size=8M",
        "--innodb-log-file-size=4M",
        "--innodb-flush-method=nosync",
    ];
    // It greets only clients whose address some account could have, and which accounts are there at first depends
    // on who made them. Nobody can log in with this one.
    let accounts = stage.write("accounts.sql", "CREATE USER 'lab'@'%' ACCOUNT LOCK;\n")?;
    stage.act_as("mysql")?;
    let mut first = stage.command(program::find("mariadb-install-db")?);
    first
        .args(["--no-defaults", "--skip-test-db", "--skip-name-resolve", &data])
        .args(small);
    stage.prepare(&mut first)?;
    let mut command = stage.command(program::find("mariadbd")?);
    command.args(["--no-defaults", &data]).args(small).args([
        format!("--socket={}", stage.path("mysql.sock")),
        format!("--pid-file={}", stage.path("mysql.pid")),
        format!("--bind-address={address}"),
        format!("--port={port}"),
        format!("--ssl-cert={}", stage.path("cert.pem")),
        format!("--ssl-key={}", stage.path("key.pem")),
        format!("--init-file={accounts}"),
        "--skip-name-resolve".to_owned(),
    ]);
    // What it would save on TERM is thrown away with its folder.
    stage.start(ENTRY.name, &mut command, Stop::Kill)
}
