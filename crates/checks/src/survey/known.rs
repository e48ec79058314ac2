//! What there is to be offered: of the registries what fits a version, the usual first.

use holter_wire::suite::{Authentication, Exchange, Mode, Parts};
use holter_wire::{CipherSuite, NamedGroup, SignatureScheme, Version};

/// Every suite that a version can use, strong ones first. In SSLv3 those are left out that want an extension or came
/// long after it.
pub(super) fn suites(version: Version) -> Vec<CipherSuite> {
    let mut suites: Vec<(CipherSuite, Parts)> = CipherSuite::registered()
        .filter(|suite| suite.fits(version))
        .filter_map(|suite| suite.parts().map(|parts| (suite, parts)))
        .filter(|(_, parts)| version != Version::SSL3 || parts.authentication != Authentication::Shared)
        .collect();
    suites.sort_by_key(|(suite, parts)| (weakness(parts), suite.0));
    suites.into_iter().map(|(suite, _)| suite).collect()
}

/// The suites that nearly every service has one of, for peers that take no long hello.
pub(super) fn usual(version: Version) -> Vec<CipherSuite> {
    const USUAL: [&str; 7] = [
        "AES_128_GCM",
        "AES_256_GCM",
        "CHACHA20_POLY1305",
        "AES_128_CBC",
        "AES_256_CBC",
        "3DES_EDE_CBC",
        "RC4_128",
    ];
    let certified = |parts: &Parts| {
        matches!(
            parts.authentication,
            Authentication::Rsa | Authentication::Ecdsa | Authentication::Any
        ) && matches!(
            parts.exchange,
            Exchange::Rsa | Exchange::Dhe | Exchange::Ecdhe | Exchange::Any
        )
    };
    suites(version)
        .into_iter()
        .filter(|suite| {
            suite
                .parts()
                .is_some_and(|parts| USUAL.contains(&parts.cipher) && certified(&parts))
        })
        .collect()
}

/// Every group that a version can use; finite fields by name (RFC 7919) only in TLS 1.3, where they are no hint to
/// choose another prime than usual.
pub(super) fn groups(version: Version) -> Vec<NamedGroup> {
    const FIRST: [NamedGroup; 4] = [
        NamedGroup::X25519,
        NamedGroup::SECP256R1,
        NamedGroup::SECP384R1,
        NamedGroup::SECP521R1,
    ];
    let tls13 = version == Version::TLS13;
    let fits = |group: &NamedGroup| match group.0 {
        0x0017..=0x0019 | 0x001d | 0x001e | 0x0029 => true,
        0x0001..=0x001c => !tls13,
        0x001f..=0x0021 | 0x0100..=0x0104 | 0x0200..=0x0202 | 0x11eb..=0x11ee | 0x6399..=0x639a => tls13,
        _ => false,
    };
    let rest = NamedGroup::registered().filter(|group| !FIRST.contains(group));
    FIRST.into_iter().chain(rest).filter(fits).collect()
}

/// Every scheme, the usual first, and those of rare keys and of TLS 1.3 alone last: some peers read no more than 22.
pub(super) fn schemes() -> Vec<SignatureScheme> {
    const FIRST: [u16; 17] = [
        0x0401, 0x0403, 0x0804, 0x0201, 0x0203, 0x0501, 0x0503, 0x0601, 0x0603, 0x0805, 0x0806, 0x0101,
        0x0807, 0x0808, 0x0301, 0x0303, 0x0809,
    ];
    let first = FIRST.map(SignatureScheme);
    let rest = SignatureScheme::registered().filter(|scheme| !first.contains(scheme));
    first.into_iter().chain(rest).collect()
}

/// Whether a suite makes the server sign its key exchange.
pub(super) fn is_signed(suite: CipherSuite) -> bool {
    suite.parts().is_some_and(|parts| {
        matches!(parts.exchange, Exchange::Dhe | Exchange::Ecdhe)
            && matches!(
                parts.authentication,
                Authentication::Rsa | Authentication::Dss | Authentication::Ecdsa
            )
    })
}

/// Whether a suite agrees on its keys by a group of the client's choice, as all do in TLS 1.3.
pub(super) fn has_group(suite: CipherSuite) -> bool {
    suite
        .parts()
        .is_some_and(|parts| matches!(parts.exchange, Exchange::Ecdhe | Exchange::Any))
}

/// Whether a suite agrees on its keys in a finite field of the server's choice.
pub(super) fn has_field(suite: CipherSuite) -> bool {
    suite.parts().is_some_and(|parts| parts.exchange == Exchange::Dhe)
}

/// Whether a suite needs a key or a password that both sides know beforehand, whether it shows a certificate or not.
pub(super) fn is_shared(suite: CipherSuite) -> bool {
    let named = |name: &str| name.contains("PSK") || name.contains("SRP");
    suite.name().is_some_and(named)
        || suite
            .parts()
            .is_some_and(|parts| parts.authentication == Authentication::Shared)
}

/// Whether a suite goes with certificates of elliptic curves alone.
pub(super) fn is_ecdsa(suite: CipherSuite) -> bool {
    suite
        .parts()
        .is_some_and(|parts| parts.authentication == Authentication::Ecdsa)
}

fn weakness(parts: &Parts) -> (bool, bool, u8, bool, bool, u16) {
    let mode = match parts.mode {
        Mode::Aead => 0,
        Mode::Cbc => 1,
        Mode::Stream => 2,
        Mode::Null => 3,
    };
    (
        parts.authentication == Authentication::Shared,
        parts.authentication == Authentication::Anonymous || parts.bits < 112,
        mode,
        !parts.forward_secret(),
        parts.exchange == Exchange::Dhe,
        u16::MAX - parts.bits,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_is_offered_all_that_fits_it() {
        let count = |version| suites(version).len();
        assert!(count(Version::TLS12) > 320, "{}", count(Version::TLS12));
        assert!(count(Version::TLS13) >= 7);
        assert!(
            suites(Version::TLS10)
                .iter()
                .all(|suite| suite.fits(Version::TLS10))
        );
        assert!(
            suites(Version::SSL3).contains(&CipherSuite(0x0003)),
            "export suites count"
        );
        assert_eq!(suites(Version::TLS12).first(), Some(&CipherSuite(0xc02c)));
    }

    #[test]
    fn a_usual_hello_is_short_and_has_what_old_devices_have() {
        let usual = usual(Version::TLS10);
        assert!(usual.len() < 40, "{}", usual.len());
        assert!(
            [0x002f, 0x000a, 0x0005]
                .iter()
                .all(|code| usual.contains(&CipherSuite(*code)))
        );
    }

    #[test]
    fn groups_fit_their_version() {
        let (old, new) = (groups(Version::TLS12), groups(Version::TLS13));
        assert!(old.contains(&NamedGroup(0x0001)) && !new.contains(&NamedGroup(0x0001)));
        assert!(new.contains(&NamedGroup(0x11ec)) && !old.contains(&NamedGroup(0x11ec)));
        assert_eq!(old.first(), Some(&NamedGroup::X25519));
    }
}
