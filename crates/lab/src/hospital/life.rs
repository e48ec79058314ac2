//! Starts the hospital, asks after it and ends it. The servers outlive the process that starts them.

use std::path::Path;

use super::roster::{Backing, Service, services};
use super::state::State;
use crate::certificate::{Certificate, KeyKind};
use crate::node::{self, NodeServer};
use crate::openssl110::{self, DtlsServer};
use crate::{LabError, Server, openssl3};

/// How the hospital is to be started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Builds OpenSSL 1.1.0 for the DTLS services if no earlier run has, which takes about a minute. Without it
    /// they are started only when the build is there.
    pub with_dtls: bool,
}

/// A service and whether it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The service.
    pub service: Service,
    /// Its process, while it runs.
    pub pid: Option<u32>,
}

/// Starts every service that does not run yet and gives back those that run now. Safe to repeat.
///
/// `folder` keeps the state file and each host's key and certificate, which therefore stay the same from one start
/// to the next.
///
/// # Errors
/// The first server that cannot be started; those before it go on running, and [`down`] ends them.
pub fn up(folder: &Path, options: Options) -> Result<Vec<Status>, LabError> {
    let mut state = State::open(folder)?;
    let dtls = options.with_dtls || openssl110::is_built();
    for service in services()? {
        let running = state.find(service.address, &service.protocol).is_some();
        if !running && (dtls || !service.needs_build()) {
            let certificate = certificate_of(folder, &service)?;
            let server = start(&service, certificate)?;
            state.adopt(server, &service.protocol)?;
        }
    }
    Ok(statuses(&state)?
        .into_iter()
        .filter(|status| status.pid.is_some())
        .collect())
}

/// Ends every service and gives back how many ran.
///
/// # Errors
/// [`LabError::File`] when the state cannot be read or written.
pub fn down(folder: &Path) -> Result<usize, LabError> {
    State::open(folder)?.end_all()
}

/// Every service of the hospital, running or not.
///
/// # Errors
/// [`LabError::File`] when the state cannot be read.
pub fn status(folder: &Path) -> Result<Vec<Status>, LabError> {
    statuses(&State::open(folder)?)
}

fn statuses(state: &State) -> Result<Vec<Status>, LabError> {
    let status = |service: Service| {
        let pid = state
            .find(service.address, &service.protocol)
            .map(|running| running.pid);
        Status { service, pid }
    };
    Ok(services()?.into_iter().map(status).collect())
}

fn start(service: &Service, certificate: Certificate) -> Result<Server, LabError> {
    match &service.server {
        Backing::Node {
            node,
            secure_protocol,
        } => {
            let mut wanted = NodeServer::new(node, &service.protocol, service.address);
            wanted.secure_protocol.clone_from(secure_protocol);
            wanted.text.clone_from(&service.text);
            wanted.certificate = Some(certificate);
            node::serve(&wanted)
        }
        Backing::Openssl3 { openssl3 } => openssl3::serve_with(*openssl3, service.address, &certificate),
        Backing::Openssl110 { openssl110 } => {
            let mut wanted = DtlsServer::new(*openssl110, service.address);
            wanted.certificate = Some(certificate);
            openssl110::serve_dtls(&wanted)
        }
    }
}

/// The host's own key and certificate, made the first time.
fn certificate_of(folder: &Path, service: &Service) -> Result<Certificate, LabError> {
    let home = folder.join("certificates").join(&service.host);
    let there = Certificate::at(&home);
    if there.key.exists() && there.chain.exists() {
        return Ok(there);
    }
    std::fs::create_dir_all(&home).map_err(|source| LabError::File {
        path: home.clone(),
        source,
    })?;
    Certificate::make(&home, &format!("{}.hospital.example", service.host), KeyKind::Rsa)
}
