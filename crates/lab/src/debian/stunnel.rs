//! stunnel: TLS at once around whatever is behind it, here an echo.

use std::net::IpAddr;

use super::leash::Stop;
use super::stage::Stage;
use super::{Entry, Service, program};
use crate::LabError;

pub(super) const ENTRY: Entry = Entry {
    name: "stunnel",
    protocols: &["tls"],
    needs_root: false,
    start,
};

fn start(address: IpAddr) -> Result<Service, LabError> {
    let mut stage = Stage::set(address)?;
    let port = stage.direct("tls")?;
    let conf = stage.write(
        "stunnel.conf",
        &format!(
            "foreground = yes\npid =\nsyslog = no\ndebug = warning\n[echo]\naccept = {address}:{port}\ncert = {cert}\nkey = {key}\n\
             exec = /bin/cat\nexecArgs = cat\n",
            cert = stage.path("cert.pem"),
            key = stage.path("key.pem"),
        ),
    )?;
    let mut command = stage.command(program::find("stunnel4")?);
    command.arg(conf);
    stage.start(ENTRY.name, &mut command, Stop::Term)
}
