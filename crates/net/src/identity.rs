//! The client's own certificate, for services that let nobody else finish a handshake.

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
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// What was given for the chain.
    #[error("{0}")]
    Certificate(String),
    /// What was given for the key.
    #[error("{0}")]
    Key(String),
}

impl Identity {
    /// Reads PEM. `key` may be the same text as `certificate`.
    ///
    /// # Errors
    /// Which of them cannot be used, and why.
    pub fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self, IdentityError> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(certificate)
            .collect::<Result<_, _>>()
            .map_err(|error| IdentityError::Certificate(error.to_string()))?;
        if chain.is_empty() {
            let why = "it holds no certificate in PEM form";
            return Err(IdentityError::Certificate(why.to_owned()));
        }
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| {
            IdentityError::Key(match error {
                pem::Error::NoItemsFound => "it holds no private key in PEM form".to_owned(),
                error => error.to_string(),
            })
        })?;
        Ok(Self { chain, key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_to_blame_is_said() {
        let none = Identity::from_pem(b"", b"").map(|_| ());
        assert!(matches!(none, Err(IdentityError::Certificate(_))), "{none:?}");
        let certificate = b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
        let keyless = Identity::from_pem(certificate, certificate).map(|_| ());
        let expected = IdentityError::Key("it holds no private key in PEM form".to_owned());
        assert_eq!(keyless, Err(expected));
    }
}
