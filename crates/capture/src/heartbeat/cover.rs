//! How much a record says of the length of what is in it: exact where nothing is padded, an interval where it is.

use holter_wire::suite::{Mode, Parts};
use holter_wire::{CipherSuite, Version};

/// The most content that a record may have (RFC 5246 section 6.2.1).
pub(crate) const FULL: u64 = 1 << 14;

/// What lies around the content of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cover {
    /// Nothing is encrypted.
    Clear,
    /// Nothing is encrypted, and so many bytes of authentication stand behind the content: a NULL suite.
    Bare {
        /// Bytes of authentication.
        mac: u16,
    },
    /// So many bytes are added, and for block ciphers padding up to a block, or more where the sender likes.
    Known {
        /// Initialisation vector, authentication and what else always stands there.
        fixed: u16,
        /// Bytes of a block; 0 where nothing is padded.
        block: u8,
    },
    /// Encrypted, but the beginning was not captured, so nobody knows how.
    Unknown,
    /// Compressed first: the length says nothing of the content's.
    Compressed,
}

/// How long the content of a record can be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    /// At least so long, however it was padded.
    pub(crate) certain: u64,
    /// At least so long if its sender pads no more than it must, as OpenSSL does.
    pub(crate) minimal: u64,
    /// At most so long.
    pub(crate) most: u64,
}

impl Cover {
    /// The cover that a suite puts on records of a version; `short`: authentication is cut to ten bytes (RFC 6066 section 7).
    pub(crate) fn of(version: Version, suite: CipherSuite, compression: u8, short: bool) -> Self {
        if compression != 0 {
            return Self::Compressed;
        }
        // ChaCha20 as in draft-agl-tls-chacha20poly1305, which is not registered: a tag and no nonce of its own.
        if matches!(suite.0, 0xcc13..=0xcc15) {
            return Self::Known { fixed: 16, block: 0 };
        }
        let Some(parts) = suite.parts() else {
            return Self::Unknown;
        };
        let mac = if short { 10 } else { mac(&parts) };
        let block = parts.block / 8;
        match parts.mode {
            Mode::Null => Self::Bare { mac },
            Mode::Stream => Self::Known { fixed: mac, block: 0 },
            Mode::Aead => {
                let short = parts.cipher.contains("CCM_8") || parts.cipher.contains("POLY1305");
                Self::Known {
                    fixed: if short { 16 } else { 24 },
                    block: 0,
                }
            }
            Mode::Cbc => {
                // Since TLS 1.1, and in every DTLS, each record brings its own initialisation vector.
                let own = version > Version::TLS10 || version == Version(0x0100);
                Self::Known {
                    fixed: mac + if own { block } else { 0 },
                    block: u8::try_from(block).unwrap_or(16),
                }
            }
        }
    }

    /// What a record body of this length can hold.
    pub(crate) fn span(self, length: u64) -> Span {
        let less = |bytes: u64| length.saturating_sub(bytes).min(FULL);
        match self {
            Self::Clear => Span::exactly(length.min(FULL)),
            Self::Bare { mac } => Span::exactly(less(mac.into())),
            Self::Known { fixed, block: 0 } => Span::exactly(less(fixed.into())),
            Self::Known { fixed, block } => {
                let fixed = u64::from(fixed);
                Span {
                    certain: less(fixed + 256),
                    minimal: less(fixed + u64::from(block)),
                    most: less(fixed + 1),
                }
            }
            // The longest vector, authentication and padding that there are, and the shortest.
            Self::Unknown => Span {
                certain: less(16 + 48 + 256),
                minimal: less(16 + 48 + 256),
                most: less(16),
            },
            Self::Compressed => Span {
                certain: 0,
                minimal: 0,
                most: FULL,
            },
        }
    }

    /// Whether a first encrypted handshake record of this length, a Finished, shows that its sender pads no more than it must.
    pub(crate) fn pads_least(self, finished: u64, version: Version) -> bool {
        let content = if version <= Version::SSL3 { 4 + 36 } else { 4 + 12 };
        // DTLS puts eight bytes more before its handshake messages.
        let content = if version.0 >= 0xfe00 { content + 8 } else { content };
        match self {
            Self::Known { block: 1.., .. } => {
                let span = self.span(finished);
                (span.minimal..=span.most).contains(&content)
            }
            _ => true,
        }
    }
}

impl Span {
    /// One length and no other.
    pub(crate) const fn exactly(length: u64) -> Self {
        Self {
            certain: length,
            minimal: length,
            most: length,
        }
    }

    /// Whether the record may be full, so that what it says goes on in the next.
    pub(crate) const fn may_be_full(self) -> bool {
        self.most >= FULL
    }
}

fn mac(parts: &Parts) -> u16 {
    match parts.hash {
        "MD5" => 16,
        "SHA256" | "SM3" => 32,
        "SHA384" => 48,
        "SHA512" => 64,
        _ => 20,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(version: Version, suite: u16, length: u64) -> (u64, u64, u64) {
        let span = Cover::of(version, CipherSuite(suite), 0, false).span(length);
        (span.certain, span.minimal, span.most)
    }

    #[test]
    fn the_formulas_of_the_ground_truth() {
        // AES-128-GCM, ChaCha20, AES-128-CCM_8, RC4-SHA, RC4-MD5.
        assert_eq!(span(Version::TLS12, 0xc02f, 43), (19, 19, 19));
        assert_eq!(span(Version::TLS12, 0xcca8, 43), (27, 27, 27));
        assert_eq!(span(Version::TLS12, 0xcc13, 43), (27, 27, 27));
        assert_eq!(span(Version::TLS12, 0xc0a0, 43), (27, 27, 27));
        assert_eq!(span(Version::TLS12, 0x0005, 39), (19, 19, 19));
        assert_eq!(span(Version::TLS12, 0x0004, 35), (19, 19, 19));
        // AES-CBC-SHA: TLS 1.0 has no vector of its own.
        assert_eq!(span(Version::TLS10, 0x002f, 48), (0, 12, 27));
        assert_eq!(span(Version::TLS11, 0x002f, 64), (0, 12, 27));
        assert_eq!(span(Version::DTLS10, 0x002f, 64), (0, 12, 27));
        // Triple DES in TLS 1.1: the rest of a 16 KiB answer.
        assert_eq!(span(Version::TLS11, 0x000a, 48), (0, 12, 19));
        assert_eq!(span(Version::TLS12, 0x003c, 80), (0, 16, 31));
    }

    #[test]
    fn a_finished_tells_how_its_sender_pads() {
        let cover = Cover::of(Version::TLS11, CipherSuite(0x002f), 0, false);
        assert!(cover.pads_least(64, Version::TLS11));
        assert!(!cover.pads_least(80, Version::TLS11));
        let cover = Cover::of(Version::TLS10, CipherSuite(0x002f), 0, false);
        assert!(cover.pads_least(48, Version::TLS10));
    }
}
