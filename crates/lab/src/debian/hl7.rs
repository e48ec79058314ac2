//! The MLLP receiver of the Python package hl7: HL7 v2 over TLS, with a real acknowledgement to each message.

use std::net::IpAddr;

use super::leash::Stop;
use super::stage::Stage;
use super::{Entry, Service, program};
use crate::LabError;

pub(super) const ENTRY: Entry = Entry {
    name: "hl7",
    protocols: &["mllp"],
    needs_root: false,
    start,
};

fn start(address: IpAddr) -> Result<Service, LabError> {
    let mut stage = Stage::set(address)?;
    let port = stage.direct("mllp")?.to_string();
    let script = stage.write("receiver.py", include_str!("hl7.py"))?;
    let mut command = stage.command(program::cached("python/bin/python3")?);
    command.args([
        &script,
        &address.to_string(),
        &port,
        &stage.path("cert.pem"),
        &stage.path("key.pem"),
    ]);
    stage.start(ENTRY.name, &mut command, Stop::Term)
}
