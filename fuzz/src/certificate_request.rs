//! A CertificateRequest never grows beyond the bytes that came, under whichever version.

use holter_wire::Version;
use holter_wire::certificate_request::CertificateRequest;

/// Reads `data` as the body of a CertificateRequest.
pub fn run(data: &[u8]) {
    for version in [
        Version::SSL3,
        Version::TLS10,
        Version::TLS12,
        Version::TLS13,
        Version::DTLS12,
    ] {
        let (request, _) = CertificateRequest::read(data, version);
        let bytes = request.types.len() + 2 * request.schemes.len() + 2 * request.authorities;
        assert!(bytes <= data.len());
    }
}
