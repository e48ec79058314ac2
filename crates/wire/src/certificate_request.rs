//! The CertificateRequest (RFC 5246 section 7.4.4, RFC 8446 section 4.3.2): the server wants to know the client.

use crate::reader::Reader;
use crate::{ExtensionType, Oddity, SignatureScheme, Version, extension};

/// What the server would accept. Its list of authorities is counted, not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateRequest {
    /// `ClientCertificateType`s: 1 is RSA, 64 ECDSA; up to TLS 1.2.
    pub types: Vec<u8>,
    /// Signature schemes; since TLS 1.2.
    pub schemes: Vec<SignatureScheme>,
    /// How many authorities are named.
    pub authorities: usize,
    /// TLS 1.3: what the answer must say again.
    pub context: Vec<u8>,
}

/// certificate_authorities (RFC 8446 section 4.2.4).
const AUTHORITIES: ExtensionType = ExtensionType(47);

impl CertificateRequest {
    /// Reads a body under the version that was negotiated.
    #[must_use]
    pub fn read(body: &[u8], version: Version) -> (Self, Vec<Oddity>) {
        let mut request = Self::default();
        let mut reader = Reader::new(body);
        let mut oddities = Vec::new();
        let fields = if version == Version::TLS13 {
            request.read_extensions(&mut reader, &mut oddities)
        } else {
            request.read_fields(&mut reader, version)
        };
        oddities.extend(match fields {
            Some(()) if reader.is_empty() => Vec::new(),
            Some(()) => vec![Oddity::Trailing("the CertificateRequest", reader.rest().len())],
            None => vec![Oddity::Truncated("the CertificateRequest")],
        });
        (request, oddities)
    }

    fn read_fields(&mut self, reader: &mut Reader<'_>, version: Version) -> Option<()> {
        self.types = reader.vec8()?.to_vec();
        if version == Version::TLS12 || version == Version::DTLS12 {
            self.schemes = schemes(reader.vec16()?);
        }
        self.authorities = count(reader.vec16()?)?;
        Some(())
    }

    fn read_extensions(&mut self, reader: &mut Reader<'_>, oddities: &mut Vec<Oddity>) -> Option<()> {
        self.context = reader.vec8()?.to_vec();
        for extension in extension::read_list(reader, "the CertificateRequest's extensions", oddities) {
            let mut body = Reader::new(&extension.body);
            match extension.kind {
                ExtensionType::SIGNATURE_ALGORITHMS => self.schemes = schemes(body.vec16()?),
                AUTHORITIES => self.authorities = count(body.vec16()?)?,
                _ => {}
            }
        }
        Some(())
    }
}

fn schemes(codes: &[u8]) -> Vec<SignatureScheme> {
    codes
        .as_chunks::<2>()
        .0
        .iter()
        .map(|code| SignatureScheme(u16::from_be_bytes(*code)))
        .collect()
}

fn count(authorities: &[u8]) -> Option<usize> {
    let mut reader = Reader::new(authorities);
    let mut count = 0;
    while !reader.is_empty() {
        reader.vec16()?;
        count += 1;
    }
    Some(count)
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
        let (request, oddities) =
            CertificateRequest::read(b"\x01c\x00\x08\x00\x0d\x00\x04\x00\x02\x04\x03", Version::TLS13);
        assert_eq!(request.schemes, [SignatureScheme::ECDSA_SECP256R1_SHA256]);
        assert_eq!((request.context.as_slice(), oddities.len()), (&b"c"[..], 0));
        let (_, oddities) = CertificateRequest::read(b"\x01\x01\x00\x09", Version::TLS12);
        assert_eq!(oddities, [Oddity::Truncated("the CertificateRequest")]);
    }
}
