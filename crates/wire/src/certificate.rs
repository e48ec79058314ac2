//! The Certificate message: a chain of DER certificates, not yet looked into.

use crate::Oddity;
use crate::extension::{self, Extension};
use crate::reader::Reader;

/// A chain longer than this has no reason.
const MOST: usize = 64;

/// Reads the chain of SSLv3–TLS 1.2 (RFC 5246 section 7.4.2), leaf first.
#[must_use]
pub fn read(body: &[u8]) -> (Vec<&[u8]>, Vec<Oddity>) {
    chain(Reader::new(body), false)
}

/// Reads the chain of TLS 1.3 (RFC 8446 section 4.4.2), whose entries carry extensions.
#[must_use]
pub fn read_tls13(body: &[u8]) -> (Vec<&[u8]>, Vec<Oddity>) {
    let mut reader = Reader::new(body);
    if reader.vec8().is_none() {
        return (
            Vec::new(),
            vec![Oddity::Truncated("the certificate request context")],
        );
    }
    chain(reader, true)
}

/// The extensions of the first entry of TLS 1.3's form: a stapled OCSP response and timestamps stand there.
#[must_use]
pub fn read_tls13_leaf_extensions(body: &[u8]) -> (Vec<Extension>, Vec<Oddity>) {
    let mut oddities = Vec::new();
    let mut reader = Reader::new(body);
    let entry = reader
        .vec8()
        .and_then(|_| reader.vec24())
        .map(Reader::new)
        .and_then(|mut entry| entry.vec24().map(|_| entry));
    let Some(mut entry) = entry else {
        return (Vec::new(), vec![Oddity::Truncated("a certificate's extensions")]);
    };
    let extensions = extension::read_list(&mut entry, "a certificate's extensions", &mut oddities);
    (extensions, oddities)
}

fn chain(mut reader: Reader<'_>, with_extensions: bool) -> (Vec<&[u8]>, Vec<Oddity>) {
    let (mut chain, mut oddities) = (Vec::new(), Vec::new());
    let Some(list) = reader.vec24() else {
        return (chain, vec![Oddity::Truncated("the certificate list")]);
    };
    if !reader.is_empty() {
        oddities.push(Oddity::Trailing("the certificate list", reader.rest().len()));
    }
    let mut list = Reader::new(list);
    while !list.is_empty() {
        if chain.len() == MOST {
            oddities.push(Oddity::TooMany("the certificate list"));
            break;
        }
        let Some(certificate) = list.vec24() else {
            oddities.push(Oddity::Truncated("a certificate"));
            break;
        };
        chain.push(certificate);
        if with_extensions && list.vec16().is_none() {
            oddities.push(Oddity::Truncated("a certificate's extensions"));
            break;
        }
    }
    (chain, oddities)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::writer;

    #[test]
    fn a_chain_is_read_in_order_and_a_cut_one_as_far_as_it_goes() {
        let mut body = Vec::new();
        writer::vec24(&mut body, |out| {
            writer::vec24(out, |out| out.extend(b"leaf"));
            writer::vec24(out, |out| out.extend(b"issuer"));
        });
        assert_eq!(read(&body), (vec![&b"leaf"[..], b"issuer"], Vec::new()));
        let cut = body.get_mut(11).unwrap();
        *cut = 0xff;
        let (chain, oddities) = read(&body);
        assert_eq!(chain.len(), 1);
        assert_eq!(oddities, [Oddity::Truncated("a certificate")]);
    }
}
