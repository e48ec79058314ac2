//! The parts of a certificate (RFC 5280 section 4.1), each as it stands in the bytes and none of them understood yet.

use crate::Oddity;
use crate::fields::{Fields, tag};

/// More extensions than any certificate has a use for.
const MOST_EXTENSIONS: usize = 64;

/// What a certificate is made of. A part that is missing is empty.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts<'a> {
    /// All that is signed, with its head.
    pub(crate) signed: &'a [u8],
    /// 1, 2 or 3; `None` when it is written as something else.
    pub(crate) version: Option<u8>,
    /// The serial number's octets.
    pub(crate) serial: &'a [u8],
    /// The signature's algorithm as it stands inside of what is signed, with its head.
    pub(crate) algorithm_inside: &'a [u8],
    /// The issuer's name, with its head.
    pub(crate) issuer: &'a [u8],
    /// notBefore and notAfter.
    pub(crate) validity: &'a [u8],
    /// The subject's name, with its head.
    pub(crate) subject: &'a [u8],
    /// The subject's public key, with its head.
    pub(crate) key: &'a [u8],
    /// Extensions, each with its head.
    pub(crate) extensions: Vec<&'a [u8]>,
    /// The signature's algorithm, with its head.
    pub(crate) algorithm: &'a [u8],
    /// The signature.
    pub(crate) signature: &'a [u8],
}

/// Takes a certificate apart.
pub(crate) fn read(der: &[u8]) -> (Parts<'_>, Vec<Oddity>) {
    let (mut parts, mut oddities) = (Parts::default(), Vec::new());
    let mut outer = Fields(der);
    let Some(certificate) = outer.take(tag::SEQUENCE) else {
        return (parts, vec![Oddity::Truncated("the certificate")]);
    };
    if !outer.0.is_empty() {
        oddities.push(Oddity::Trailing("the certificate", outer.0.len()));
    }
    let mut fields = certificate.fields();
    match fields.take(tag::SEQUENCE) {
        Some(signed) => {
            parts.signed = signed.whole;
            inside(signed.fields(), &mut parts, &mut oddities);
        }
        None => oddities.push(Oddity::Truncated("the signed part")),
    }
    match fields.take(tag::SEQUENCE) {
        Some(algorithm) => parts.algorithm = algorithm.whole,
        None => oddities.push(Oddity::Truncated("the signature algorithm")),
    }
    match fields.bits() {
        Some(signature) => parts.signature = signature,
        None => oddities.push(Oddity::Truncated("the signature")),
    }
    if !parts.algorithm.is_empty() && parts.algorithm != parts.algorithm_inside {
        oddities.push(Oddity::Contradiction("the signature algorithm"));
    }
    (parts, oddities)
}

fn inside<'a>(mut fields: Fields<'a>, parts: &mut Parts<'a>, oddities: &mut Vec<Oddity>) {
    parts.version = match fields.take_context(0) {
        None => Some(1),
        Some(version) => version
            .fields()
            .take(tag::INTEGER)
            .and_then(|number| match number.content {
                [number @ 0..=2] => Some(number + 1),
                _ => None,
            }),
    };
    if parts.version.is_none() {
        oddities.push(Oddity::Unreadable("the version"));
    }
    let Some(serial) = fields.take(tag::INTEGER) else {
        return oddities.push(Oddity::Truncated("the serial number"));
    };
    parts.serial = serial.content;
    let sequences: [(&'static str, &mut &'a [u8]); 5] = [
        ("the signature algorithm inside", &mut parts.algorithm_inside),
        ("the issuer", &mut parts.issuer),
        ("the validity", &mut parts.validity),
        ("the subject", &mut parts.subject),
        ("the public key", &mut parts.key),
    ];
    for (name, part) in sequences {
        let Some(sequence) = fields.take(tag::SEQUENCE) else {
            return oddities.push(Oddity::Truncated(name));
        };
        *part = if name == "the validity" {
            sequence.content
        } else {
            sequence.whole
        };
    }
    // Unique identifiers, [1] and [2], say nothing that anybody uses.
    let _ = (fields.take_context(1), fields.take_context(2));
    if let Some(extensions) = fields.take_context(3) {
        let Some(mut list) = extensions.fields().sequence() else {
            return oddities.push(Oddity::Truncated("the extensions"));
        };
        while let Some(extension) = list.next() {
            if parts.extensions.len() == MOST_EXTENSIONS {
                return oddities.push(Oddity::TooMany("the extensions"));
            }
            parts.extensions.push(extension.whole);
        }
        if !list.0.is_empty() {
            oddities.push(Oddity::Truncated("an extension"));
        }
    }
    if !fields.0.is_empty() {
        oddities.push(Oddity::Trailing("the signed part", fields.0.len()));
    }
}
