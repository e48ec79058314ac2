//! InspIRCd: irc with STARTTLS, and with TLS at once.

use std::net::IpAddr;

use super::leash::Stop;
use super::stage::Stage;
use super::{Entry, HOST, Service, program};
use crate::LabError;

pub(super) const ENTRY: Entry = Entry {
    name: "inspircd",
    protocols: &["irc", "tls"],
    needs_root: false,
    start,
};

fn start(address: IpAddr) -> Result<Service, LabError> {
    let mut stage = Stage::set(address)?;
    let plain = stage.plain("irc")?;
    let direct = stage.direct("tls")?;
    let conf = stage.write(
        "inspircd.conf",
        &format!(
            "<server name=\"irc.{HOST}\" description=\"lab\" network=\"lab\">\n\
             <admin name=\"lab\" nick=\"lab\" email=\"lab@{HOST}\">\n\
             <module name=\"ssl_gnutls\">\n<module name=\"starttls\">\n\
             <sslprofile name=\"lab\" provider=\"gnutls\" certfile=\"{cert}\" keyfile=\"{key}\">\n\
             <bind address=\"{address}\" port=\"{plain}\" type=\"clients\">\n\
             <bind address=\"{address}\" port=\"{direct}\" type=\"clients\" sslprofile=\"lab\">\n\
             <starttls sslprofile=\"lab\">\n<connect allow=\"*\" resolvehostnames=\"no\">\n\
             <pid file=\"{pid}\">\n<path datadir=\"{home}\" logdir=\"{home}\" configdir=\"{home}\">\n\
             <dns server=\"127.0.0.1\">\n",
            cert = stage.path("cert.pem"),
            key = stage.path("key.pem"),
            pid = stage.path("inspircd.pid"),
            home = stage.home().display(),
        ),
    )?;
    stage.act_as("irc")?;
    let mut command = stage.command(program::find("inspircd")?);
    command.args(["--nofork", "--nolog", "--config", &conf]);
    stage.start(ENTRY.name, &mut command, Stop::Term)
}
