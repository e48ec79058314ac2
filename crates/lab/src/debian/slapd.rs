//! OpenLDAP's slapd: ldap with the StartTLS extended operation, and with TLS at once.

use std::net::{IpAddr, SocketAddr};

use super::leash::Stop;
use super::stage::Stage;
use super::{Entry, Service, program};
use crate::LabError;

pub(super) const ENTRY: Entry = Entry {
    name: "slapd",
    protocols: &["ldap", "tls"],
    needs_root: false,
    start,
};

fn start(address: IpAddr) -> Result<Service, LabError> {
    let mut stage = Stage::set(address)?;
    let ldap = SocketAddr::new(address, stage.plain("ldap")?);
    let ldaps = SocketAddr::new(address, stage.direct("tls")?);
    let conf = stage.write(
        "slapd.conf",
        &format!(
            "include /etc/ldap/schema/core.schema\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n\
             pidfile {pid}\nargsfile {args}\nTLSCertificateFile {cert}\nTLSCertificateKeyFile {key}\n\
             database mdb\nsuffix \"dc=lab,dc=example\"\ndirectory {data}\n",
            pid = stage.path("slapd.pid"),
            args = stage.path("slapd.args"),
            cert = stage.path("cert.pem"),
            key = stage.path("key.pem"),
            data = stage.folder("data")?,
        ),
    )?;
    let mut command = stage.command(program::find("slapd")?);
    // A debug level keeps it in the foreground, even the level without messages.
    command.args([
        "-d",
        "0",
        "-f",
        &conf,
        "-h",
        &format!("ldap://{ldap}/ ldaps://{ldaps}/"),
    ]);
    stage.start(ENTRY.name, &mut command, Stop::Term)
}
