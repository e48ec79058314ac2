//! Whether a ServerHello answers the hello that it came for. Who chooses what was not offered has negotiated nothing (RFC 5246
//! section 7.4.1.3, RFC 8446 sections 4.1.3 and 4.1.4), and nothing may rest on it.
//!
//! What peers are known to get wrong in good faith is let pass: extensions that nobody asked for, and suites of TLS 1.2 in
//! older versions.

use crate::client_hello::ClientHello;
use crate::extension::Extension;
use crate::reader::Reader;
use crate::server_hello::ServerHello;
use crate::{CipherSuite, ExtensionType, NamedGroup, Version};

/// Why a ServerHello is no answer to a hello.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misfit {
    /// Its version.
    #[error("it chose {0}, which was not offered")]
    Version(Version),
    /// Its suite.
    #[error("it chose {0}, which was not offered")]
    Suite(CipherSuite),
    /// Its suite is a signal, or a code that is reserved so that nobody chooses it (RFC 8701).
    #[error("it chose {0}, which is no suite: it accepts whatever is offered")]
    NoSuite(CipherSuite),
    /// Its suite is one of TLS 1.3 and its version is not, or the other way round.
    #[error("it chose {0}, which {1} does not have")]
    SuiteOfAnother(CipherSuite, Version),
    /// Where it names a version of TLS 1.3 or later, one that is older (RFC 8446 section 4.2.1).
    #[error("it names {0} where only TLS 1.3 has a name")]
    Named(Version),
    /// It asks for another hello, and for nothing in it.
    #[error("it asks for another hello, and not for another one than it has")]
    Retry,
    /// Its compression.
    #[error("it chose the compression {0}, which was not offered")]
    Compression(u8),
    /// The group that it wants a share of.
    #[error("it asks for a share of {0}, which was not offered")]
    Group(NamedGroup),
    /// The group of its share.
    #[error("it sends a share of {0}, and was sent none")]
    Share(NamedGroup),
    /// TLS 1.3 without anything to make keys of.
    #[error("it sends no share")]
    NoShare,
}

impl ServerHello {
    /// Holds it against the hello that it came for.
    ///
    /// # Errors
    /// The first of its choices that it did not have.
    pub fn answers(&self, hello: &ClientHello) -> Result<(), Misfit> {
        let version = self.negotiated();
        if !offers(hello, version) {
            return Err(Misfit::Version(version));
        }
        if self.extension(ExtensionType::SUPPORTED_VERSIONS).is_some() && version.rules() < Version::TLS13 {
            return Err(Misfit::Named(version));
        }
        if self.suite.is_signal() || is_reserved(self.suite.0) {
            return Err(Misfit::NoSuite(self.suite));
        }
        if !hello.suites.contains(&self.suite) {
            return Err(Misfit::Suite(self.suite));
        }
        if self.suite.is_tls13() != (version == Version::TLS13) {
            return Err(Misfit::SuiteOfAnother(self.suite, version));
        }
        if !hello.compression.contains(&self.compression) {
            return Err(Misfit::Compression(self.compression));
        }
        if version == Version::TLS13 {
            self.shares(hello)
        } else {
            Ok(())
        }
    }

    fn shares(&self, hello: &ClientHello) -> Result<(), Misfit> {
        let share = self.extension(ExtensionType::KEY_SHARE);
        if self.is_retry_request() {
            // A cookie alone is a reason to come again, too.
            return match share.and_then(Extension::retry_group) {
                Some(group) if !groups(hello).any(|offered| offered == group) => Err(Misfit::Group(group)),
                None if self.extension(ExtensionType::COOKIE).is_none() => Err(Misfit::Retry),
                _ => Ok(()),
            };
        }
        // Keys can be made of one that both sides have, where it was offered.
        let resumes = self.extension(ExtensionType::PRE_SHARED_KEY).is_some()
            && !body(hello, ExtensionType::PRE_SHARED_KEY).is_empty();
        match share.and_then(Extension::server_share) {
            Some((group, _)) if !shared(hello).any(|sent| sent == group) => Err(Misfit::Share(group)),
            None if !resumes => Err(Misfit::NoShare),
            _ => Ok(()),
        }
    }
}

/// Whether a hello offers a version. What is older than the hello's own field is offered with it, also beside the list of TLS
/// 1.3: who does not know the list goes by the field.
fn offers(hello: &ClientHello, version: Version) -> bool {
    if version.is_datagram() != hello.version.is_datagram() || is_reserved(version.0) {
        return false;
    }
    let newest = hello.version.rules().min(Version::TLS12);
    (Version::SSL3..=newest).contains(&version.rules()) || listed(hello).any(|listed| listed == version)
}

/// Whether it is a code of RFC 8701, which will never mean anything.
const fn is_reserved(code: u16) -> bool {
    code & 0x0f0f == 0x0a0a && code >> 8 == code & 0xff
}

fn listed(hello: &ClientHello) -> impl Iterator<Item = Version> + '_ {
    let mut list = Reader::new(body(hello, ExtensionType::SUPPORTED_VERSIONS));
    let mut versions = Reader::new(list.vec8().unwrap_or_default());
    std::iter::from_fn(move || versions.u16().map(Version))
}

fn groups(hello: &ClientHello) -> impl Iterator<Item = NamedGroup> + '_ {
    let mut list = Reader::new(body(hello, ExtensionType::SUPPORTED_GROUPS));
    let mut groups = Reader::new(list.vec16().unwrap_or_default());
    std::iter::from_fn(move || groups.u16().map(NamedGroup))
}

fn shared(hello: &ClientHello) -> impl Iterator<Item = NamedGroup> + '_ {
    let mut list = Reader::new(body(hello, ExtensionType::KEY_SHARE));
    let mut shares = Reader::new(list.vec16().unwrap_or_default());
    std::iter::from_fn(move || {
        let group = shares.u16()?;
        shares.vec16()?;
        Some(NamedGroup(group))
    })
}

fn body(hello: &ClientHello, kind: ExtensionType) -> &[u8] {
    let extension = hello.extensions.iter().find(|extension| extension.kind == kind);
    extension.map_or(&[], |extension| &extension.body)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RETRY: [u8; 32] = *b"\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91\
                               \xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c";

    /// Up to TLS 1.3, with a share on one of two curves.
    fn hello() -> ClientHello {
        let mut hello = ClientHello::new(Version::TLS12, [1; 32]);
        hello.suites = [0x5a5a, 0x1301, 0x002f, 0x00ff].map(CipherSuite).to_vec();
        hello.extensions = vec![
            Extension::supported_versions(&[Version(0x5a5a), Version::TLS13, Version::TLS12]),
            Extension::supported_groups(&[NamedGroup::X25519, NamedGroup::SECP256R1]),
            Extension::key_share(&[(NamedGroup::X25519, &[7; 32])]),
        ];
        hello
    }

    fn answer(version: u16, suite: u16) -> ServerHello {
        ServerHello {
            legacy_version: Version(version),
            random: [2; 32],
            session_id: Vec::new(),
            suite: CipherSuite(suite),
            compression: 0,
            extensions: Vec::new(),
        }
    }

    /// In TLS 1.3, with this key share.
    fn modern(random: [u8; 32], share: Option<&[u8]>) -> ServerHello {
        let extension = |kind, body: &[u8]| Extension {
            kind,
            body: body.to_vec(),
        };
        let mut answer = answer(0x0303, 0x1301);
        answer.random = random;
        answer
            .extensions
            .push(extension(ExtensionType::SUPPORTED_VERSIONS, &[3, 4]));
        answer
            .extensions
            .extend(share.map(|share| extension(ExtensionType::KEY_SHARE, share)));
        answer
    }

    #[test]
    fn what_was_offered_may_be_chosen() {
        for version in [0x0303, 0x0302, 0x0301, 0x0300] {
            assert_eq!(answer(version, 0x002f).answers(&hello()), Ok(()));
        }
        let share = [&[0, 29, 0, 32][..], &[9; 32]].concat();
        for fits in [modern([2; 32], Some(&share)), modern(RETRY, Some(&[0, 23]))] {
            assert_eq!(fits.answers(&hello()), Ok(()));
        }
        let mut cookie = modern(RETRY, None);
        cookie.extensions.push(empty(ExtensionType::COOKIE));
        assert_eq!(cookie.answers(&hello()), Ok(()));
        let mut resumed = modern([2; 32], None);
        resumed.extensions.push(empty(ExtensionType::PRE_SHARED_KEY));
        assert_eq!(
            resumed.answers(&hello()),
            Err(Misfit::NoShare),
            "no key was offered"
        );
        let mut offering = hello();
        let mut key = empty(ExtensionType::PRE_SHARED_KEY);
        key.body = vec![0; 4];
        offering.extensions.push(key);
        assert_eq!(resumed.answers(&offering), Ok(()));
    }

    fn empty(kind: ExtensionType) -> Extension {
        Extension {
            kind,
            body: Vec::new(),
        }
    }

    #[test]
    fn nothing_else_may() {
        let check = |answer: &ServerHello, expected| assert_eq!(answer.answers(&hello()), Err(expected));
        for version in [0x0305, 0x0399, 0x0200, 0x7f1c, 0xfefd, 0x5a5a].map(Version) {
            check(&answer(version.0, 0x002f), Misfit::Version(version));
        }
        check(&answer(0x0303, 0x0035), Misfit::Suite(CipherSuite(0x0035)));
        for none in [0x5a5a, 0x00ff, 0x0000].map(CipherSuite) {
            check(&answer(0x0303, none.0), Misfit::NoSuite(none));
        }
        let mixed = Misfit::SuiteOfAnother(CipherSuite(0x1301), Version::TLS12);
        check(&answer(0x0303, 0x1301), mixed);
        let mut compressed = answer(0x0303, 0x002f);
        compressed.compression = 1;
        check(&compressed, Misfit::Compression(1));
        check(
            &modern(RETRY, Some(&[0, 24])),
            Misfit::Group(NamedGroup::SECP384R1),
        );
        let share = [&[0, 23, 0, 65][..], &[4; 65]].concat();
        check(
            &modern([2; 32], Some(&share)),
            Misfit::Share(NamedGroup::SECP256R1),
        );
        check(&modern([2; 32], None), Misfit::NoShare);
        check(&modern(RETRY, None), Misfit::Retry);
        let mut named = answer(0x0303, 0x002f);
        named.extensions.push(Extension {
            kind: ExtensionType::SUPPORTED_VERSIONS,
            body: vec![3, 1],
        });
        check(&named, Misfit::Named(Version::TLS10));
    }

    #[test]
    fn a_version_is_offered_with_what_is_older_and_datagrams_count_downwards() {
        let ask = |offered: u16, chosen: u16| {
            let mut hello = ClientHello::new(Version(offered), [1; 32]);
            hello.suites = vec![CipherSuite(0x002f)];
            answer(chosen, 0x002f).answers(&hello).is_ok()
        };
        assert!(ask(0x0303, 0x0301) && !ask(0x0301, 0x0303));
        // One of tomorrow that nobody speaks, and the list of TLS 1.3 is what offers that.
        assert!(ask(0x0399, 0x0303) && !ask(0x0399, 0x0399) && !ask(0x0304, 0x0304));
        assert!(ask(0xfefd, 0xfeff) && !ask(0xfeff, 0xfefd));
        assert!(!ask(0xfefd, 0x0303) && !ask(0x0303, 0xfefd));
    }
}
