//! HAProxy, which ends TLS in front of web servers: https.

use std::net::{IpAddr, SocketAddr};

use super::leash::Stop;
use super::stage::Stage;
use super::{Entry, Service, program};
use crate::LabError;

pub(super) const ENTRY: Entry = Entry {
    name: "haproxy",
    protocols: &["https"],
    needs_root: false,
    start,
};

fn start(address: IpAddr) -> Result<Service, LabError> {
    let mut stage = Stage::set(address)?;
    let https = SocketAddr::new(address, stage.direct("https")?);
    let both = ["cert.pem", "key.pem"]
        .map(|name| std::fs::read_to_string(stage.home().join(name)).unwrap_or_default())
        .concat();
    let pair = stage.write("pair.pem", &both)?;
    let page = stage.write("page.html", &super::PAGE.repeat(120))?;
    let conf = stage.write(
        "haproxy.cfg",
        &format!(
            "global\n    maxconn 200\n    nbthread 1\n\
             defaults\n    mode http\n    timeout connect 5s\n    timeout client 60s\n    timeout server 60s\n\
             frontend web\n    bind {https} ssl crt {pair}\n    \
             http-request return status 200 content-type text/html file {page}\n"
        ),
    )?;
    let mut command = stage.command(program::find("haproxy")?);
    command.args(["-db", "-f", &conf]);
    stage.start(ENTRY.name, &mut command, Stop::Kill)
}
