//! nginx: https, and a FHIR server's capability statement behind the same TLS.

use std::net::{IpAddr, SocketAddr};

use super::leash::Stop;
use super::stage::Stage;
use super::{Entry, Service, program};
use crate::LabError;

pub(super) const ENTRY: Entry = Entry {
    name: "nginx",
    protocols: &["https", "fhir"],
    needs_root: false,
    start,
};

const CAPABILITIES: &str = r#"{"resourceType":"CapabilityStatement","status":"active","date":"2026-01-01","kind":"instance","fhirVersion":"4.0.1","format":["json"],"software":{"name":"Holter lab"},"rest":[{"mode":"server"}]}"#;

fn start(address: IpAddr) -> Result<Service, LabError> {
    let mut stage = Stage::set(address)?;
    let https = SocketAddr::new(address, stage.direct("https")?);
    let fhir = SocketAddr::new(address, stage.direct("fhir")?);
    let (cert, key) = (stage.path("cert.pem"), stage.path("key.pem"));
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("    {kind}_temp_path {};\n", stage.path(kind)))
        .concat();
    let conf = stage.write(
        "nginx.conf",
        &format!(
            "daemon off;\nworker_processes 1;\npid {pid};\nerror_log stderr;\nevents {{ worker_connections 256; }}\n\
             http {{\n{temporary}    access_log off;\n    ssl_certificate {cert};\n    ssl_certificate_key {key};\n    \
             ssl_protocols TLSv1.2 TLSv1.3;\n    \
             server {{ listen {https} ssl; location / {{ default_type text/html; return 200 '<h1>Patient portal</h1>{page}'; }} }}\n    \
             server {{ listen {fhir} ssl; location = /metadata {{ default_type application/fhir+json; return 200 '{CAPABILITIES}'; }} }}\n\
             }}\n",
            pid = stage.path("nginx.pid"),
            page = super::PAGE.trim_end().repeat(120),
        ),
    )?;
    let mut command = stage.command(program::find("nginx")?);
    command.args(["-e", "stderr", "-p", &stage.path(""), "-c", &conf]);
    stage.start(ENTRY.name, &mut command, Stop::Term)
}
