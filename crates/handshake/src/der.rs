//! The few fields of certificates and private keys that a handshake needs (RFC 5280 section 4.1, RFC 8017 appendix
//! A.1, RFC 5958): found by structure alone, so that a certificate with impossible dates or names still counts.

use asn1_rs::{Any, Class, FromBer as _, Tag};

/// rsaEncryption (RFC 8017 appendix A.1).
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// An RSA public key, its numbers big-endian without leading zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RsaPublic<'a> {
    /// The modulus.
    pub modulus: &'a [u8],
    /// The public exponent.
    pub exponent: &'a [u8],
}

/// What signing with an RSA private key takes.
#[derive(Clone, Copy)]
pub struct RsaPrivate<'a> {
    /// The modulus.
    pub modulus: &'a [u8],
    /// The private exponent.
    pub exponent: &'a [u8],
}

/// The RSA key of a certificate; `None` when it has another one or is no certificate.
#[must_use]
pub fn rsa_public(certificate: &[u8]) -> Option<RsaPublic<'_>> {
    let body = Fields(certificate).sequence()?.sequence()?;
    let mut fields = body;
    // version, which X.509 v1 certificates lack
    if fields.next()?.class() == Class::ContextSpecific {
        fields.next()?;
    }
    // serialNumber stands before: signature, issuer, validity, subject
    for _ in 0..4 {
        fields.next()?;
    }
    let mut key = fields.sequence()?;
    if key.sequence()?.tagged(Tag::Oid)? != RSA {
        return None;
    }
    let (0, bits) = key.tagged(Tag::BitString)?.split_first()? else {
        return None;
    };
    let mut numbers = Fields(bits).sequence()?;
    Some(RsaPublic {
        modulus: numbers.number()?,
        exponent: numbers.number()?,
    })
}

/// The RSA key in a PKCS#1 structure; `None` when it is none.
#[must_use]
pub fn rsa_private_pkcs1(key: &[u8]) -> Option<RsaPrivate<'_>> {
    let mut numbers = Fields(key).sequence()?;
    numbers.tagged(Tag::Integer)?;
    let modulus = numbers.number()?;
    numbers.number()?;
    Some(RsaPrivate {
        modulus,
        exponent: numbers.number()?,
    })
}

/// The RSA key in a PKCS#8 structure; `None` when it holds another one or is none.
#[must_use]
pub fn rsa_private_pkcs8(key: &[u8]) -> Option<RsaPrivate<'_>> {
    let mut fields = Fields(key).sequence()?;
    fields.tagged(Tag::Integer)?;
    if fields.sequence()?.tagged(Tag::Oid)? != RSA {
        return None;
    }
    rsa_private_pkcs1(fields.tagged(Tag::OctetString)?)
}

/// The fields of a structure, one after the other.
#[derive(Clone, Copy)]
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn next(&mut self) -> Option<Any<'a>> {
        let (rest, field) = Any::from_ber(self.0).ok()?;
        self.0 = rest;
        Some(field)
    }

    fn tagged(&mut self, tag: Tag) -> Option<&'a [u8]> {
        let field = self.next()?;
        (field.class() == Class::Universal && field.tag() == tag).then(|| field.as_bytes())
    }

    fn sequence(&mut self) -> Option<Fields<'a>> {
        self.tagged(Tag::Sequence).map(Fields)
    }

    fn number(&mut self) -> Option<&'a [u8]> {
        self.tagged(Tag::Integer).map(crate::power::trimmed)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn hostile_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = (rsa_public(&bytes), rsa_private_pkcs1(&bytes).is_some(), rsa_private_pkcs8(&bytes).is_some());
            let nested = [&[0x30, 0x82, 0, 200, 0x30, 0x80], &bytes[..]].concat();
            let _ = rsa_public(&nested);
        }
    }
}
