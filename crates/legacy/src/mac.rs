//! HMAC-MD5, as the `_MD5` suites of TLS use it (RFC 5246 section 6.2.3.1).

use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;

/// The obsolete hash of a suite's MAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MacHash {
    /// MD5.
    Md5,
}

impl MacHash {
    /// The hash that suites call by this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        (name == "MD5").then_some(Self::Md5)
    }

    /// The length of its tags, and of its keys.
    #[must_use]
    pub const fn length(self) -> usize {
        16
    }

    /// The HMAC of these parts, one after the other.
    #[must_use]
    pub fn tag(self, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
        // HMAC takes keys of any length, so there is always a tag.
        Hmac::<Md5>::new_from_slice(key)
            .map(|mac| {
                parts
                    .iter()
                    .fold(mac, |mac, part| mac.chain_update(part))
                    .finalize()
                    .into_bytes()
                    .to_vec()
            })
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_is_that_of_rfc_2202() {
        let tag = MacHash::named("MD5")
            .unwrap()
            .tag(b"Jefe", &[b"what do ya want ", b"for nothing?"]);
        assert_eq!(
            tag.iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
            "750c783e6ab0b503eaa86e310a5db738"
        );
    }
}
