//! The CertificateRequest of SSLv3–TLS 1.2 (RFC 5246 section 7.4.4): the server wants to know the client.

use crate::reader::Reader;
use crate::{Oddity, SignatureScheme, Version};

/// What the server would accept. Its list of authorities is counted, not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateRequest {
    /// `ClientCertificateType`s: 1 is RSA, 64 ECDSA.
    pub types: Vec<u8>,
    /// Signature schemes; TLS 1.2 only.
    pub schemes: Vec<SignatureScheme>,
    /// How many authorities are named.
    pub authorities: usize,
}

impl CertificateRequest {
    /// Reads a body under the version that was negotiated.
    #[must_use]
    pub fn read(body: &[u8], version: Version) -> (Self, Vec<Oddity>) {
        let mut request = Self::default();
        let mut reader = Reader::new(body);
        let oddities = match request.read_fields(&mut reader, version) {
            Some(()) if reader.is_empty() => Vec::new(),
            Some(()) => vec![Oddity::Trailing("the CertificateRequest", reader.rest().len())],
            None => vec![Oddity::Truncated("the CertificateRequest")],
        };
        (request, oddities)
    }

    fn read_fields(&mut self, reader: &mut Reader<'_>, version: Version) -> Option<()> {
        self.types = reader.vec8()?.to_vec();
        if version == Version::TLS12 || version == Version::DTLS12 {
            let schemes = reader.vec16()?;
            self.schemes = schemes
                .as_chunks::<2>()
                .0
                .iter()
                .map(|code| SignatureScheme(u16::from_be_bytes(*code)))
                .collect();
        }
        let mut authorities = Reader::new(reader.vec16()?);
        while !authorities.is_empty() {
            authorities.vec16()?;
            self.authorities += 1;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_fields_are_read_under_each_version() {
        let (request, oddities) =
            CertificateRequest::read(b"\x02\x01\x40\x00\x05\x00\x03abc", Version::TLS10);
        assert_eq!(
            (request.types, request.authorities, oddities.len()),
            (vec![1, 64], 1, 0)
        );
        let (request, oddities) =
            CertificateRequest::read(b"\x01\x01\x00\x02\x04\x01\x00\x00", Version::TLS12);
        assert_eq!(request.schemes, [SignatureScheme::RSA_PKCS1_SHA256]);
        assert!(oddities.is_empty());
        let (_, oddities) = CertificateRequest::read(b"\x01\x01\x00\x09", Version::TLS12);
        assert_eq!(oddities, [Oddity::Truncated("the CertificateRequest")]);
    }
}
