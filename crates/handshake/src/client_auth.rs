//! Who the client is, where the peer asks (RFC 5246 sections 7.4.6 and 7.4.8).

mod ecdsa;
mod rsa;

use holter_net::identity::Identity;
use holter_wire::certificate_request::CertificateRequest;
use holter_wire::{SignatureScheme, Version, writer};

use crate::HandshakeError;

/// The body of a Certificate message; without an identity an empty list.
#[must_use]
pub fn certificate(identity: Option<&Identity>) -> Vec<u8> {
    let mut body = Vec::new();
    writer::vec24(&mut body, |out| {
        for certificate in identity.iter().flat_map(|identity| &identity.chain) {
            writer::vec24(out, |out| out.extend_from_slice(certificate));
        }
    });
    body
}

/// The body of a CertificateVerify: the identity's signature over the messages so far.
///
/// # Errors
/// [`HandshakeError::Unsupported`] when the identity's key cannot sign as the version and the peer want it.
pub fn certificate_verify(
    identity: &Identity,
    request: &CertificateRequest,
    version: Version,
    messages: &[u8],
    master: &[u8],
) -> Result<Vec<u8>, HandshakeError> {
    let mut body = Vec::new();
    let signature = if version.rules() >= Version::TLS12 {
        let (scheme, signature) = request
            .schemes
            .iter()
            .find_map(|scheme| Some((*scheme, sign(identity, *scheme, messages)?)))
            .ok_or(HandshakeError::Unsupported(
                "a client certificate's key with the signatures that the peer takes",
            ))?;
        body.extend(scheme.0.to_be_bytes());
        signature
    } else {
        rsa::sign_old(identity, version, messages, master).ok_or(HandshakeError::Unsupported(
            "a client certificate's key other than RSA before TLS 1.2",
        ))?
    };
    writer::vec16(&mut body, |out| out.extend(signature));
    Ok(body)
}

/// The same in TLS 1.3 (RFC 8446 section 4.4.3), over the digest of the messages so far.
///
/// # Errors
/// As [`certificate_verify`].
pub fn certificate_verify_tls13(
    identity: &Identity,
    request: &CertificateRequest,
    digest: &[u8],
) -> Result<Vec<u8>, HandshakeError> {
    const CONTEXT: &[u8] = b"TLS 1.3, client CertificateVerify\0";
    let signed = [&[0x20; 64], CONTEXT, digest].concat();
    let (scheme, signature) = request
        .schemes
        .iter()
        // PKCS#1 v1.5 is for certificates alone.
        .filter(|scheme| !matches!(scheme.0, 0x0401 | 0x0501 | 0x0601))
        .find_map(|scheme| Some((*scheme, sign(identity, *scheme, &signed)?)))
        .ok_or(HandshakeError::Unsupported(
            "a client certificate's key with the signatures that the peer takes",
        ))?;
    let mut body = scheme.0.to_be_bytes().to_vec();
    writer::vec16(&mut body, |out| out.extend(signature));
    Ok(body)
}

/// The body of a Certificate message of TLS 1.3 (RFC 8446 section 4.4.2).
#[must_use]
pub fn certificate_tls13(identity: Option<&Identity>, context: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    writer::vec8(&mut body, |out| out.extend_from_slice(context));
    writer::vec24(&mut body, |out| {
        for certificate in identity.iter().flat_map(|identity| &identity.chain) {
            writer::vec24(out, |out| out.extend_from_slice(certificate));
            writer::vec16(out, |_| ());
        }
    });
    body
}

fn sign(identity: &Identity, scheme: SignatureScheme, messages: &[u8]) -> Option<Vec<u8>> {
    rsa::sign(identity, scheme, messages).or_else(|| ecdsa::sign(identity, scheme, messages))
}
