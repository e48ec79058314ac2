//! Certificate revocation lists (RFC 5280 section 5). They can be large: they are walked through, never unpacked.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fields::{Element, Fields, dotted, tag};
use crate::instant::read_time;
use crate::number::{Number, trimmed};
use crate::signature::{self, Signature};
use crate::verify::{Signed, verify};
use crate::{Oddity, name, parts};

/// What a list says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crl {
    /// Who issued it.
    pub issuer: String,
    /// When it was issued.
    pub this_update: Option<Timestamp>,
    /// When the next one will be there.
    pub next_update: Option<Timestamp>,
    /// Its number, if it has one.
    pub number: Option<Number>,
    /// What it was signed with.
    pub signature: Signature,
    /// How many certificates are on it.
    pub entries: usize,
    /// Whether it tells only what changed, so that absence from it says nothing.
    pub is_delta: bool,
    /// Whether it is about a part of the issuer's certificates only.
    pub is_partial: bool,
}

/// An entry of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoked {
    /// Since when.
    pub at: Option<Timestamp>,
    /// Why, by section 5.3.1's numbers: 1 is a compromised key.
    pub reason: Option<u8>,
}

/// Reads a list's head and counts its entries.
#[must_use]
pub fn read(der: &[u8]) -> (Crl, Vec<Oddity>) {
    let (mut crl, mut oddities) = (Crl::default(), Vec::new());
    let Some(list) = split(der) else {
        return (crl, vec![Oddity::Unreadable("the CRL")]);
    };
    crl.signature = signature::read(list.algorithm);
    crl.issuer = name::read_name(list.issuer).unwrap_or_else(|| {
        oddities.push(Oddity::Unreadable("the issuer"));
        String::new()
    });
    crl.this_update = list.this_update;
    crl.next_update = list.next_update;
    if crl.this_update.is_none() {
        oddities.push(Oddity::Unreadable("thisUpdate"));
    }
    let mut entries = list.entries;
    while entries.take(tag::SEQUENCE).is_some() {
        crl.entries += 1;
    }
    if !entries.0.is_empty() {
        oddities.push(Oddity::Truncated("the CRL's entries"));
    }
    each_extension(list.extensions, |oid, value| match oid {
        "2.5.29.20" => {
            crl.number = Fields(value)
                .take(tag::INTEGER)
                .map(|number| short(number.content))
        }
        "2.5.29.27" => crl.is_delta = true,
        "2.5.29.28" => crl.is_partial = true,
        _ => {}
    });
    (crl, oddities)
}

/// The entry of the certificate with this serial number; `None` when it is not on the list.
#[must_use]
pub fn look_up(der: &[u8], serial: &Number) -> Option<Revoked> {
    let mut entries = split(der)?.entries;
    while let Some(entry) = entries.take(tag::SEQUENCE) {
        let mut entry = entry.fields();
        if entry
            .take(tag::INTEGER)
            .is_none_or(|number| trimmed(number.content) != serial.bytes())
        {
            continue;
        }
        let at = entry.next().and_then(|time| read_time(time.whole));
        let mut reason = None;
        each_extension(entry.take(tag::SEQUENCE), |oid, value| {
            if oid == "2.5.29.21" {
                reason = Fields(value)
                    .take(tag::ENUMERATED)
                    .and_then(|reason| reason.content.first().copied());
            }
        });
        return Some(Revoked { at, reason });
    }
    None
}

/// Whether `issuer`, a certificate in DER, issued this list and signed it.
#[must_use]
pub fn verify_crl(der: &[u8], issuer: &[u8]) -> Signed {
    let (Some(list), (issuer, _)) = (split(der), parts::read(issuer)) else {
        return Signed::Unchecked;
    };
    if list.issuer != issuer.subject {
        return Signed::No;
    }
    verify(issuer.key, list.algorithm, list.signed, list.signature)
}

struct List<'a> {
    signed: &'a [u8],
    algorithm: &'a [u8],
    signature: &'a [u8],
    issuer: &'a [u8],
    this_update: Option<Timestamp>,
    next_update: Option<Timestamp>,
    entries: Fields<'a>,
    extensions: Option<Element<'a>>,
}

fn split(der: &[u8]) -> Option<List<'_>> {
    let mut outer = Fields(der).sequence()?;
    let signed = outer.take(tag::SEQUENCE)?;
    // A list that is cut short still has a head; it is not signed then.
    let algorithm = outer
        .take(tag::SEQUENCE)
        .map_or(&[][..], |algorithm| algorithm.whole);
    let signature = outer.bits().unwrap_or_default();
    let mut fields = signed.fields();
    let _version = fields.take(tag::INTEGER);
    fields.take(tag::SEQUENCE)?;
    let issuer = fields.take(tag::SEQUENCE)?.whole;
    let this_update = fields.next().and_then(|time| read_time(time.whole));
    let next_update = fields
        .take(tag::UTC_TIME)
        .or_else(|| fields.take(tag::GENERALIZED_TIME))
        .and_then(|time| read_time(time.whole));
    let entries = fields.sequence().unwrap_or(Fields(&[]));
    let extensions = fields
        .take_context(0)
        .and_then(|extensions| extensions.fields().take(tag::SEQUENCE));
    Some(List {
        signed: signed.whole,
        algorithm,
        signature,
        issuer,
        this_update,
        next_update,
        entries,
        extensions,
    })
}

fn each_extension(extensions: Option<Element<'_>>, mut each: impl FnMut(&str, &[u8])) {
    let Some(mut list) = extensions.map(|extensions| extensions.fields()) else {
        return;
    };
    while let Some(mut extension) = list.sequence() {
        let oid = extension
            .take(tag::OID)
            .map(|oid| dotted(oid.content))
            .unwrap_or_default();
        let _critical = extension.take(tag::BOOLEAN);
        if let Some(value) = extension.take(tag::OCTET_STRING) {
            each(&oid, value.content);
        }
    }
}

fn short(number: &[u8]) -> Number {
    Number::new(number.get(..32).unwrap_or(number))
}
