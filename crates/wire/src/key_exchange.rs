//! The ServerKeyExchange of SSLv3–TLS 1.2: ephemeral parameters (RFC 5246 section 7.4.3, RFC 8422 section 5.4).

use crate::reader::Reader;
use crate::{NamedGroup, Oddity, SignatureScheme, Version};

/// Ephemeral elliptic-curve parameters: a named group and the server's point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EcdheParams<'a> {
    /// The group; a curve that is not named comes out as 0xff00 and its type.
    pub group: NamedGroup,
    /// The server's public point.
    pub point: &'a [u8],
    /// What follows: the signature, for [`read_signature`].
    pub signed: &'a [u8],
}

/// Ephemeral finite-field parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DheParams<'a> {
    /// The prime modulus.
    pub prime: &'a [u8],
    /// The generator.
    pub generator: &'a [u8],
    /// The server's public value.
    pub public: &'a [u8],
    /// What follows: the signature, for [`read_signature`].
    pub signed: &'a [u8],
}

/// The signature over the parameters. Its bytes are not looked at: Holter proves nothing to itself with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Its scheme, which stands there since TLS 1.2 (RFC 5246 section 7.4.3).
    pub scheme: Option<SignatureScheme>,
    /// How many bytes it has.
    pub length: usize,
}

/// Reads what follows the parameters; `None` where nothing does, as in anonymous suites.
#[must_use]
pub fn read_signature(signed: &[u8], version: Version) -> (Option<Signature>, Vec<Oddity>) {
    let mut reader = Reader::new(signed);
    if reader.is_empty() {
        return (None, Vec::new());
    }
    let scheme = match version {
        Version::TLS12 | Version::DTLS12 => reader.u16().map(SignatureScheme),
        _ => None,
    };
    match reader.vec16() {
        Some(signature) => (
            Some(Signature {
                scheme,
                length: signature.len(),
            }),
            match reader.rest().len() {
                0 => Vec::new(),
                more => vec![Oddity::Trailing("the ServerKeyExchange", more)],
            },
        ),
        None => (
            scheme.map(|scheme| Signature {
                scheme: Some(scheme),
                length: 0,
            }),
            vec![Oddity::Truncated("the ServerKeyExchange's signature")],
        ),
    }
}

/// Reads ECDHE parameters.
#[must_use]
pub fn read_ecdhe(body: &[u8]) -> (Option<EcdheParams<'_>>, Vec<Oddity>) {
    const NAMED_CURVE: u8 = 3;
    let mut reader = Reader::new(body);
    match reader.u8() {
        Some(NAMED_CURVE) => {}
        Some(other) => {
            let group = NamedGroup(0xff00 | u16::from(other));
            return (
                Some(EcdheParams {
                    group,
                    point: &[],
                    signed: &[],
                }),
                vec![Oddity::BadValue("a curve's type", other.into())],
            );
        }
        None => return (None, vec![Oddity::Truncated("the ServerKeyExchange")]),
    }
    match (reader.u16(), reader.vec8()) {
        (Some(group), Some(point)) => (
            Some(EcdheParams {
                group: NamedGroup(group),
                point,
                signed: reader.rest(),
            }),
            Vec::new(),
        ),
        _ => (None, vec![Oddity::Truncated("the ServerKeyExchange")]),
    }
}

/// Reads DHE parameters.
#[must_use]
pub fn read_dhe(body: &[u8]) -> (Option<DheParams<'_>>, Vec<Oddity>) {
    let mut reader = Reader::new(body);
    match (reader.vec16(), reader.vec16(), reader.vec16()) {
        (Some(prime), Some(generator), Some(public)) => (
            Some(DheParams {
                prime,
                generator,
                public,
                signed: reader.rest(),
            }),
            Vec::new(),
        ),
        _ => (None, vec![Oddity::Truncated("the ServerKeyExchange")]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_and_short_ones_named() {
        let (params, _) = read_ecdhe(b"\x03\x00\x1d\x02ab\x04\x01");
        assert_eq!(
            params,
            Some(EcdheParams {
                group: NamedGroup::X25519,
                point: b"ab",
                signed: b"\x04\x01",
            })
        );
        let (params, _) = read_dhe(b"\x00\x01\x17\x00\x01\x02\x00\x01\x05sig");
        assert_eq!(
            params,
            Some(DheParams {
                prime: b"\x17",
                generator: b"\x02",
                public: b"\x05",
                signed: b"sig",
            })
        );
        let (params, oddities) = read_ecdhe(b"\x01\x17");
        assert_eq!(params.map(|params| params.group), Some(NamedGroup(0xff01)));
        assert_eq!(oddities, [Oddity::BadValue("a curve's type", 1)]);
        assert_eq!(
            read_dhe(b"\x00\x09").1,
            [Oddity::Truncated("the ServerKeyExchange")]
        );
    }

    #[test]
    fn a_signature_says_its_scheme_since_tls_1_2() {
        let signature = |scheme, length| Some(Signature { scheme, length });
        assert_eq!(
            read_signature(b"\x04\x01\x00\x02ab", Version::TLS12),
            (signature(Some(SignatureScheme::RSA_PKCS1_SHA256), 2), Vec::new())
        );
        assert_eq!(
            read_signature(b"\x00\x02ab", Version::TLS10),
            (signature(None, 2), Vec::new())
        );
        assert_eq!(read_signature(b"", Version::TLS12), (None, Vec::new()));
        assert_eq!(
            read_signature(b"\x04\x01\x00\x09", Version::TLS12).1,
            [Oddity::Truncated("the ServerKeyExchange's signature")]
        );
    }
}
