//! The client's own certificate, for services that let nobody else finish a handshake.

use std::path::{Path, PathBuf};

use rustls_pki_types::pem::{self, PemObject as _};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// A certificate chain, leaf first, and its private key.
#[derive(Debug)]
pub struct Identity {
    /// The chain, leaf first.
    pub chain: Vec<CertificateDer<'static>>,
    /// The key of the leaf.
    pub key: PrivateKeyDer<'static>,
}

/// Why a client certificate cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {what}")]
pub struct IdentityError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub what: String,
}

impl Identity {
    /// Reads PEM files. `key` may be the same file as `certificate`.
    ///
    /// # Errors
    /// Which file cannot be used, and why.
    pub fn from_files(certificate: &Path, key: &Path) -> Result<Self, IdentityError> {
        let wrong = |path: &Path, what: String| IdentityError {
            path: path.to_owned(),
            what,
        };
        let chain: Vec<_> = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect)
            .map_err(|error| wrong(certificate, error.to_string()))?;
        if chain.is_empty() {
            return Err(wrong(certificate, "holds no certificate in PEM form".to_owned()));
        }
        let key_der = PrivateKeyDer::from_pem_file(key).map_err(|error| match error {
            pem::Error::NoItemsFound => wrong(key, "holds no private key in PEM form".to_owned()),
            error => wrong(key, error.to_string()),
        })?;
        Ok(Self { chain, key: key_der })
    }
}
