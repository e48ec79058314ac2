//! The ServerKeyExchange of SSLv3–TLS 1.2: ephemeral parameters (RFC 5246 section 7.4.3, RFC 8422 section 5.4).

use crate::reader::Reader;
use crate::{NamedGroup, Oddity};

/// Ephemeral elliptic-curve parameters: a named group and the server's point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EcdheParams<'a> {
    /// The group; a curve that is not named comes out as 0xff00 and its type.
    pub group: NamedGroup,
    /// The server's public point.
    pub point: &'a [u8],
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
}

/// Reads ECDHE parameters. The signature after them is not looked at: Holter proves nothing to itself with it.
#[must_use]
pub fn read_ecdhe(body: &[u8]) -> (Option<EcdheParams<'_>>, Vec<Oddity>) {
    const NAMED_CURVE: u8 = 3;
    let mut reader = Reader::new(body);
    match reader.u8() {
        Some(NAMED_CURVE) => {}
        Some(other) => {
            let group = NamedGroup(0xff00 | u16::from(other));
            return (
                Some(EcdheParams { group, point: &[] }),
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
                point: b"ab"
            })
        );
        let (params, _) = read_dhe(b"\x00\x01\x17\x00\x01\x02\x00\x01\x05sig");
        assert_eq!(
            params,
            Some(DheParams {
                prime: b"\x17",
                generator: b"\x02",
                public: b"\x05"
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
}
