//! Code points as they stand in data files: by the names that Holter's registries give them.

use std::fmt::Debug;

use holter_wire::{CipherSuite, NamedGroup, SignatureScheme, Version};
use serde::de::{Deserialize, Deserializer, Error};

use crate::likeness::meant;

/// A code point that is written as its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Named<T>(pub(crate) T);

/// What can be written as a name.
pub(crate) trait Point: Copy + Debug + 'static {
    /// What it is, for who writes it wrongly.
    const WHAT: &'static str;

    /// The one of this name.
    fn of(name: &str) -> Option<Self>;

    /// All names that there are.
    fn names() -> Vec<&'static str>;
}

macro_rules! point {
    ($type:ident, $what:literal) => {
        impl Point for $type {
            const WHAT: &'static str = $what;

            fn of(name: &str) -> Option<Self> {
                Self::named(name)
            }

            fn names() -> Vec<&'static str> {
                Self::registered().filter_map(Self::name).collect()
            }
        }
    };
}

point!(Version, "version, like \"TLS 1.2\"");
point!(
    CipherSuite,
    "suite, like \"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\""
);
point!(NamedGroup, "group, like \"x25519\" or \"secp256r1\"");
point!(SignatureScheme, "signature scheme, like \"rsa_pkcs1_sha256\"");

impl<'de, T: Point> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        T::of(&name).map(Self).ok_or_else(|| {
            D::Error::custom(format!("{name:?} is no {}{}", T::WHAT, meant(&name, T::names())))
        })
    }
}

/// The code points without their wrapping.
pub(crate) fn plain<T: Copy>(named: &[Named<T>]) -> Vec<T> {
    named.iter().map(|named| named.0).collect()
}

/// Some of many names, for a person: the first of them, and how many more there are.
pub(crate) fn some(names: &[String]) -> String {
    const SHOWN: usize = 6;
    let shown = names.get(..SHOWN.min(names.len())).unwrap_or(names).join(", ");
    match names.len().checked_sub(SHOWN) {
        Some(more @ 1..) => format!("{shown} and {more} more"),
        _ => shown,
    }
}
