//! rsyslog with GnuTLS: syslog over TLS.

use std::net::IpAddr;

use super::leash::Stop;
use super::stage::Stage;
use super::{Entry, Service, program};
use crate::LabError;

pub(super) const ENTRY: Entry = Entry {
    name: "rsyslog",
    protocols: &["syslog"],
    needs_root: false,
    start,
};

fn start(address: IpAddr) -> Result<Service, LabError> {
    let mut stage = Stage::set(address)?;
    let port = stage.direct("syslog")?;
    let conf = stage.write(
        "rsyslog.conf",
        &format!(
            "global(workDirectory=\"{home}\" DefaultNetstreamDriver=\"gtls\" DefaultNetstreamDriverCAFile=\"{cert}\"\n    \
             DefaultNetstreamDriverCertFile=\"{cert}\" DefaultNetstreamDriverKeyFile=\"{key}\")\n\
             module(load=\"imtcp\" StreamDriver.Name=\"gtls\" StreamDriver.Mode=\"1\" StreamDriver.AuthMode=\"anon\")\n\
             input(type=\"imtcp\" address=\"{address}\" port=\"{port}\")\n\
             action(type=\"omfile\" file=\"{log}\")\n",
            home = stage.home().display(),
            cert = stage.path("cert.pem"),
            key = stage.path("key.pem"),
            log = stage.path("messages"),
        ),
    )?;
    let mut command = stage.command(program::find("rsyslogd")?);
    command.args(["-n", "-f", &conf, "-i", &stage.path("rsyslogd.pid")]);
    stage.start(ENTRY.name, &mut command, Stop::Term)
}
