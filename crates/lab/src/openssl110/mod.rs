//! DTLS servers on OpenSSL 1.1.0 with heartbeats: one as its authors patched it, one with the two length checks
//! of the fix for CVE-2014-0160 taken out again.
//!
//! The server is the lab's own (`assets/openssl110/dtls_server.c`): OpenSSL's `s_server` serves one client at a
//! time and waits for ever on one that leaves in mid-handshake, as every scanner does.

pub mod build;
mod patches;
pub mod weak;

use std::net::SocketAddr;
use std::process::Command;

use crate::certificate::{Certificate, KeyKind};
use crate::{LabError, Server};

pub use build::{built, is_built};

/// Which of the two builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Variant {
    /// As OpenSSL 1.1.0i is: drops a heartbeat whose padding is short.
    Patched,
    /// Without the length checks: affected by CVE-2014-0160.
    Affected,
}

/// Which DTLS versions the server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DtlsVersion {
    /// DTLS 1.0 alone.
    Dtls1,
    /// DTLS 1.2 alone.
    Dtls1_2,
    /// Both.
    Any,
}

/// What is to be served.
#[derive(Debug, Clone)]
pub struct DtlsServer {
    /// Patched or affected.
    pub variant: Variant,
    /// Where to listen: loopback only.
    pub address: SocketAddr,
    /// Which versions.
    pub version: DtlsVersion,
    /// An OpenSSL cipher string; the library's default if none.
    pub ciphers: Option<String>,
    /// Answers the first ClientHello with a HelloVerifyRequest.
    pub cookie: bool,
    /// Demands a certificate from the client; any will do.
    pub require_client_cert: bool,
    /// Key and certificate; the lab's shared RSA pair if none.
    pub certificate: Option<Certificate>,
}

impl DtlsServer {
    /// A server of both versions, with cookie exchange, as most are met.
    #[must_use]
    pub fn new(variant: Variant, address: SocketAddr) -> Self {
        Self {
            variant,
            address,
            version: DtlsVersion::Any,
            ciphers: None,
            cookie: true,
            require_client_cert: false,
            certificate: None,
        }
    }
}

/// Starts the server, building OpenSSL first when no earlier run has (about a minute), and waits until it listens.
///
/// # Errors
/// What the build can say, and [`LabError::Command`] for an address that is not loopback or a server that ends.
pub fn serve_dtls(wanted: &DtlsServer) -> Result<Server, LabError> {
    let name = format!("OpenSSL 1.1.0 dtls, {:?}", wanted.variant).to_lowercase();
    if !wanted.address.ip().is_loopback() {
        let reason = format!("{} is not loopback", wanted.address.ip());
        return Err(LabError::Command {
            command: name,
            reason,
        });
    }
    let program = built()?.join(match wanted.variant {
        Variant::Patched => build::PATCHED,
        Variant::Affected => build::AFFECTED,
    });
    let certificate = match &wanted.certificate {
        Some(certificate) => certificate.clone(),
        None => Certificate::shared(KeyKind::Rsa)?,
    };
    let mut command = Command::new(program);
    command
        .arg(wanted.address.ip().to_string())
        .arg(wanted.address.port().to_string())
        .arg(&certificate.key)
        .arg(&certificate.chain)
        .arg(match wanted.version {
            DtlsVersion::Dtls1 => "dtls1",
            DtlsVersion::Dtls1_2 => "dtls1_2",
            DtlsVersion::Any => "any",
        })
        .arg(wanted.ciphers.as_deref().unwrap_or("-"))
        .arg(if wanted.cookie { "cookie" } else { "plain" })
        .arg(if wanted.require_client_cert {
            "require"
        } else {
            "anyone"
        });
    Server::spawn(name, &mut command, wanted.address, None)?.wait_for_words("OpenSSL 1.1.0")
}
