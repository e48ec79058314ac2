//! Protected records (RFC 5246 section 6.2.3): one direction's cipher, keys and sequence number.

mod aead;
mod cbc;
mod malformed;
mod tag;

use holter_legacy::stream::Stream;
use holter_wire::{ContentType, Version};

pub use self::aead::AeadCipher;
pub use self::cbc::BlockCipher;
pub use self::malformed::Malformed;

use self::aead::Aead;
use self::cbc::Cbc;
use self::tag::Tagger;
use crate::HandshakeError;
use crate::keys::Keys;
use crate::suite::{Bulk, Suite};

/// Seals or opens the records of one direction, in their order.
#[derive(Debug)]
pub struct Protection {
    cipher: Cipher,
    sequence: u64,
}

#[derive(Debug)]
enum Cipher {
    Stream(Box<Stream>, Tagger),
    Cbc(Box<Cbc>, Tagger),
    /// The tag covers what was encrypted (RFC 7366).
    CbcFirst(Box<Cbc>, Tagger),
    Aead(Aead),
}

/// What a record's protection covers besides its text.
#[derive(Clone, Copy, Debug)]
struct Cover {
    sequence: u64,
    content: ContentType,
    version: Version,
}

impl Protection {
    /// The protection that a suite means under a version. `chance` makes the nonces of CBC records; 32 bytes that
    /// the peer cannot guess.
    ///
    /// # Errors
    /// [`HandshakeError::Unsupported`] when the keys do not fit the suite.
    pub fn new(
        suite: &Suite,
        version: Version,
        keys: Keys,
        chance: [u8; 32],
    ) -> Result<Self, HandshakeError> {
        let unfit = HandshakeError::Unsupported("keys that do not fit their suite");
        let tagger = Tagger::new(suite.hash, version, keys.mac);
        let cipher = match suite.bulk {
            Bulk::Stream(cipher) => cipher
                .keyed(&keys.key)
                .map(|stream| Cipher::Stream(Box::new(stream), tagger)),
            Bulk::Cbc(cipher) => Cbc::new(cipher, version, &keys.key, keys.iv, chance)
                .map(|cbc| Cipher::Cbc(Box::new(cbc), tagger)),
            Bulk::Aead(cipher) => Aead::new(cipher, &keys.key, keys.iv).map(Cipher::Aead),
        };
        Ok(Self {
            cipher: cipher.ok_or(unfit)?,
            sequence: 0,
        })
    }

    /// The protection of TLS 1.3.
    ///
    /// # Errors
    /// [`HandshakeError::Unsupported`] when the keys do not fit the suite.
    pub fn tls13(suite: &Suite, keys: Keys) -> Result<Self, HandshakeError> {
        match suite.bulk {
            Bulk::Aead(cipher) => Aead::tls13(cipher, &keys.key, keys.iv),
            _ => None,
        }
        .map(|aead| Self {
            cipher: Cipher::Aead(aead),
            sequence: 0,
        })
        .ok_or(HandshakeError::Unsupported("keys that do not fit their suite"))
    }

    /// Whether records hide their content type.
    #[must_use]
    pub fn is_tls13(&self) -> bool {
        matches!(&self.cipher, Cipher::Aead(aead) if aead.is_tls13())
    }

    /// The same, but a block cipher encrypts first and the tag covers that (RFC 7366). Others stay as they are.
    #[must_use]
    pub fn encrypting_first(self) -> Self {
        let cipher = match self.cipher {
            Cipher::Cbc(cbc, tagger) => Cipher::CbcFirst(cbc, tagger),
            other => other,
        };
        Self { cipher, ..self }
    }

    /// The body of the next record with a padding and a tag that may be wrong; `None` for other ciphers than block
    /// ciphers whose tag is encrypted.
    #[must_use]
    pub fn malform(
        &mut self,
        content: ContentType,
        version: Version,
        text: &[u8],
        malformed: Malformed,
    ) -> Option<Vec<u8>> {
        let cover = self.next(content, version);
        match &mut self.cipher {
            Cipher::Cbc(cbc, tagger) => {
                let text = malformed.text(text);
                let data = malformed.data(text, &tagger.tag(cover, text), cbc.block(), version)?;
                cbc.encrypt_whole(cover.sequence, data)
            }
            _ => None,
        }
    }

    /// The body of the next record, from its text.
    ///
    /// # Errors
    /// [`HandshakeError::Unsupported`] when the cipher cannot take this text.
    pub fn seal(
        &mut self,
        content: ContentType,
        version: Version,
        text: &[u8],
    ) -> Result<Vec<u8>, HandshakeError> {
        let cover = self.next(content, version);
        match &mut self.cipher {
            Cipher::Stream(stream, tagger) => {
                let mut body = text.to_vec();
                body.extend(tagger.tag(cover, text));
                stream.apply(&mut body);
                Some(body)
            }
            Cipher::Cbc(cbc, tagger) => cbc.seal(cover.sequence, text, &tagger.tag(cover, text)),
            Cipher::CbcFirst(cbc, tagger) => cbc.seal(cover.sequence, text, &[]).map(|mut body| {
                body.extend(tagger.tag(cover, &body));
                body
            }),
            Cipher::Aead(aead) => aead.seal(cover, text),
        }
        .ok_or(HandshakeError::Unsupported("a text that does not fit its cipher"))
    }

    /// The text of the next record, from its body.
    ///
    /// # Errors
    /// [`HandshakeError::PeerMisbehaved`] when it is not what the peer's keys protect.
    pub fn open(
        &mut self,
        content: ContentType,
        version: Version,
        body: &[u8],
    ) -> Result<Vec<u8>, HandshakeError> {
        const BROKEN: HandshakeError =
            HandshakeError::PeerMisbehaved("a record is not protected by its keys");
        let cover = self.next(content, version);
        match &mut self.cipher {
            Cipher::Stream(stream, tagger) => {
                let mut text = body.to_vec();
                stream.apply(&mut text);
                tagger.strip(cover, text)
            }
            Cipher::Cbc(cbc, tagger) => cbc.open(body).and_then(|text| tagger.strip(cover, text)),
            Cipher::CbcFirst(cbc, tagger) => tagger
                .strip(cover, body.to_vec())
                .and_then(|body| cbc.open(&body)),
            Cipher::Aead(aead) => aead.open(cover, body),
        }
        .ok_or(BROKEN)
    }

    /// The next record has this number: over datagrams it stands in the record.
    pub(crate) const fn number(&mut self, number: u64) {
        self.sequence = number;
    }

    fn next(&mut self, content: ContentType, version: Version) -> Cover {
        let sequence = self.sequence;
        self.sequence = sequence.wrapping_add(1);
        Cover {
            sequence,
            content,
            version,
        }
    }
}

#[cfg(test)]
mod tests {
    use holter_wire::CipherSuite;
    use proptest::prelude::*;

    use super::*;
    use crate::testing::unhex;

    const SUITES: [u16; 20] = [
        0x0004, 0x0005, 0x000a, 0x002f, 0x0035, 0x003c, 0x009c, 0xc030, 0xcca8, 0xc09c, 0xc0a1, 0x0007,
        0x0041, 0x0084, 0xc03c, 0xc03d, 0xc050, 0xc051, 0xc07a, 0xc07b,
    ];
    const VERSIONS: [Version; 4] = [Version::SSL3, Version::TLS10, Version::TLS11, Version::TLS12];

    fn pair(code: u16, version: Version) -> (Protection, Protection) {
        let suite = Suite::of(CipherSuite(code)).unwrap();
        let lengths = suite.key_lengths(version);
        let keys = Keys {
            mac: vec![1; lengths.mac],
            key: vec![2; lengths.key],
            iv: vec![3; lengths.iv],
        };
        let new = |keys| Protection::new(&suite, version, keys, [4; 32]).unwrap();
        (new(keys.clone()), new(keys))
    }

    #[test]
    fn what_is_sealed_opens_and_nothing_else_does() {
        for version in VERSIONS {
            for code in SUITES {
                if Suite::of(CipherSuite(code)).unwrap().least_version() > version {
                    continue;
                }
                let (mut seal, mut open) = pair(code, version);
                for length in [0, 1, 15, 16, 17, 255, 1 << 14] {
                    let text = vec![7; length];
                    let body = seal.seal(ContentType::HEARTBEAT, version, &text).unwrap();
                    let opened = open.open(ContentType::HEARTBEAT, version, &body).unwrap();
                    assert_eq!(opened, text, "{code:04x} {version} {length}");
                }
                let mut body = seal.seal(ContentType::HEARTBEAT, version, b"text").unwrap();
                *body.first_mut().unwrap() ^= 1;
                assert!(
                    open.open(ContentType::HEARTBEAT, version, &body).is_err(),
                    "{code:04x} {version}"
                );
                let body = seal.seal(ContentType::HEARTBEAT, version, b"text").unwrap();
                assert!(
                    open.open(ContentType::ALERT, version, &body).is_err(),
                    "{code:04x} {version}"
                );
            }
        }
    }

    #[test]
    fn records_are_those_of_an_independent_implementation() {
        // Made with the crypto module of Node.js: MAC key 01…, key 02…, IV 03…, chance 04…, the first record.
        for (code, version, expected) in KNOWN {
            let (mut seal, _) = pair(code, version);
            let body = seal.seal(ContentType::HEARTBEAT, version, b"text").unwrap();
            assert_eq!(body, unhex(expected), "{code:04x} {version}");
        }
    }

    const KNOWN: [(u16, Version, &str); 8] = [
        (
            0x000a,
            Version::SSL3,
            "5a0def793a963d286d692b93df0a0bca5b6eb76abe8b5a72830d3e85f7704a89",
        ),
        (0x0004, Version::SSL3, "d0647ed62f74d9873937851d42783b563b7fb2af"),
        (
            0x002f,
            Version::TLS10,
            "0dd769868de5d2380b0ea2057968fa5c24dc5a6c15742208f9fbe003246197ef",
        ),
        (0x0004, Version::TLS10, "d0647ed641ec7215b7d822956b74a97e477df75b"),
        (
            0x0035,
            Version::TLS11,
            "c7d38aca8529cba11e8dc1ef67143848bf4fe72f360ff07ceee0a25b549a9583da843b1e236370ecb2936fa0ed52af1f",
        ),
        (
            0x003c,
            Version::TLS12,
            "c7d38aca8529cba11e8dc1ef671438484cacf68aab377c2d9833a08e61e22feb3e82e176dd13b7c88ee41cb0378fdd9636b117eae671a20993363e55414fc751",
        ),
        (
            0x009c,
            Version::TLS12,
            "000000000000000000aceb4e745ee2463a749d679a352444d1132eea",
        ),
        (0xcca8, Version::TLS12, "a2f16e9ac1daec8ae642d2be3b363a368546cef8"),
    ];

    proptest! {
        #[test]
        fn hostile_records_never_panic(body in proptest::collection::vec(any::<u8>(), 0..200), at in 0..SUITES.len()) {
            for version in VERSIONS {
                let (_, mut open) = pair(SUITES[at], version);
                prop_assert!(open.open(ContentType::HEARTBEAT, version, &body).is_err());
            }
        }
    }
}
