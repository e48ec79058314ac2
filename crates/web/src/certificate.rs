//! The server's own certificate, made when there is no other: it keeps listeners out, and is known by its fingerprint.

use data_encoding::HEXUPPER;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use sha2::{Digest as _, Sha256};

/// A certificate and its key, in PEM.
#[derive(Clone)]
pub struct OwnCertificate {
    /// The certificate.
    pub certificate: String,
    /// The key, for nobody's eyes.
    pub key: String,
}

impl OwnCertificate {
    /// Makes one for these names and addresses.
    ///
    /// # Errors
    /// When a name is none.
    pub fn make(names: Vec<String>) -> Result<Self, rcgen::Error> {
        let mut params = CertificateParams::new(names)?;
        let mut name = DistinguishedName::new();
        name.push(DnType::CommonName, "Holter");
        params.distinguished_name = name;
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        Ok(Self {
            certificate: params.self_signed(&key)?.pem(),
            key: key.serialize_pem(),
        })
    }
}

/// The SHA-256 fingerprint of a PEM file's first certificate, as browsers show it.
#[must_use]
pub fn fingerprint(pem: &[u8]) -> Option<String> {
    let der = CertificateDer::from_pem_slice(pem).ok()?;
    let digest = Sha256::digest(&der);
    let pairs: Vec<String> = digest.iter().map(|byte| HEXUPPER.encode(&[*byte])).collect();
    Some(pairs.join(":"))
}
