//! Erlang's own TLS, with Debian's Erlang/OTP: it takes part in handshakes that it cannot finish.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use crate::certificate::Certificate;
use crate::error::at;
use crate::{LabError, Server};

const SCRIPT: &str = include_str!("../assets/erlang/server.escript");

/// Starts the server and waits until it has finished a handshake with itself. `everything`: TLS 1.0 to 1.2 with all suites that it knows, those for
/// keys and passwords that both sides know among them.
///
/// # Errors
/// [`LabError::Missing`] without Erlang, and what [`Server::wait_for_words`] can say.
pub fn serve(address: SocketAddr, certificate: &Certificate, everything: bool) -> Result<Server, LabError> {
    let home = tempfile::tempdir().map_err(|source| at(Path::new("a temporary folder"), source))?;
    let script = home.path().join("server.escript");
    std::fs::write(&script, SCRIPT).map_err(|error| at(&script, error))?;
    let mut command = Command::new("escript");
    command
        .arg(&script)
        .arg(address.ip().to_string())
        .arg(address.port().to_string())
        .arg(&certificate.chain)
        .arg(&certificate.key)
        .arg(if everything { "everything" } else { "usual" });
    Server::spawn("escript", &mut command, address, Some(home))?.wait_for_words("it shakes hands")
}
