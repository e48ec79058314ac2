//! Trust stores by name: whose roots somebody relies on.

use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, TrustAnchor};
use serde::{Deserialize, Serialize};

use crate::Oddity;
use crate::{name, parts, tlv};

/// More roots than any store has.
const MOST: usize = 4096;

/// Whose roots they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreKind {
    /// Mozilla's: would the public web trust it?
    Mozilla,
    /// The operating system's, where a hospital's own roots live.
    Platform,
    /// What the user named.
    User,
}

/// Roots that somebody relies on.
#[derive(Clone, Debug)]
pub struct Store {
    kind: StoreKind,
    pub(crate) anchors: Vec<TrustAnchor<'static>>,
    pub(crate) certificates: Vec<CertificateDer<'static>>,
}

impl Store {
    /// Mozilla's roots for servers, as of the build.
    #[must_use]
    pub fn mozilla() -> Self {
        Self {
            kind: StoreKind::Mozilla,
            anchors: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
            certificates: Vec::new(),
        }
    }

    /// Roots in DER. A certificate that is no root may be among them, and is relied on as if it were: whoever puts a
    /// device's own certificate into a store means that.
    #[must_use]
    pub fn from_ders<'a>(kind: StoreKind, ders: impl IntoIterator<Item = &'a [u8]>) -> (Self, Vec<Oddity>) {
        let mut store = Self {
            kind,
            anchors: Vec::new(),
            certificates: Vec::new(),
        };
        let mut oddities = Vec::new();
        for der in ders {
            if store.certificates.len() == MOST {
                oddities.push(Oddity::TooMany("the trust store"));
                break;
            }
            store.add(CertificateDer::from(der.to_vec()), &mut oddities);
        }
        (store, oddities)
    }

    /// Roots in PEM; what is no certificate is passed over.
    #[must_use]
    pub fn from_pem(kind: StoreKind, pem: &[u8]) -> (Self, Vec<Oddity>) {
        let mut broken = false;
        let ders: Vec<CertificateDer<'_>> = CertificateDer::pem_slice_iter(pem)
            .take(MOST)
            .filter_map(|der| der.map_err(|_| broken = true).ok())
            .collect();
        let (store, mut oddities) = Self::from_ders(kind, ders.iter().map(AsRef::as_ref));
        if broken {
            oddities.push(Oddity::Unreadable("the PEM of a trust store"));
        }
        (store, oddities)
    }

    /// Whose it is.
    #[must_use]
    pub fn kind(&self) -> StoreKind {
        self.kind
    }

    /// How many roots are in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.anchors.len()
    }

    /// Whether there is no root in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.anchors.is_empty()
    }

    /// Whether this very certificate is in it.
    pub(crate) fn holds(&self, der: &[u8]) -> bool {
        self.certificates.iter().any(|held| held.as_ref() == der)
    }

    /// The keys, as SubjectPublicKeyInfos, of the anchors with this name.
    pub(crate) fn keys_of<'a>(&'a self, name: &'a [u8]) -> impl Iterator<Item = Vec<u8>> + 'a {
        self.anchors
            .iter()
            .filter(move |anchor| tlv::sequence(&[anchor.subject.as_ref()]) == name)
            .map(|anchor| tlv::sequence(&[anchor.subject_public_key_info.as_ref()]))
    }

    fn add(&mut self, der: CertificateDer<'static>, oddities: &mut Vec<Oddity>) {
        match webpki::anchor_from_trusted_cert(&der) {
            Ok(anchor) => self.anchors.push(anchor.to_owned()),
            // webpki wants its roots tidier than devices make them; the name and the key are all that is used.
            Err(_) => match anchor(&der) {
                Some(anchor) => self.anchors.push(anchor),
                None => return oddities.push(Oddity::Unreadable("a root of a trust store")),
            },
        }
        self.certificates.push(der);
    }
}

/// An anchor's name as RFC 4514 writes it.
pub(crate) fn anchor_name(anchor: &TrustAnchor<'_>) -> String {
    name::read_name(&tlv::sequence(&[anchor.subject.as_ref()])).unwrap_or_default()
}

fn anchor(der: &[u8]) -> Option<TrustAnchor<'static>> {
    let (parts, _) = parts::read(der);
    let content = |whole| {
        let element = crate::fields::Fields(whole).next()?;
        Some(element.content.to_vec().into())
    };
    Some(TrustAnchor {
        subject: content(parts.subject)?,
        subject_public_key_info: content(parts.key)?,
        name_constraints: None,
    })
}
