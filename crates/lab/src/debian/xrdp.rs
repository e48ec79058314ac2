//! xrdp: RDP that goes over to TLS after the X.224 connection request.

use std::net::{IpAddr, SocketAddr};

use super::leash::Stop;
use super::stage::Stage;
use super::{Entry, Service, program};
use crate::LabError;

pub(super) const ENTRY: Entry = Entry {
    name: "xrdp",
    protocols: &["rdp"],
    needs_root: false,
    start,
};

fn start(address: IpAddr) -> Result<Service, LabError> {
    let mut stage = Stage::set(address)?;
    let port = stage.plain("rdp")?;
    let listen = match SocketAddr::new(address, port) {
        SocketAddr::V4(door) => format!("tcp://{door}"),
        SocketAddr::V6(door) => format!("tcp6://{{{}}}:{port}", door.ip()),
    };
    let conf = stage.write(
        "xrdp.ini",
        &format!(
            "[Globals]\nini_version=1\nfork=true\nport={listen}\nsecurity_layer=tls\ncrypt_level=high\n\
             certificate={cert}\nkey_file={key}\nssl_protocols=TLSv1.2, TLSv1.3\nmax_bpp=32\n\
             [Logging]\nLogFile={log}\nLogLevel=INFO\nEnableSyslog=false\n\
             [Xorg]\nname=Xorg\nlib=libxup.so\nusername=ask\npassword=ask\nip=127.0.0.1\nport=-1\n",
            cert = stage.path("cert.pem"),
            key = stage.path("key.pem"),
            log = stage.path("xrdp.log"),
        ),
    )?;
    let mut command = stage.command(program::find("xrdp")?);
    command.args(["--nodaemon", "--config", &conf]);
    stage.start(ENTRY.name, &mut command, Stop::Term)
}
