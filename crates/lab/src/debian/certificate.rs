//! The lab's certificate: self-signed, 2048-bit RSA, made once a process.

use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use super::program;
use crate::LabError;

/// The name in the certificate, and the domain that servers with virtual hosts answer for.
pub const HOST: &str = "lab.example";

/// A certificate and its key.
#[derive(Debug, Clone)]
pub(super) struct Certificate {
    /// PEM.
    pub(super) certificate: String,
    /// PEM, without a passphrase.
    pub(super) key: String,
}

static MADE: Mutex<Option<Certificate>> = Mutex::new(None);

/// The process's certificate, made at the first call.
pub(super) fn of_this_process() -> Result<Certificate, LabError> {
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(ready) = made.as_ref() {
        return Ok(ready.clone());
    }
    let fresh = make()?;
    *made = Some(fresh.clone());
    Ok(fresh)
}

fn make() -> Result<Certificate, LabError> {
    let openssl = program::find("openssl")?;
    let names = format!("subjectAltName=DNS:{HOST},DNS:localhost,IP:127.0.0.1,IP:::1");
    let output = Command::new(openssl)
        .args([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256", "-days", "30",
        ])
        .args(["-subj", &format!("/O=Holter lab/CN={HOST}"), "-addext", &names])
        .args(["-keyout", "-", "-out", "-"])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(&error.to_string()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    match text
        .find("-----BEGIN CERTIFICATE-----")
        .and_then(|at| text.split_at_checked(at))
    {
        Some((key, certificate)) if output.status.success() => Ok(Certificate {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
        }),
        _ => Err(failed(&String::from_utf8_lossy(&output.stderr))),
    }
}

fn failed(reason: &str) -> LabError {
    LabError::Command {
        command: "openssl req -x509".to_owned(),
        reason: reason.trim().to_owned(),
    }
}
