//! Keys and self-signed certificates for lab servers, made by the openssl program when they are needed.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::run;
use crate::{LabError, cache};

/// A private key and its certificate, as PEM files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The private key.
    pub key: PathBuf,
    /// The certificate, self-signed.
    pub chain: PathBuf,
}

/// What kind of key a certificate has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA, 2,048 bits: every suite that a 2012 server knows.
    Rsa,
    /// ECDSA on P-256: only ECDHE-ECDSA suites, or TLS 1.3.
    Ecdsa,
}

impl Certificate {
    /// Makes a new key and certificate for `host` in `folder`. Signed with SHA-256, which OpenSSL 1.0.0 knows too.
    ///
    /// # Errors
    /// [`LabError::Missing`] without the openssl program, [`LabError::Command`] when it fails.
    pub fn make(folder: &Path, host: &str, kind: KeyKind) -> Result<Self, LabError> {
        let certificate = Self::at(folder);
        let mut openssl = Command::new("openssl");
        openssl.args(["req", "-x509", "-nodes", "-sha256", "-days", "3650", "-newkey"]);
        match kind {
            KeyKind::Rsa => openssl.arg("rsa:2048"),
            KeyKind::Ecdsa => openssl.args(["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]),
        };
        openssl
            .args(["-subj", &format!("/O=Holter lab/CN={host}")])
            .args(["-addext", &format!("subjectAltName=DNS:{host}")])
            .arg("-keyout")
            .arg(&certificate.key)
            .arg("-out")
            .arg(&certificate.chain);
        run(&mut openssl)?;
        Ok(certificate)
    }

    /// A certificate for `server.holter.example` that every test may share: making RSA keys is slow.
    ///
    /// # Errors
    /// As [`Certificate::make`].
    pub fn shared(kind: KeyKind) -> Result<Self, LabError> {
        let name = match kind {
            KeyKind::Rsa => "certificate-rsa",
            KeyKind::Ecdsa => "certificate-ecdsa",
        };
        let folder = cache::obtain(name, |folder| {
            Self::make(folder, "server.holter.example", kind).map(|_| ())
        })?;
        Ok(Self::at(&folder))
    }

    /// The pair that [`Certificate::make`] wrote, or will write, in `folder`.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self {
            key: folder.join("key.pem"),
            chain: folder.join("certificate.pem"),
        }
    }
}

/// Writes the certificate of a management controller, self-signed, in DER: named as those
/// that iLO makes for itself.
pub(crate) fn of_a_controller(folder: &Path) -> Result<PathBuf, LabError> {
    let certificate = folder.join("controller.der");
    let mut openssl = Command::new("openssl");
    openssl
        .args([
            "req", "-x509", "-nodes", "-sha256", "-days", "3650", "-newkey", "rsa:2048",
        ])
        .args([
            "-subj",
            "/C=US/ST=Texas/L=Houston/O=Hewlett-Packard Company/OU=ISS/CN=ILOLAB0001",
        ])
        .args(["-outform", "DER", "-keyout"])
        .arg(folder.join("controller.key"))
        .arg("-out")
        .arg(&certificate);
    run(&mut openssl)?;
    Ok(certificate)
}
