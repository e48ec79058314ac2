//! Old Node.js as a server of any protocol: its own old OpenSSL behind TLS and behind every STARTTLS dialect.

pub mod scripts;
pub mod versions;

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use crate::certificate::{Certificate, KeyKind};
use crate::prepared::Prepared;
use crate::{LabError, Server};

pub use scripts::{DIRECT, UPGRADING};
pub use versions::{INSTALLED, NodeVersion, VERSIONS, find, program};

/// What an old Node is to serve.
#[derive(Debug, Clone)]
pub struct NodeServer {
    /// One of [`VERSIONS`], or [`INSTALLED`].
    pub version: String,
    /// Where to listen: loopback, or 0.0.0.0 to answer for all of 127.0.0.0/8. A client that is not on loopback is
    /// cut off before a byte in either case.
    pub address: SocketAddr,
    /// One of [`DIRECT`] or [`UPGRADING`].
    pub protocol: String,
    /// OpenSSL's name for the versions spoken, such as `TLSv1_method` or `SSLv23_method`; Node's default if none.
    pub secure_protocol: Option<String>,
    /// An OpenSSL cipher string; Node's default if none.
    pub ciphers: Option<String>,
    /// Demands a certificate from the client.
    pub request_client_cert: bool,
    /// Command-line flags of Node itself, such as `--enable-ssl3`.
    pub flags: Vec<String>,
    /// Node's own names for what a TLS server may be told, such as `honorCipherOrder`; `dhparam` is a file.
    pub options: serde_json::Map<String, serde_json::Value>,
    /// Speaks HTTP/2 and nothing older; HTTPS alone.
    pub http2: bool,
    /// Keeps what came in plain text behind STARTTLS and takes it for encrypted (CVE-2011-0411).
    pub keeps_plaintext: bool,
    /// The page of HTTPS, the name or banner of the others.
    pub text: Option<String>,
    /// Key and certificate; the lab's shared RSA pair if none.
    pub certificate: Option<Certificate>,
}

impl NodeServer {
    /// A server of `protocol` with everything else at its default.
    #[must_use]
    pub fn new(version: &str, protocol: &str, address: SocketAddr) -> Self {
        Self {
            version: version.to_owned(),
            address,
            protocol: protocol.to_owned(),
            secure_protocol: None,
            ciphers: None,
            request_client_cert: false,
            flags: Vec::new(),
            options: serde_json::Map::new(),
            http2: false,
            keeps_plaintext: false,
            text: None,
            certificate: None,
        }
    }

    fn title(&self) -> String {
        format!("node {} {}", self.version, self.protocol)
    }
}

/// Starts the server and waits until it accepts connections.
///
/// # Errors
/// What fetching Node, making the certificate or starting the process can say; [`LabError::Command`] for an
/// address that is not loopback and for a protocol that no script speaks.
pub fn serve(wanted: &NodeServer) -> Result<Server, LabError> {
    if !wanted.address.ip().is_loopback() && !wanted.address.ip().is_unspecified() {
        return Err(LabError::Command {
            command: wanted.title(),
            reason: format!("{} is not loopback; old servers stay on it", wanted.address.ip()),
        });
    }
    prepare(wanted, Guests::OfThisMachine)?.start()
}

/// Who may talk to an old server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guests {
    /// Loopback alone.
    OfThisMachine,
    /// Whoever shares its network namespace's network: only [`crate::network`] may say so, which leads nowhere else.
    OfItsNetwork,
}

/// The server with its scripts, not yet started.
pub(crate) fn prepare(wanted: &NodeServer, guests: Guests) -> Result<Prepared, LabError> {
    let name = wanted.title();
    let refuse = |reason: String| LabError::Command {
        command: name.clone(),
        reason,
    };
    if !DIRECT.contains(&wanted.protocol.as_str()) && !UPGRADING.contains(&wanted.protocol.as_str()) {
        return Err(refuse(format!(
            "known are {} and {}",
            DIRECT.join(", "),
            UPGRADING.join(", ")
        )));
    }
    let node = program(&wanted.version)?;
    let certificate = match &wanted.certificate {
        Some(certificate) => certificate.clone(),
        None => Certificate::shared(KeyKind::Rsa)?,
    };
    let home = tempfile::Builder::new()
        .prefix("holter-lab-node-")
        .tempdir()
        .map_err(|source| LabError::File {
            path: std::env::temp_dir(),
            source,
        })?;
    scripts::write(home.path())?;
    write_settings(wanted, guests, &certificate, home.path())?;
    let mut command = Command::new(node);
    command
        .args(&wanted.flags)
        .arg(home.path().join("main.js"))
        .current_dir(home.path());
    // A user's Node settings are for another Node.
    command.env_remove("NODE_OPTIONS").env_remove("NODE_PATH");
    Ok(Prepared {
        name,
        command,
        address: wanted.address,
        home,
    })
}

fn write_settings(
    wanted: &NodeServer,
    guests: Guests,
    certificate: &Certificate,
    home: &Path,
) -> Result<(), LabError> {
    let settings = serde_json::json!({
        "serves_its_network": guests == Guests::OfItsNetwork,
        "protocol": wanted.protocol,
        "host": wanted.address.ip().to_string(),
        "port": wanted.address.port(),
        "key": certificate.key,
        "certificate": certificate.chain,
        "secure_protocol": wanted.secure_protocol,
        "ciphers": wanted.ciphers,
        "request_client_cert": wanted.request_client_cert,
        "options": wanted.options,
        "http2": wanted.http2,
        "keeps_plaintext": wanted.keeps_plaintext,
        "text": wanted.text,
    });
    let path = home.join("config.json");
    std::fs::write(&path, settings.to_string()).map_err(|source| LabError::File { path, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_servers_stay_on_loopback() {
        let open = NodeServer::new("0.10.1", "https", "192.0.2.1:8443".parse().unwrap());
        assert!(serve(&open).unwrap_err().to_string().contains("not loopback"));
    }

    #[test]
    fn an_unknown_protocol_names_the_known_ones() {
        let odd = NodeServer::new("0.10.1", "gopher", "127.0.0.1:8443".parse().unwrap());
        assert!(serve(&odd).unwrap_err().to_string().contains("postgres"));
    }
}
