//! One TLSA record, and whether a chain fits it (RFC 6698 section 2.1; RFC 7671 section 5).

use std::collections::BTreeMap;

use holter_cert::certificate::public_key;
use holter_cert::host::matches_name;
use holter_cert::number::hex;
use holter_cert::{Certificate, Signed, certificate::signed_by};
use holter_model::Store;
use sha2::{Digest as _, Sha256, Sha512};

use crate::certificate::shown::Shown;

/// A record whose fields are all known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    usage: Usage,
    /// The key alone, and not the whole certificate.
    key: bool,
    matching: Matching,
    data: String,
}

/// What a record describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Usage {
    /// 0, PKIX-TA: an authority on the path to a root that clients know.
    KnownAuthority,
    /// 1, PKIX-EE: the service's own certificate, with a path to such a root.
    KnownService,
    /// 2, DANE-TA: an authority that the service sends, known or not.
    Authority,
    /// 3, DANE-EE: the service's own certificate, and nothing else counts.
    Service,
}

/// How it describes that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Matching {
    Whole,
    Sha256,
    Sha512,
}

/// Whether a chain fits a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    Yes,
    /// Why not.
    No(String),
    /// Why that is not known.
    Open(String),
}

impl Fit {
    /// One record that fits is enough, and one that may fit keeps the answer open.
    pub(super) const fn rank(&self) -> u8 {
        match self {
            Self::No(_) => 0,
            Self::Open(_) => 1,
            Self::Yes => 2,
        }
    }
}

impl Record {
    /// Reads "3 1 1 2ab5…"; `None`: it has a field that is not known.
    pub(super) fn read(record: &str) -> Option<Self> {
        let mut fields = record.split(' ');
        let mut number = || fields.next()?.parse::<u8>().ok();
        let usage = match number()? {
            0 => Usage::KnownAuthority,
            1 => Usage::KnownService,
            2 => Usage::Authority,
            3 => Usage::Service,
            _ => return None,
        };
        let key = match number()? {
            0 => false,
            1 => true,
            _ => return None,
        };
        let matching = match number()? {
            0 => Matching::Whole,
            1 => Matching::Sha256,
            2 => Matching::Sha512,
            _ => return None,
        };
        Some(Self {
            usage,
            key,
            matching,
            data: fields.next()?.to_owned(),
        })
    }

    /// Whether a chain fits.
    pub(super) fn fits(&self, shown: &Shown, trust: &BTreeMap<Store, Option<String>>) -> Fit {
        let ders = shown.ders();
        let Some(leaf) = ders.first() else {
            return Fit::Open("no certificate was seen".to_owned());
        };
        match self.usage {
            Usage::Service if self.describes(leaf) => Fit::Yes,
            Usage::KnownService if self.describes(leaf) => known(trust),
            Usage::Service | Usage::KnownService => {
                Fit::No("another certificate is described there".to_owned())
            }
            Usage::KnownAuthority => match self.on_path(shown) {
                Some(Signed::Yes) => known(trust),
                Some(_) => unchecked(),
                // The root itself is seldom sent.
                None if trust.values().any(Option::is_none) && shown.path_ends_unsent() => Fit::Open(
                    "the authority that is described there was not sent; it may be the root".to_owned(),
                ),
                None => Fit::No("no authority on its path is the one described there".to_owned()),
            },
            Usage::Authority => match self.on_path(shown) {
                Some(Signed::Yes) => own(shown, leaf),
                Some(_) => unchecked(),
                None => {
                    Fit::No("no authority on the path that it sends is the one described there".to_owned())
                }
            },
        }
    }

    /// Whether it describes an authority on the path from the service's own certificate, and whether the signatures up
    /// to there were verified.
    fn on_path(&self, shown: &Shown) -> Option<Signed> {
        let ders = shown.ders();
        let path: Vec<&[u8]> = shown
            .way_up()
            .iter()
            .filter_map(|place| ders.get(*place).copied())
            .collect();
        let mut sure = Signed::Yes;
        for pair in path.windows(2) {
            let [below, above] = pair else { break };
            if signed_by(below, above) != Signed::Yes {
                sure = Signed::Unchecked;
            }
            if self.describes(above) && Certificate::read(above).0.is_ca() {
                return Some(sure);
            }
        }
        None
    }

    fn describes(&self, certificate: &[u8]) -> bool {
        let part = if self.key {
            public_key(certificate)
        } else {
            Some(certificate)
        };
        let found = part.map(|part| match self.matching {
            Matching::Whole => hex(part),
            Matching::Sha256 => hex(&Sha256::digest(part)),
            Matching::Sha512 => hex(&Sha512::digest(part)),
        });
        found.is_some_and(|found| found.eq_ignore_ascii_case(&self.data))
    }
}

/// What fits only counts with a path to a root that clients know.
fn known(trust: &BTreeMap<Store, Option<String>>) -> Fit {
    if trust.values().any(Option::is_none) {
        Fit::Yes
    } else if trust.is_empty() {
        Fit::Open("it fits, but whether a path leads to a known root was not looked for: ask for the check certificate, too".to_owned())
    } else {
        Fit::Open(
            "it fits, but such a record wants a path to a known root, too, and none known here is at its end"
                .to_owned(),
        )
    }
}

/// What an authority of the service's own signed must be for the name and of today (RFC 7671 sections 5.2 and 6).
fn own(shown: &Shown, leaf: &[u8]) -> Fit {
    let (leaf, _) = Certificate::read(leaf);
    let named = shown
        .name
        .as_deref()
        .map(|name| matches_name(&leaf, name).is_accepted());
    match (named, leaf.is_valid_at(shown.at)) {
        (Some(false), _) => {
            Fit::No("its authority is described there, but it is not for this name".to_owned())
        }
        (_, Some(false)) => Fit::No("its authority is described there, but it is out of date".to_owned()),
        (Some(true), Some(true)) => Fit::Yes,
        _ => Fit::Open(
            "its authority is described there, but its name or its dates could not be compared".to_owned(),
        ),
    }
}

fn unchecked() -> Fit {
    Fit::Open(
        "an authority on its path is described there, but a signature on the way could not be verified"
            .to_owned(),
    )
}
