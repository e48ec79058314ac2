//! Mosquitto: MQTT over TLS.

use std::net::IpAddr;

use super::leash::Stop;
use super::stage::Stage;
use super::{Entry, Service, program};
use crate::LabError;

pub(super) const ENTRY: Entry = Entry {
    name: "mosquitto",
    protocols: &["mqtt"],
    needs_root: false,
    start,
};

fn start(address: IpAddr) -> Result<Service, LabError> {
    let mut stage = Stage::set(address)?;
    let port = stage.direct("mqtt")?;
    let conf = stage.write(
        "mosquitto.conf",
        &format!(
            "log_dest stderr\npersistence false\nlistener {port} {address}\nallow_anonymous true\n\
             certfile {cert}\nkeyfile {key}\n",
            cert = stage.path("cert.pem"),
            key = stage.path("key.pem"),
        ),
    )?;
    stage.act_as("mosquitto")?;
    let mut command = stage.command(program::find("mosquitto")?);
    command.args(["-c", &conf]);
    stage.start(ENTRY.name, &mut command, Stop::Term)
}
