//! Java's own TLS (JSSE), with Debian's JDK: as it is, or with everything that `jdk.tls.disabledAlgorithms` forbids.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use crate::certificate::{Certificate, KeyKind};
use crate::command::run;
use crate::error::at;
use crate::{LabError, Server};

const SOURCE: &str = include_str!("../assets/java/TlsServer.java");

/// What Java is to serve.
#[derive(Debug, Clone)]
pub struct JavaServer {
    /// Where to listen: loopback only.
    pub address: SocketAddr,
    /// Takes back every restriction, as installations with old devices do.
    pub unrestricted: bool,
    /// Names of protocols with commas between; Java's choice if none.
    pub protocols: Option<String>,
    /// Names of suites with commas between, or `all` that it knows; Java's choice if none.
    pub suites: Option<String>,
    /// Key and certificate; the lab's shared RSA pair if none.
    pub certificate: Option<Certificate>,
}

/// Starts the server and waits until it listens.
///
/// # Errors
/// [`LabError::Missing`] without a JDK, and what [`Server::start`] can say.
pub fn serve(wanted: &JavaServer) -> Result<Server, LabError> {
    let certificate = match &wanted.certificate {
        Some(certificate) => certificate.clone(),
        None => Certificate::shared(KeyKind::Rsa)?,
    };
    let home = tempfile::tempdir().map_err(|source| at(Path::new("a temporary folder"), source))?;
    let (source, store, rules) = (
        home.path().join("TlsServer.java"),
        home.path().join("store.p12"),
        home.path().join("rules.properties"),
    );
    std::fs::write(&source, SOURCE).map_err(|error| at(&source, error))?;
    std::fs::write(
        &rules,
        "jdk.tls.disabledAlgorithms=\njdk.certpath.disabledAlgorithms=\njdk.tls.legacyAlgorithms=\n",
    )
    .map_err(|error| at(&rules, error))?;
    run(Command::new("openssl")
        .args([
            "pkcs12", "-export", "-passout", "pass:lab", "-name", "lab", "-inkey",
        ])
        .arg(&certificate.key)
        .arg("-in")
        .arg(&certificate.chain)
        .arg("-out")
        .arg(&store))?;
    let mut command = Command::new("java");
    // A small machine runs a dozen servers beside it.
    command.args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx96m"]);
    if wanted.unrestricted {
        command.arg(format!("-Djava.security.properties={}", rules.display()));
    }
    command
        .arg(&source)
        .arg(wanted.address.ip().to_string())
        .arg(wanted.address.port().to_string())
        .arg(&store)
        .arg(wanted.protocols.as_deref().unwrap_or("-"))
        .arg(wanted.suites.as_deref().unwrap_or("-"));
    Server::start("java", &mut command, wanted.address, Some(home))
}
