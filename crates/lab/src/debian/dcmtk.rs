//! DCMTK's storescp: DICOM over TLS, one process a connection. By itself it listens on every address of the machine
//! and only on IPv4, so socat accepts for it.

use std::net::{IpAddr, SocketAddr};

use super::leash::Stop;
use super::stage::Stage;
use super::{Entry, Service, program};
use crate::LabError;

pub(super) const ENTRY: Entry = Entry {
    name: "dcmtk",
    protocols: &["dicom"],
    needs_root: false,
    start,
};

fn start(address: IpAddr) -> Result<Service, LabError> {
    let mut stage = Stage::set(address)?;
    let door = SocketAddr::new(address, stage.direct("dicom")?);
    let listen = match door {
        SocketAddr::V4(door) => format!("TCP4-LISTEN:{},bind={}", door.port(), door.ip()),
        SocketAddr::V6(door) => format!("TCP6-LISTEN:{},bind=[{}]", door.port(), door.ip()),
    };
    let serve = format!(
        "EXEC:{storescp} --inetd +tls {key} {cert} -ic -od {images},nofork",
        storescp = program::find("storescp")?.display(),
        key = stage.path("key.pem"),
        cert = stage.path("cert.pem"),
        images = stage.folder("images")?,
    );
    let mut command = stage.command(program::find("socat")?);
    command.args([&format!("{listen},reuseaddr,fork,max-children=64"), &serve]);
    stage.start(ENTRY.name, &mut command, Stop::Term)
}
