//! The certificates and answers in this folder, which `make` makes.

use std::path::Path;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

/// A certificate by the name of its file, in DER.
pub(crate) fn der(name: &str) -> Vec<u8> {
    CertificateDer::from_pem_slice(&file(&format!("{name}.pem")))
        .unwrap()
        .to_vec()
}

/// A file.
pub(crate) fn file(name: &str) -> Vec<u8> {
    std::fs::read(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/made")
            .join(name),
    )
    .unwrap()
}
