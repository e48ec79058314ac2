//! vsftpd: ftp with AUTH TLS.

use std::net::IpAddr;

use super::leash::Stop;
use super::stage::Stage;
use super::{Entry, Service, program};
use crate::LabError;

pub(super) const ENTRY: Entry = Entry {
    name: "vsftpd",
    protocols: &["ftp"],
    needs_root: true,
    start,
};

fn start(address: IpAddr) -> Result<Service, LabError> {
    let mut stage = Stage::set(address)?;
    let port = stage.plain("ftp")?;
    let (listen, listen_address) = match address {
        IpAddr::V4(_) => ("listen=YES\nlisten_ipv6=NO", "listen_address"),
        IpAddr::V6(_) => ("listen=NO\nlisten_ipv6=YES", "listen_address6"),
    };
    let empty = stage.folder("empty")?;
    // Without its sandbox and its namespaces: containers forbid what they need.
    let conf = stage.write(
        "vsftpd.conf",
        &format!(
            "background=NO\n{listen}\n{listen_address}={address}\nlisten_port={port}\n\
             anonymous_enable=YES\nno_anon_password=YES\nanon_root={empty}\nsecure_chroot_dir={empty}\n\
             ssl_enable=YES\nallow_anon_ssl=YES\nforce_anon_logins_ssl=YES\nforce_anon_data_ssl=YES\n\
             ssl_tlsv1=YES\nrsa_cert_file={cert}\nrsa_private_key_file={key}\n\
             seccomp_sandbox=NO\nisolate=NO\nisolate_network=NO\nvsftpd_log_file={log}\n",
            cert = stage.path("cert.pem"),
            key = stage.path("key.pem"),
            log = stage.path("vsftpd.log"),
        ),
    )?;
    let mut command = stage.command(program::find("vsftpd")?);
    command.arg(conf);
    stage.start(ENTRY.name, &mut command, Stop::Term)
}
