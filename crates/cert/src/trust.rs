//! Whether a path leads from a server's certificate to a root that somebody relies on, and why not.
//!
//! Trust in the path, the name and the leaf's validity are three answers: a certificate that expired yesterday is still
//! one of a known authority. Where the leaf is out of date, the path is judged at the nearest moment that it was meant for.

use std::time::Duration;

use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, UnixTime};
use serde::{Deserialize, Serialize};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, Error, KeyUsage};

use crate::store::anchor_name;
use crate::verify::verify;
use crate::{Certificate, Chain, Signed, Store, StoreKind, parts};

/// How many signatures may be computed in search of an anchor.
const MOST_CHECKS: usize = 32;

/// No path is longer.
const LONGEST: usize = 10;

/// What a certificate is shown for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A server shows it to clients.
    Server,
    /// A client shows it to servers.
    Client,
}

/// One store's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trust {
    /// Whose roots were asked.
    pub store: StoreKind,
    /// Why not; `None` when a path leads to a root that today's clients accept.
    pub distrust: Option<Distrust>,
    /// The moment that the path was judged for.
    pub at: Timestamp,
    /// The root's name, when a path leads there.
    pub anchor: Option<String>,
    /// Whether signatures lead to a root of the store, by computation alone: whatever else is wrong, the issuer is known
    /// and signed this. False with `distrust` of `OldAlgorithm` may mean that it could not be computed.
    pub reaches_anchor: bool,
}

impl Trust {
    /// Whether today's clients that rely on this store accept the path.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        self.distrust.is_none()
    }
}

/// Why a path is not trusted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Distrust {
    /// It signed itself, and this store does not hold it.
    SelfSigned,
    /// The path ends in a root that this store does not hold.
    UnknownRoot(String),
    /// The path ends at an issuer that was not sent and that this store does not hold: a missing intermediate, or an
    /// authority of the house.
    MissingIssuer(String),
    /// An issuer's certificate on the path was out of date, this long.
    Expired(Timestamp),
    /// An issuer's certificate on the path is not meant for before this moment.
    NotYetValid(Timestamp),
    /// An issuer's key did not make the signature.
    BadSignature,
    /// A signature or key of a kind that is not accepted any more, or not here: named.
    OldAlgorithm(String),
    /// An issuer may not issue this name.
    NameConstraints,
    /// A path is longer than an issuer allows.
    PathLength,
    /// Not meant for servers, or not for clients.
    Purpose,
    /// An issuer on the path is no authority.
    IssuerIsNoAuthority,
    /// The server's own certificate is that of an authority.
    LeafIsAuthority,
    /// X.509 version 1 or 2.
    Version,
    /// A critical extension that is not known.
    CriticalExtension,
    /// A key that is known to be in wrong hands.
    KeyDistrusted,
    /// A part of a certificate that a client refuses to read: in words.
    Malformed(String),
    /// So many ways that nobody looks through them.
    TooComplex,
}

/// Whether a path leads from the first of `ders`, with the help of the others, to a root of `store` at the moment `at`.
#[must_use]
pub fn trust(store: &Store, ders: &[&[u8]], purpose: Purpose, at: Timestamp) -> Trust {
    let mut trust = Trust {
        store: store.kind(),
        distrust: Some(Distrust::Malformed("no certificate was sent".to_owned())),
        at,
        anchor: None,
        reaches_anchor: false,
    };
    let Some((leaf_der, others)) = ders.split_first() else {
        return trust;
    };
    let (leaf, _) = Certificate::read(leaf_der);
    trust.at = nearest(&leaf, at);
    if store.holds(leaf_der) {
        trust.anchor = Some(leaf.subject);
        trust.distrust = None;
        trust.reaches_anchor = true;
        return trust;
    }
    trust.reaches_anchor = reaches(store, ders);
    let (path, anchor) = judge(store, leaf_der, others, purpose, trust.at);
    trust.anchor = anchor;
    trust.distrust = path
        .err()
        .map(|error| distrust(error, &leaf, ders, trust.reaches_anchor));
    trust
}

/// The moment nearest to `at` that the certificate is meant for.
fn nearest(leaf: &Certificate, at: Timestamp) -> Timestamp {
    match (leaf.not_before, leaf.not_after) {
        (Some(first), Some(last)) if first <= last => at.clamp(first, last),
        _ => at,
    }
}

fn judge(
    store: &Store,
    leaf: &[u8],
    others: &[&[u8]],
    purpose: Purpose,
    at: Timestamp,
) -> (Result<(), Error>, Option<String>) {
    let leaf = CertificateDer::from(leaf);
    let others: Vec<CertificateDer<'_>> = others.iter().map(|der| CertificateDer::from(*der)).collect();
    let seconds = u64::try_from(at.as_second()).unwrap_or(0);
    let time = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    let usage = match purpose {
        Purpose::Server => KeyUsage::server_auth(),
        Purpose::Client => KeyUsage::client_auth(),
    };
    let end = match EndEntityCert::try_from(&leaf) {
        Ok(end) => end,
        Err(error) => return (Err(error), None),
    };
    match end.verify_for_usage(
        ALL_VERIFICATION_ALGS,
        &store.anchors,
        &others,
        time,
        usage,
        None,
        None,
    ) {
        Ok(path) => (Ok(()), Some(anchor_name(path.anchor()))),
        Err(error) => (Err(error), None),
    }
}

/// Whether names and signatures lead to an anchor, without any other rule.
fn reaches(store: &Store, ders: &[&[u8]]) -> bool {
    let all: Vec<_> = ders.iter().map(|der| parts::read(der).0).collect();
    let mut checks = MOST_CHECKS;
    let mut here = 0;
    for _ in 0..LONGEST {
        let Some(certificate) = all.get(here) else {
            return false;
        };
        let mut signed = |key: &[u8]| {
            checks > 0 && {
                checks -= 1;
                verify(
                    key,
                    certificate.algorithm,
                    certificate.signed,
                    certificate.signature,
                ) == Signed::Yes
            }
        };
        if store.keys_of(certificate.issuer).any(|key| signed(&key)) {
            return true;
        }
        let above = all.iter().position(|issuer| {
            issuer.subject == certificate.issuer && issuer.signed != certificate.signed && signed(issuer.key)
        });
        match above {
            Some(place) => here = place,
            None => return false,
        }
    }
    false
}

fn distrust(error: Error, leaf: &Certificate, ders: &[&[u8]], reaches: bool) -> Distrust {
    if leaf.self_issued && leaf.self_signed != Signed::No && !reaches {
        return Distrust::SelfSigned;
    }
    let old = || {
        let (chain, _) = Chain::read(ders);
        let weakest = |place: Option<usize>| place.and_then(|place| chain.certificates.get(place));
        let name = match weakest(chain.weakest_key).and_then(|weak| weak.key.bits.zip(weak.key.strength())) {
            Some((bits, strength)) if strength < 112 => format!("a key of {bits} bits"),
            _ => weakest(chain.weakest_signature)
                .map_or_else(|| leaf.signature.name.clone(), |weak| weak.signature.name.clone()),
        };
        Distrust::OldAlgorithm(name)
    };
    match error {
        Error::CertExpired { not_after, .. } => Distrust::Expired(moment(not_after)),
        Error::CertNotValidYet { not_before, .. } => Distrust::NotYetValid(moment(not_before)),
        Error::UnknownIssuer => unknown(ders),
        // webpki says the same of a key that it finds too small.
        Error::InvalidSignatureForPublicKey if reaches => old(),
        Error::InvalidSignatureForPublicKey => Distrust::BadSignature,
        Error::UnsupportedSignatureAlgorithmContext(_)
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => old(),
        Error::NameConstraintViolation => Distrust::NameConstraints,
        Error::PathLenConstraintViolated => Distrust::PathLength,
        Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension => Distrust::Purpose,
        Error::EndEntityUsedAsCa => Distrust::IssuerIsNoAuthority,
        Error::CaUsedAsEndEntity => Distrust::LeafIsAuthority,
        Error::UnsupportedCertVersion => Distrust::Version,
        Error::UnsupportedCriticalExtension => Distrust::CriticalExtension,
        Error::CertDistrusted => Distrust::KeyDistrusted,
        Error::MaximumPathBuildCallsExceeded
        | Error::MaximumPathDepthExceeded
        | Error::MaximumSignatureChecksExceeded
        | Error::MaximumNameConstraintComparisonsExceeded => Distrust::TooComplex,
        other => Distrust::Malformed(other.to_string()),
    }
}

fn unknown(ders: &[&[u8]]) -> Distrust {
    let (chain, _) = Chain::read(ders);
    match chain.ends_at {
        Some(_) if !chain.broken.is_empty() => Distrust::BadSignature,
        Some(name) => Distrust::MissingIssuer(name),
        None => {
            let root = chain.path.last().and_then(|place| chain.certificates.get(*place));
            Distrust::UnknownRoot(root.map(|root| root.subject.clone()).unwrap_or_default())
        }
    }
}

fn moment(time: UnixTime) -> Timestamp {
    i64::try_from(time.as_secs())
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .unwrap_or(Timestamp::MAX)
}
