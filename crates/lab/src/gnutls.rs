//! `gnutls-serv`: a real stack that negotiates heartbeats over TLS and DTLS and is not affected.
//!
//! It has no way to bind one address, so it listens on every one of its port; it is current and holds nothing.

use std::net::SocketAddr;
use std::process::Command;

use crate::certificate::{Certificate, KeyKind};
use crate::command::missing;
use crate::{LabError, Server};

/// What gnutls-serv is to serve.
#[derive(Debug, Clone)]
pub struct GnutlsServer {
    /// The address to ask; only its port is used.
    pub address: SocketAddr,
    /// DTLS over UDP.
    pub udp: bool,
    /// Offers heartbeats.
    pub heartbeat: bool,
    /// A GnuTLS priority string; see [`only`].
    pub priority: Option<String>,
    /// Demands a certificate from the client.
    pub require_client_cert: bool,
    /// Key and certificate; the lab's shared RSA pair if none.
    pub certificate: Option<Certificate>,
}

impl GnutlsServer {
    /// A TLS server with heartbeats.
    #[must_use]
    pub fn tls(address: SocketAddr) -> Self {
        Self {
            address,
            udp: false,
            heartbeat: true,
            priority: None,
            require_client_cert: false,
            certificate: None,
        }
    }

    /// A DTLS server with heartbeats.
    #[must_use]
    pub fn dtls(address: SocketAddr) -> Self {
        Self {
            udp: true,
            ..Self::tls(address)
        }
    }
}

/// The priority string for one protocol version, named as GnuTLS does: `TLS1.0` … `TLS1.3`, `DTLS1.0`, `DTLS1.2`.
#[must_use]
pub fn only(version: &str) -> String {
    format!("NORMAL:-VERS-ALL:+VERS-{version}:+RSA:+SHA1:+SIGN-RSA-SHA1:%VERIFY_ALLOW_SIGN_WITH_SHA1")
}

/// Starts gnutls-serv and waits until it listens.
///
/// # Errors
/// [`LabError::Missing`] when it is not installed, and what [`Server::start`] can say.
pub fn serve(wanted: &GnutlsServer) -> Result<Server, LabError> {
    let certificate = match &wanted.certificate {
        Some(certificate) => certificate.clone(),
        None => Certificate::shared(KeyKind::Rsa)?,
    };
    let mut command = Command::new("gnutls-serv");
    command
        .arg(format!("--port={}", wanted.address.port()))
        .arg(format!("--x509keyfile={}", certificate.key.display()))
        .arg(format!("--x509certfile={}", certificate.chain.display()));
    if wanted.heartbeat {
        command.arg("--heartbeat");
    }
    command.arg(if wanted.require_client_cert {
        "--require-client-cert"
    } else {
        "--disable-client-cert"
    });
    if let Some(priority) = &wanted.priority {
        command.arg(format!("--priority={priority}"));
    }
    if Command::new("gnutls-serv").arg("--version").output().is_err() {
        return Err(missing("gnutls-serv"));
    }
    if wanted.udp {
        command.args(["--udp", "--echo", "--mtu=1400"]);
        return Server::spawn("gnutls-serv dtls", &mut command, wanted.address, None)?.wait_for_words("done");
    }
    command.arg("--http");
    Server::start("gnutls-serv", &mut command, wanted.address, None)
}
