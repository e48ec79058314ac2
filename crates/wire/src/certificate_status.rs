//! CertificateStatus: a stapled OCSP response (RFC 6066 section 8). In TLS 1.3 the same body stands in an extension of
//! the leaf's entry (RFC 8446 section 4.4.2.1).

use crate::Oddity;
use crate::reader::Reader;

/// The only status type that was ever used alone.
const OCSP: u8 = 1;

/// Reads a body: the response in DER, not yet looked into.
#[must_use]
pub fn read(body: &[u8]) -> (Option<&[u8]>, Vec<Oddity>) {
    const WHAT: &str = "the CertificateStatus";
    let mut reader = Reader::new(body);
    match reader.u8() {
        Some(OCSP) => {}
        Some(other) => return (None, vec![Oddity::BadValue("a status type", other.into())]),
        None => return (None, vec![Oddity::Truncated(WHAT)]),
    }
    match (reader.vec24(), reader.rest().len()) {
        (Some(response), 0) => (Some(response), Vec::new()),
        (Some(response), more) => (Some(response), vec![Oddity::Trailing(WHAT, more)]),
        (None, _) => (None, vec![Oddity::Truncated(WHAT)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_is_read_and_another_type_named() {
        assert_eq!(read(b"\x01\x00\x00\x03der"), (Some(&b"der"[..]), Vec::new()));
        assert_eq!(read(b"\x02"), (None, vec![Oddity::BadValue("a status type", 2)]));
        assert_eq!(
            read(b"\x01\x00"),
            (None, vec![Oddity::Truncated("the CertificateStatus")])
        );
    }
}
