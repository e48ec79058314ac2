//! A certificate's facts (RFC 5280), each read by itself: one that makes no sense is an oddity and takes no other with it.

pub mod extensions;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

pub use extensions::{Extensions, Names, Validation};

use crate::fields::Fields;
use crate::instant::read_time;
use crate::key::{self, Key};
use crate::number::{Number, hex};
use crate::parts::{self, Parts};
use crate::signature::{self, Signature};
use crate::verify::{self, Signed};
use crate::{Oddity, name};

/// A longer serial number is shown in its first part; RFC 5280 section 4.1.2.2 allows 20 octets.
const LONGEST_SERIAL: usize = 64;

/// What a certificate says, and what was computed of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// X.509's version: 1, 2 or 3.
    pub version: Option<u8>,
    /// The subject's name, as RFC 4514 writes it.
    pub subject: String,
    /// The issuer's name.
    pub issuer: String,
    /// The subject's common name.
    pub common_name: Option<String>,
    /// The serial number, in hexadecimal.
    pub serial: String,
    /// The first moment that it is meant for.
    pub not_before: Option<Timestamp>,
    /// The last moment that it is meant for.
    pub not_after: Option<Timestamp>,
    /// Its key.
    pub key: Key,
    /// What it was signed with.
    pub signature: Signature,
    /// SHA-256 of all of it, in hexadecimal.
    pub sha256: String,
    /// SHA-1 of all of it, as browsers show it beside.
    pub sha1: String,
    /// Whether issuer and subject are the same name.
    pub self_issued: bool,
    /// Whether it was signed with the key that is in it: computed, not believed.
    pub self_signed: Signed,
    /// What its extensions say.
    #[serde(flatten)]
    pub extensions: Extensions,
}

impl Certificate {
    /// Reads a certificate. Whatever the bytes are, there is an answer: what could be read, and what was odd.
    #[must_use]
    pub fn read(der: &[u8]) -> (Self, Vec<Oddity>) {
        let (parts, mut oddities) = parts::read(der);
        let mut certificate = Self {
            version: parts.version,
            sha256: hex(&Sha256::digest(der)),
            sha1: hex(&Sha1::digest(der)),
            serial: serial(&parts, &mut oddities),
            subject: named(parts.subject, "the subject", &mut oddities),
            issuer: named(parts.issuer, "the issuer", &mut oddities),
            common_name: name::attribute(parts.subject, "2.5.4.3"),
            signature: signature::read(parts.algorithm),
            self_issued: !parts.subject.is_empty() && parts.subject == parts.issuer,
            ..Self::default()
        };
        certificate.times(&parts, &mut oddities);
        let (key, odd) = key::read(parts.key);
        certificate.key = key;
        oddities.extend(odd);
        certificate.self_signed = if certificate.self_issued {
            verify::verify(parts.key, parts.algorithm, parts.signed, parts.signature)
        } else {
            Signed::No
        };
        let (extensions, odd) = extensions::read(&parts.extensions);
        certificate.extensions = extensions;
        oddities.extend(odd);
        if parts.version.is_some_and(|version| version < 3) && !parts.extensions.is_empty() {
            oddities.push(Oddity::Contradiction("the version"));
        }
        (certificate, oddities)
    }

    /// Whether it is meant for this moment; `None` when it does not say.
    #[must_use]
    pub fn is_valid_at(&self, moment: Timestamp) -> Option<bool> {
        Some((self.not_before?..=self.not_after?).contains(&moment))
    }

    /// Whether it is meant to sign other certificates. A certificate of version 1 cannot say so; one that signed itself
    /// is taken for a root then.
    #[must_use]
    pub fn is_ca(&self) -> bool {
        self.extensions.is_ca || (self.version.is_some_and(|version| version < 3) && self.self_issued)
    }

    /// The names with a wildcard in them.
    pub fn wildcards(&self) -> impl Iterator<Item = &str> {
        self.extensions
            .names
            .dns
            .iter()
            .map(String::as_str)
            .filter(|name| name.contains('*'))
    }

    fn times(&mut self, parts: &Parts<'_>, oddities: &mut Vec<Oddity>) {
        let mut fields = Fields(parts.validity);
        let mut time = |what| {
            let time = fields.next().and_then(|element| read_time(element.whole));
            if time.is_none() {
                oddities.push(Oddity::Unreadable(what));
            }
            time
        };
        self.not_before = time("notBefore");
        self.not_after = time("notAfter");
        if let (Some(before), Some(after)) = (self.not_before, self.not_after)
            && before > after
        {
            oddities.push(Oddity::Contradiction("the validity"));
        }
    }
}

/// The public key of a certificate as it stands there, with its head (SubjectPublicKeyInfo); `None`: it has none.
#[must_use]
pub fn public_key(der: &[u8]) -> Option<&[u8]> {
    let key = parts::read(der).0.key;
    (!key.is_empty()).then_some(key)
}

/// Whether `der` was signed with the key of `issuer`, a certificate too. Names are not looked at.
#[must_use]
pub fn signed_by(der: &[u8], issuer: &[u8]) -> Signed {
    let ((parts, _), (issuer, _)) = (parts::read(der), parts::read(issuer));
    verify::verify(issuer.key, parts.algorithm, parts.signed, parts.signature)
}

fn serial(parts: &Parts<'_>, oddities: &mut Vec<Oddity>) -> String {
    let serial = parts.serial;
    if serial.first().is_some_and(|first| first & 0x80 != 0) || Number::new(serial) == Number::default() {
        oddities.push(Oddity::Unreadable("the serial number, which must be positive"));
    }
    if serial.len() > LONGEST_SERIAL {
        oddities.push(Oddity::TooMany("the serial number"));
    }
    hex(serial.get(..LONGEST_SERIAL).unwrap_or(serial))
}

fn named(der: &[u8], what: &'static str, oddities: &mut Vec<Oddity>) -> String {
    name::read_name(der).unwrap_or_else(|| {
        oddities.push(Oddity::Unreadable(what));
        String::new()
    })
}
