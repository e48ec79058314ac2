//! The client's own certificate, for services that let nobody else finish a handshake.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use rustls_pki_types::pem::{self, PemObject as _};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// No chain and no key is longer.
const LONGEST: u64 = 1 << 20;

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
        let bytes = |path: &Path| read(path).map_err(|error| wrong(path, error.to_string()));
        let chain: Vec<_> = CertificateDer::pem_slice_iter(&bytes(certificate)?)
            .collect::<Result<_, _>>()
            .map_err(|error| wrong(certificate, error.to_string()))?;
        if chain.is_empty() {
            return Err(wrong(certificate, "holds no certificate in PEM form".to_owned()));
        }
        let key_der = PrivateKeyDer::from_pem_slice(&bytes(key)?).map_err(|error| match error {
            pem::Error::NoItemsFound => wrong(key, "holds no private key in PEM form".to_owned()),
            error => wrong(key, error.to_string()),
        })?;
        Ok(Self { chain, key: key_der })
    }
}

/// A file, read no further than makes sense: a wrong name may be that of a device without an end.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= LONGEST) {
        return Ok(bytes);
    }
    Err(io::Error::other(format!(
        "it is longer than {} MiB",
        LONGEST >> 20
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_an_end_is_no_certificate() {
        let endless = Path::new("/dev/zero");
        let refused = Identity::from_files(endless, endless).unwrap_err();
        assert_eq!(refused.to_string(), "/dev/zero: it is longer than 1 MiB");
    }
}
