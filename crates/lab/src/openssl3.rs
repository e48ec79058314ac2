//! Debian's own `openssl s_server`: a current server that never offers heartbeats, in every shape that a check has
//! to cope with. It serves one client at a time.

use std::net::SocketAddr;
use std::process::Command;

use crate::certificate::{Certificate, KeyKind};
use crate::{LabError, Server};

/// What kind of current server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// TLS 1.2 and 1.3, as a distribution sets it up.
    Modern,
    /// TLS 1.3 and nothing else.
    Tls13Only,
    /// TLS 1.2 with forward secrecy only: no RSA key exchange.
    EcdheOnly,
    /// ECDHE with an ECDSA key: no RSA anywhere.
    EcdsaOnly,
    /// TLS 1.2 and 1.3 for clients with a certificate.
    ClientCertificate,
    /// TLS 1.0 and nothing else.
    Tls1Only,
    /// TLS 1.2 with AES-CCM and nothing else, as small devices have it.
    CcmOnly,
}

/// Starts the server on `address` and waits until it listens.
///
/// # Errors
/// What making the certificate and [`Server::start`] can say.
pub fn serve(shape: Shape, address: SocketAddr) -> Result<Server, LabError> {
    let kind = if shape == Shape::EcdsaOnly {
        KeyKind::Ecdsa
    } else {
        KeyKind::Rsa
    };
    serve_with(shape, address, &Certificate::shared(kind)?)
}

/// As [`serve`], with this key and certificate.
///
/// # Errors
/// What [`Server::start`] can say.
pub fn serve_with(shape: Shape, address: SocketAddr, certificate: &Certificate) -> Result<Server, LabError> {
    let mut command = Command::new("openssl");
    command
        .args(["s_server", "-quiet", "-www", "-accept", &address.to_string()])
        .arg("-key")
        .arg(&certificate.key)
        .arg("-cert")
        .arg(&certificate.chain);
    match shape {
        Shape::Modern => &mut command,
        Shape::Tls13Only => command.arg("-tls1_3"),
        Shape::EcdheOnly => command.args(["-tls1_2", "-cipher", "ECDHE+AESGCM:ECDHE+AES"]),
        Shape::EcdsaOnly => command.args(["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"]),
        Shape::ClientCertificate => command.args(["-Verify", "1"]),
        Shape::CcmOnly => command.args(["-tls1_2", "-cipher", "AES128-CCM8:@SECLEVEL=0"]),
        // Level 0 because Debian forbids TLS 1.0 above it.
        Shape::Tls1Only => command.args(["-tls1", "-cipher", "ALL:@SECLEVEL=0"]),
    };
    Server::start(
        format!("openssl s_server, {shape:?}"),
        &mut command,
        address,
        None,
    )
}

/// As [`serve`], with these arguments and no others beside where it listens and what it shows.
///
/// # Errors
/// What [`Server::start`] can say.
pub fn serve_as_told(
    title: String,
    arguments: &[String],
    address: SocketAddr,
    certificate: &Certificate,
) -> Result<Server, LabError> {
    let mut command = Command::new("openssl");
    command
        .args(["s_server", "-quiet", "-accept", &address.to_string()])
        .arg("-key")
        .arg(&certificate.key)
        .arg("-cert")
        .arg(&certificate.chain)
        .args(arguments);
    // It has no page for who asks early.
    if !arguments.iter().any(|argument| argument == "-early_data") {
        command.arg("-www");
    }
    Server::start(title, &mut command, address, None)
}

/// The same over datagrams. It serves one client at a time, and does not go on to the next while one that left without a
/// word may still come back.
///
/// # Errors
/// What [`Server::spawn`] and waiting for its first words can say.
pub fn serve_dtls(
    arguments: &[String],
    address: SocketAddr,
    certificate: &Certificate,
) -> Result<Server, LabError> {
    let mut command = Command::new("openssl");
    command
        .args(["s_server", "-dtls", "-accept", &address.to_string()])
        .arg("-key")
        .arg(&certificate.key)
        .arg("-cert")
        .arg(&certificate.chain)
        .args(arguments);
    Server::spawn("openssl s_server -dtls", &mut command, address, None)?.wait_for_words("ACCEPT")
}
