//! DCMTK's storescp: DICOM over TLS.

use std::net::IpAddr;

use super::leash::Stop;
use super::stage::Stage;
use super::{Entry, Service, program};
use crate::LabError;

pub(super) const ENTRY: Entry = Entry {
    name: "dcmtk",
    protocols: &["dicom"],
    start,
};

fn start(address: IpAddr) -> Result<Service, LabError> {
    let mut stage = Stage::set(address)?;
    let port = stage.direct("dicom")?.to_string();
    let mut command = stage.command(program::find("storescp")?);
    command.args([
        "+tls",
        &stage.path("key.pem"),
        &stage.path("cert.pem"),
        "-ic",
        "-od",
        &stage.folder("images")?,
        &port,
    ]);
    stage.start(ENTRY.name, &mut command, Stop::Term)
}
