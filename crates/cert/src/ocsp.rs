//! OCSP responses (RFC 6960 section 4.2), stapled to a handshake or fetched: what they say, of what, and who says it.

pub mod request;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

pub use request::request;

use crate::fields::{Fields, dotted, tag};
use crate::instant::read_time;
use crate::number::{Number, hex};
use crate::signature::{self, Hash, Signature};
use crate::verify::{Signed, verify};
use crate::{Certificate, Oddity, Sct, name, parts, sct};

/// Answers past this number are passed over: a stapled response has one.
const MOST: usize = 32;

/// Certificates that a responder may send along.
const MOST_CERTIFICATES: usize = 8;

/// What a response says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// How asking ended.
    pub status: Status,
    /// Who answers.
    pub responder: Option<Responder>,
    /// When the answer was made.
    pub produced_at: Option<Timestamp>,
    /// What it was signed with.
    pub signature: Signature,
    /// The answers.
    pub answers: Vec<Answer>,
}

/// How asking ended (RFC 6960 section 4.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It could not be read.
    #[default]
    Unreadable,
    /// With answers.
    Successful,
    /// The question was not understood.
    MalformedRequest,
    /// The responder has a fault.
    InternalError,
    /// It wants to be asked later.
    TryLater,
    /// It wants a signed question.
    SignatureRequired,
    /// It does not answer us.
    Unauthorized,
}

/// Who answers, in its own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Responder {
    /// By name.
    Name(String),
    /// By SHA-1 of its key, in hexadecimal.
    Key(String),
}

/// An answer about one certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Of which certificate.
    pub about: CertificateId,
    /// What of it.
    pub state: State,
    /// The moment for which that is known to be right.
    pub this_update: Option<Timestamp>,
    /// When something newer will be known; without it, newer is known always.
    pub next_update: Option<Timestamp>,
    /// Promises of logs that the responder adds.
    pub scts: Vec<Sct>,
}

/// A certificate, as an answer names it: hashes of its issuer's name and key, and its serial number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateId {
    /// The hash; `None` for one that is not known here.
    pub hash: Option<Hash>,
    /// Of the issuer's name, in hexadecimal.
    pub issuer_name: String,
    /// Of the issuer's key.
    pub issuer_key: String,
    /// The serial number.
    pub serial: Number,
}

/// What is said of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing bad is known.
    Good,
    /// It was revoked.
    Revoked {
        /// When.
        at: Option<Timestamp>,
        /// Why, by RFC 5280 section 5.3.1's numbers: 1 is a compromised key.
        reason: Option<u8>,
    },
    /// The responder does not know it.
    Unknown,
}

/// On whose authority a response speaks: computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authority {
    /// The certificate's issuer signed it.
    Issuer,
    /// One whom the issuer charged with it, by a certificate for `OCSPSigning` that was sent along.
    Delegate {
        /// Its name.
        subject: String,
        /// From when it may speak.
        not_before: Option<Timestamp>,
        /// Until when it may speak.
        not_after: Option<Timestamp>,
    },
    /// Nobody who may.
    Nobody,
    /// The signature cannot be computed here.
    Unchecked,
}

impl Response {
    /// The answer about `certificate`, which `issuer` issued; both in DER.
    #[must_use]
    pub fn about(&self, certificate: &[u8], issuer: &[u8]) -> Option<&Answer> {
        self.answers
            .iter()
            .find(|answer| answer.about.is(certificate, issuer))
    }
}

impl Answer {
    /// Whether it may be relied on at this moment; `None` when it does not say since when.
    #[must_use]
    pub fn is_current_at(&self, moment: Timestamp) -> Option<bool> {
        let since = self.this_update?;
        Some(since <= moment && self.next_update.is_none_or(|until| moment <= until))
    }
}

impl CertificateId {
    /// Whether it names `certificate`, which `issuer` issued.
    #[must_use]
    pub fn is(&self, certificate: &[u8], issuer: &[u8]) -> bool {
        let ((certificate, _), (issuer, _)) = (parts::read(certificate), parts::read(issuer));
        let (Some(hash), Some(key)) = (self.hash, crate::key::parted(issuer.key)) else {
            return false;
        };
        let of = |bytes| digest(hash, bytes).map(|digest| hex(&digest));
        self.serial == Number::new(certificate.serial)
            && of(certificate.issuer).is_some_and(|digest| digest == self.issuer_name)
            && of(key.octets).is_some_and(|digest| digest == self.issuer_key)
    }
}

/// Reads an OCSPResponse.
#[must_use]
pub fn read(der: &[u8]) -> (Response, Vec<Oddity>) {
    let (mut response, mut oddities) = (Response::default(), Vec::new());
    let Some(mut fields) = Fields(der).sequence() else {
        return (response, vec![Oddity::Truncated("the OCSP response")]);
    };
    response.status =
        fields
            .take(tag::ENUMERATED)
            .map_or(Status::Unreadable, |status| match status.content {
                [0] => Status::Successful,
                [1] => Status::MalformedRequest,
                [2] => Status::InternalError,
                [3] => Status::TryLater,
                [5] => Status::SignatureRequired,
                [6] => Status::Unauthorized,
                _ => Status::Unreadable,
            });
    if response.status == Status::Unreadable {
        oddities.push(Oddity::Unreadable("the OCSP response's status"));
    }
    let Some(basic) = basic(der) else {
        if response.status == Status::Successful {
            oddities.push(Oddity::Unreadable("the OCSP response"));
        }
        return (response, oddities);
    };
    response.signature = signature::read(basic.algorithm);
    said(basic.said, &mut response, &mut oddities);
    (response, oddities)
}

/// On whose authority the response in `der` speaks of certificates that `issuer` issued.
#[must_use]
pub fn authority(der: &[u8], issuer: &[u8]) -> Authority {
    let Some(basic) = basic(der) else {
        return Authority::Unchecked;
    };
    let issuer_parts = parts::read(issuer).0;
    let mut answer = Authority::Nobody;
    match verify(issuer_parts.key, basic.algorithm, basic.signed, basic.signature) {
        Signed::Yes => return Authority::Issuer,
        Signed::Unchecked => answer = Authority::Unchecked,
        Signed::No => {}
    }
    for sent in &basic.certificates {
        let key = parts::read(sent).0.key;
        match verify(key, basic.algorithm, basic.signed, basic.signature) {
            Signed::Yes => {}
            Signed::Unchecked => {
                answer = Authority::Unchecked;
                continue;
            }
            Signed::No => continue,
        }
        let (delegate, _) = Certificate::read(sent);
        // RFC 6960 section 4.2.2.2: the issuer itself must have issued it, for this purpose.
        let charged = delegate
            .extensions
            .purposes
            .iter()
            .any(|purpose| purpose == "OCSPSigning")
            && parts::read(sent).0.issuer == issuer_parts.subject
            && crate::certificate::signed_by(sent, issuer) == Signed::Yes;
        return if charged {
            Authority::Delegate {
                subject: delegate.subject,
                not_before: delegate.not_before,
                not_after: delegate.not_after,
            }
        } else {
            Authority::Nobody
        };
    }
    answer
}

pub(crate) fn digest(hash: Hash, bytes: &[u8]) -> Option<Vec<u8>> {
    Some(match hash {
        Hash::Sha1 => Sha1::digest(bytes).to_vec(),
        Hash::Sha256 => Sha256::digest(bytes).to_vec(),
        Hash::Sha384 => Sha384::digest(bytes).to_vec(),
        Hash::Sha512 => Sha512::digest(bytes).to_vec(),
        _ => return None,
    })
}

/// A BasicOCSPResponse's parts.
struct Basic<'a> {
    signed: &'a [u8],
    said: Fields<'a>,
    algorithm: &'a [u8],
    signature: &'a [u8],
    certificates: Vec<&'a [u8]>,
}

fn basic(der: &[u8]) -> Option<Basic<'_>> {
    let mut outer = Fields(der).sequence()?;
    outer.take(tag::ENUMERATED)?;
    let mut bytes = outer.take_context(0)?.fields().sequence()?;
    // id-pkix-ocsp-basic
    if dotted(bytes.take(tag::OID)?.content) != "1.3.6.1.5.5.7.48.1.1" {
        return None;
    }
    let mut basic = Fields(bytes.take(tag::OCTET_STRING)?.content).sequence()?;
    let signed = basic.take(tag::SEQUENCE)?;
    let algorithm = basic.take(tag::SEQUENCE)?.whole;
    let signature = basic.bits()?;
    let mut certificates = Vec::new();
    if let Some(mut list) = basic.take_context(0).and_then(|list| list.fields().sequence()) {
        while let Some(certificate) = list
            .take(tag::SEQUENCE)
            .filter(|_| certificates.len() < MOST_CERTIFICATES)
        {
            certificates.push(certificate.whole);
        }
    }
    Some(Basic {
        signed: signed.whole,
        said: signed.fields(),
        algorithm,
        signature,
        certificates,
    })
}

fn said(mut fields: Fields<'_>, response: &mut Response, oddities: &mut Vec<Oddity>) {
    let _version = fields.take_context(0);
    response.responder = fields
        .take_context(1)
        .and_then(|by_name| name::read_name(by_name.content))
        .map(Responder::Name)
        .or_else(|| {
            let key = fields.take_context(2)?.fields().take(tag::OCTET_STRING)?;
            Some(Responder::Key(hex(key.content.get(..64).unwrap_or(key.content))))
        });
    response.produced_at = fields
        .take(tag::GENERALIZED_TIME)
        .and_then(|time| read_time(time.whole));
    if response.responder.is_none() || response.produced_at.is_none() {
        oddities.push(Oddity::Unreadable("who answered, or when"));
    }
    let Some(mut list) = fields.sequence() else {
        return oddities.push(Oddity::Truncated("the OCSP answers"));
    };
    while !list.0.is_empty() {
        if response.answers.len() == MOST {
            return oddities.push(Oddity::TooMany("the OCSP answers"));
        }
        let Some(single) = list.sequence() else {
            return oddities.push(Oddity::Truncated("an OCSP answer"));
        };
        match answer(single, oddities) {
            Some(answer) => response.answers.push(answer),
            None => oddities.push(Oddity::Unreadable("an OCSP answer")),
        }
    }
}

fn answer(mut single: Fields<'_>, oddities: &mut Vec<Oddity>) -> Option<Answer> {
    let mut id = single.sequence()?;
    let hash = signature::hash(&dotted(id.sequence()?.take(tag::OID)?.content));
    let mut octets = |tag| {
        id.take(tag)
            .filter(|octets| octets.content.len() <= 64)
            .map(|octets| octets.content)
    };
    let about = CertificateId {
        hash,
        issuer_name: hex(octets(tag::OCTET_STRING)?),
        issuer_key: hex(octets(tag::OCTET_STRING)?),
        serial: Number::new(octets(tag::INTEGER)?),
    };
    let state = single.next()?;
    let state = if state.is_context(0) {
        State::Good
    } else if state.is_context(1) {
        let mut revoked = state.fields();
        State::Revoked {
            at: revoked.next().and_then(|time| read_time(time.whole)),
            reason: revoked
                .take_context(0)
                .and_then(|reason| reason.fields().take(tag::ENUMERATED)?.content.first().copied()),
        }
    } else if state.is_context(2) {
        State::Unknown
    } else {
        return None;
    };
    let this_update = single
        .take(tag::GENERALIZED_TIME)
        .and_then(|time| read_time(time.whole));
    let next_update = single.take_context(0).and_then(|time| read_time(time.content));
    let mut scts = Vec::new();
    let extensions = single
        .take_context(1)
        .and_then(|extensions| extensions.fields().sequence());
    if let Some(mut extensions) = extensions {
        while let Some(mut extension) = extensions.sequence() {
            let oid = extension.take(tag::OID).map(|oid| dotted(oid.content));
            let _critical = extension.take(tag::BOOLEAN);
            // RFC 6962 section 3.3
            if oid.as_deref() == Some("1.3.6.1.4.1.11129.2.4.5")
                && let Some(value) = extension.take(tag::OCTET_STRING)
            {
                let (found, odd) = sct::read_wrapped(value.content);
                scts = found;
                oddities.extend(odd);
            }
        }
    }
    Some(Answer {
        about,
        state,
        this_update,
        next_update,
        scts,
    })
}
