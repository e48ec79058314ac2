//! OCSP: an answer is bounded, and nobody has authority by accident.

use holter_cert::ocsp::{self, Authority};

/// Reads `data` as a response, and asks about it as a certificate.
pub fn run(data: &[u8]) {
    let (response, _) = ocsp::read(data);
    assert!(response.answers.len() <= 32);
    assert_eq!(response.about(data, data), None);
    assert_ne!(ocsp::authority(data, data), Authority::Issuer);
    let _ = ocsp::request(data, data);
}
