//! Apache httpd with `mod_ssl`, which also compresses what it serves: https.

use std::net::{IpAddr, SocketAddr};

use super::leash::Stop;
use super::stage::Stage;
use super::{Entry, Service, program};
use crate::LabError;

pub(super) const ENTRY: Entry = Entry {
    name: "apache",
    protocols: &["https"],
    needs_root: false,
    start,
};

fn start(address: IpAddr) -> Result<Service, LabError> {
    let mut stage = Stage::set(address)?;
    let https = SocketAddr::new(address, stage.direct("https")?);
    let pages = stage.folder("pages")?;
    stage.write("pages/index.html", &super::PAGE.repeat(120))?;
    // A module by its name here is a file by that name there.
    let modules: String = [
        "mpm_event",
        "authz_core",
        "dir",
        "mime",
        "filter",
        "deflate",
        "ssl",
    ]
    .map(|name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"))
    .concat();
    let conf = stage.write(
        "apache.conf",
        &format!(
            "{modules}ServerRoot {home}\nServerName lab.example\nPidFile {home}/apache.pid\nDefaultRuntimeDir {home}\n\
             ErrorLog {home}/error.log\nListen {https}\nServerLimit 1\nStartServers 1\nThreadsPerChild 25\nMaxRequestWorkers 25\n\
             TypesConfig /dev/null\nAddType text/html .html\nDirectoryIndex index.html\nDocumentRoot {pages}\n\
             AddOutputFilterByType DEFLATE text/html\n\
             <Directory {pages}>\nRequire all granted\n</Directory>\n\
             SSLEngine on\nSSLCertificateFile {home}/cert.pem\nSSLCertificateKeyFile {home}/key.pem\n",
            home = stage.home().display(),
        ),
    )?;
    // As root it serves as another, who must get at the pages.
    stage.act_as("www-data")?;
    let mut command = stage.command(program::find("apache2")?);
    command.args(["-D", "FOREGROUND", "-f", &conf]);
    stage.start(ENTRY.name, &mut command, Stop::Term)
}
