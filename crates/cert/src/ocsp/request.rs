//! A question to an OCSP responder (RFC 6960 section 4.1.1), for whoever allows third parties to be asked.

use sha1::Sha1;
use sha2::Digest as _;

use crate::tlv::{element, sequence};
use crate::{key, parts};

/// SHA-1 as an AlgorithmIdentifier. It only names the certificate, and every responder understands it.
const SHA1: &[u8] = &[0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00];

/// An OCSPRequest about `certificate`, which `issuer` issued; both in DER. `None` when one of them cannot be read. There
/// is no nonce: responders answer from a cache, and who asks with one is refused by many.
#[must_use]
pub fn request(certificate: &[u8], issuer: &[u8]) -> Option<Vec<u8>> {
    let ((certificate, _), (issuer, _)) = (parts::read(certificate), parts::read(issuer));
    let key = key::parted(issuer.key)?;
    if certificate.serial.is_empty() || certificate.issuer.is_empty() {
        return None;
    }
    let id = sequence(&[
        SHA1,
        &element(0x04, &[&Sha1::digest(certificate.issuer)]),
        &element(0x04, &[&Sha1::digest(key.octets)]),
        &element(0x02, &[certificate.serial]),
    ]);
    let list = sequence(&[&sequence(&[&id])]);
    Some(sequence(&[&sequence(&[&list])]))
}
