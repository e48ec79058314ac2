//! Services that finish handshakes only with who shares a key or a password with them (RFC 4279, RFC 5489, RFC 5054). Without
//! it their suites can be listed, and nothing behind the handshake can be asked.

use holter_wire::suite::Authentication;
use holter_wire::{CipherSuite, Version};

use crate::Configuration;

/// Why nothing is known, in words that follow the name of what is not.
pub(super) const WHY: &str = "is not known: it finishes handshakes only with who shares a key or a password with it, and without that \
                              nothing behind the handshake can be asked";

/// Whether each suite of a version needs one, and all are known.
pub(crate) fn in_version(known: &Configuration, version: Version) -> bool {
    let suites = known
        .versions
        .get(&version)
        .filter(|spoken| spoken.complete)
        .map_or(&[][..], |spoken| &spoken.suites);
    !suites.is_empty() && suites.iter().all(|suite| needs_one(*suite))
}

/// Whether each suite of each version does.
pub(crate) fn everywhere(known: &Configuration) -> bool {
    let mut versions = known.versions.keys().peekable();
    versions.peek().is_some() && versions.all(|version| in_version(known, *version))
}

/// Some show a certificate, too.
fn needs_one(suite: CipherSuite) -> bool {
    let by_name = |name: &str| name.contains("_PSK_") || name.contains("_SRP_");
    suite
        .parts()
        .is_some_and(|parts| parts.authentication == Authentication::Shared)
        || suite.name().is_some_and(by_name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{observed, suites};

    #[test]
    fn a_key_is_needed_where_no_suite_does_without() {
        let needed = |codes: &[u16]| everywhere(&Configuration::of(&observed([suites(0x0303, codes)])));
        // PSK alone, with Diffie-Hellman and with RSA, and SRP with RSA.
        assert!(needed(&[0x008c, 0x0090, 0x0094, 0xc01e]));
        assert!(!needed(&[0x008c, 0x002f]));
        assert!(!needed(&[]));
        assert!(!everywhere(&Configuration::default()));
    }
}
