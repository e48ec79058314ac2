//! lighttpd with `mod_openssl`: https, as small devices have it.

use std::net::IpAddr;

use super::leash::Stop;
use super::stage::Stage;
use super::{Entry, Service, program};
use crate::LabError;

pub(super) const ENTRY: Entry = Entry {
    name: "lighttpd",
    protocols: &["https"],
    needs_root: false,
    start,
};

fn start(address: IpAddr) -> Result<Service, LabError> {
    let mut stage = Stage::set(address)?;
    let port = stage.direct("https")?;
    let pages = stage.folder("pages")?;
    stage.write("pages/index.html", &super::PAGE.repeat(120))?;
    let conf = stage.write(
        "lighttpd.conf",
        &format!(
            "server.modules = ( \"mod_openssl\" )\nserver.document-root = \"{pages}\"\n\
             server.bind = \"{address}\"\nserver.port = {port}\nindex-file.names = ( \"index.html\" )\n\
             mimetype.assign = ( \".html\" => \"text/html\" )\nssl.engine = \"enable\"\n\
             ssl.pemfile = \"{cert}\"\nssl.privkey = \"{key}\"\n",
            cert = stage.path("cert.pem"),
            key = stage.path("key.pem"),
        ),
    )?;
    let mut command = stage.command(program::find("lighttpd")?);
    command.args(["-D", "-f", &conf]);
    stage.start(ENTRY.name, &mut command, Stop::Term)
}
