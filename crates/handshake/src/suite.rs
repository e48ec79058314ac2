//! What a cipher suite is made of (RFC 5246 appendix C, RFC 8446 appendix B.4), read from its name in the registry: a suite that the
//! registry gains is understood here as soon as its parts are.

use std::sync::LazyLock;

use holter_legacy::stream::StreamCipher;
use holter_wire::{CipherSuite, Version};

use crate::mac::Mac;
use crate::protect::{AeadCipher, BlockCipher};

/// How the two sides come to a common secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exchange {
    /// The client encrypts it to the key of the server's certificate.
    Rsa,
    /// Ephemeral elliptic-curve Diffie-Hellman.
    Ecdhe,
    /// Ephemeral Diffie-Hellman in a finite field.
    Dhe,
    /// TLS 1.3: by shares in the hellos, whatever the suite.
    Share,
}

/// What encrypts records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bulk {
    /// An obsolete stream cipher beside a MAC.
    Stream(StreamCipher),
    /// A block cipher in CBC mode over text and MAC.
    Cbc(BlockCipher),
    /// A cipher that authenticates by itself.
    Aead(AeadCipher),
}

/// A suite that a handshake can be finished with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suite {
    /// Its code point.
    pub code: CipherSuite,
    /// Its key exchange.
    pub exchange: Exchange,
    /// Whether the server shows a certificate.
    pub anonymous: bool,
    /// Its record cipher.
    pub bulk: Bulk,
    /// The hash that ends its name: the MAC's, or for an AEAD the PRF's.
    pub hash: Mac,
}

impl Suite {
    /// The parts of a suite; `None` when one of them is not known here.
    #[must_use]
    pub fn of(code: CipherSuite) -> Option<Self> {
        let name = code.name()?.strip_prefix("TLS_")?;
        let Some((exchange, rest)) = name.split_once("_WITH_") else {
            return Self::of_tls13(code, name);
        };
        let (exchange, anonymous) = match exchange {
            "RSA" => (Exchange::Rsa, false),
            "ECDHE_RSA" | "ECDHE_ECDSA" => (Exchange::Ecdhe, false),
            "ECDH_anon" => (Exchange::Ecdhe, true),
            "DHE_RSA" | "DHE_DSS" => (Exchange::Dhe, false),
            "DH_anon" => (Exchange::Dhe, true),
            _ => return None,
        };
        // The names of CCM's suites end without the hash (RFC 6655 section 3).
        let (bulk, hash) = if rest.ends_with("_CCM") || rest.ends_with("_CCM_8") {
            (rest, "SHA256")
        } else {
            rest.rsplit_once('_')?
        };
        Some(Self {
            code,
            exchange,
            anonymous,
            bulk: Bulk::named(bulk)?,
            hash: Mac::named(hash)?,
        })
    }

    /// The lowest version that the suite may be used in (RFC 5246 appendix A.5, RFC 5288 section 4).
    #[must_use]
    pub const fn least_version(&self) -> Version {
        match (self.bulk, self.hash) {
            _ if matches!(self.exchange, Exchange::Share) => Version::TLS13,
            (Bulk::Aead(_), _) | (_, Mac::Sha256 | Mac::Sha384) => Version::TLS12,
            _ => Version::SSL3,
        }
    }

    /// Whether a version has it. Datagrams may be lost, so that a stream cipher cannot be used there (RFC 6347 section 4.1.2.2).
    #[must_use]
    pub fn fits(&self, version: Version) -> bool {
        self.least_version() <= version.rules()
            && !(version.is_datagram() && matches!(self.bulk, Bulk::Stream(_)))
    }

    fn of_tls13(code: CipherSuite, name: &str) -> Option<Self> {
        let (bulk, hash) = name.rsplit_once('_')?;
        Some(Self {
            code,
            exchange: Exchange::Share,
            anonymous: false,
            bulk: Bulk::Aead(AeadCipher::named(bulk)?),
            hash: Mac::named(hash)?,
        })
    }

    /// Whether hardly any server has its cipher alone.
    const fn is_rare(&self) -> bool {
        use AeadCipher::{Aes128Gcm, Aes256Gcm, ChaCha20Poly1305};
        use BlockCipher::{Aes128, Aes256, Obsolete};
        use holter_legacy::block::BlockCipher::TripleDes;
        !matches!(
            self.bulk,
            Bulk::Aead(Aes128Gcm | Aes256Gcm | ChaCha20Poly1305)
                | Bulk::Cbc(Aes128 | Aes256 | Obsolete(TripleDes))
                | Bulk::Stream(_)
        )
    }

    /// Whether it is of TLS 1.3 and of no other version.
    #[must_use]
    pub const fn is_tls13(&self) -> bool {
        matches!(self.exchange, Exchange::Share)
    }

    /// The keys that each direction needs: for the MAC, the cipher and its nonces.
    #[must_use]
    pub fn key_lengths(&self, version: Version) -> KeyLengths {
        let mac = self.hash.length();
        match self.bulk {
            Bulk::Stream(cipher) => KeyLengths {
                mac,
                key: cipher.key_length(),
                iv: 0,
            },
            Bulk::Cbc(cipher) => KeyLengths {
                mac,
                key: cipher.key_length(),
                // From TLS 1.1 on each record brings its own.
                iv: if version.rules() < Version::TLS11 {
                    cipher.block_length()
                } else {
                    0
                },
            },
            Bulk::Aead(cipher) => KeyLengths {
                mac: 0,
                key: cipher.key_length(),
                iv: if version.rules() >= Version::TLS13 {
                    AeadCipher::NONCE
                } else {
                    cipher.fixed_iv_length()
                },
            },
        }
    }
}

/// How many bytes of key each direction takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyLengths {
    /// For the MAC.
    pub mac: usize,
    /// For the cipher.
    pub key: usize,
    /// For the first, or the fixed part of each, nonce.
    pub iv: usize,
}

impl Bulk {
    fn named(name: &str) -> Option<Self> {
        BlockCipher::named(name)
            .map(Self::Cbc)
            .or_else(|| AeadCipher::named(name).map(Self::Aead))
            .or_else(|| StreamCipher::named(name).map(Self::Stream))
    }
}

/// Suites that can be finished and show a certificate: RSA key exchange first, so that a slow device need not sign, and
/// obsolete ciphers last. AES-CCM, ARIA, Camellia and IDEA are left out, for a hello with a long name must stay short; they are
/// [`unusual`].
#[must_use]
pub fn preferred() -> &'static [CipherSuite] {
    static PREFERRED: LazyLock<Vec<CipherSuite>> = LazyLock::new(|| {
        let mut suites: Vec<_> = CipherSuite::registered()
            .filter_map(Suite::of)
            .filter(|suite| !suite.anonymous && !suite.is_rare())
            .collect();
        suites.sort_by_key(|suite| (obsolete(suite), suite.exchange, suite.code));
        suites.iter().map(|suite| suite.code).collect()
    });
    &PREFERRED
}

/// Suites that can be finished and are not [`preferred`]: those of AES-CCM, ARIA, Camellia and IDEA, and those that show no
/// certificate. For whoever has nothing else.
#[must_use]
pub fn unusual() -> &'static [CipherSuite] {
    static UNUSUAL: LazyLock<Vec<CipherSuite>> = LazyLock::new(|| {
        CipherSuite::registered()
            .filter(|code| Suite::of(*code).is_some() && !preferred().contains(code))
            .collect()
    });
    &UNUSUAL
}

const fn obsolete(suite: &Suite) -> bool {
    matches!(suite.bulk, Bulk::Stream(_) | Bulk::Cbc(BlockCipher::Obsolete(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_are_understood_by_their_names() {
        let suite = Suite::of(CipherSuite(0xc030)).unwrap();
        assert_eq!(
            (suite.exchange, suite.bulk, suite.hash),
            (Exchange::Ecdhe, Bulk::Aead(AeadCipher::Aes256Gcm), Mac::Sha384)
        );
        let suite = Suite::of(CipherSuite(0x0035)).unwrap();
        assert_eq!(
            (suite.exchange, suite.bulk, suite.hash),
            (Exchange::Rsa, Bulk::Cbc(BlockCipher::Aes256), Mac::Sha1)
        );
        assert!(Suite::of(CipherSuite(0x0034)).unwrap().anonymous);
        let suite = Suite::of(CipherSuite(0x1302)).unwrap();
        assert_eq!(
            (suite.bulk, suite.hash, suite.least_version()),
            (Bulk::Aead(AeadCipher::Aes256Gcm), Mac::Sha384, Version::TLS13)
        );
        let suite = Suite::of(CipherSuite(0xc0a0)).unwrap();
        assert_eq!(
            (suite.bulk, suite.hash, suite.least_version()),
            (Bulk::Aead(AeadCipher::Aes128Ccm8), Mac::Sha256, Version::TLS12)
        );
        // An export suite, one with PSK, one with SM4, one without encryption, the signal, and one that nobody has registered.
        for code in [0x0003, 0x008c, 0x00c7, 0xc0b4, 0x00ff, 0xfefe] {
            assert_eq!(Suite::of(CipherSuite(code)), None, "{code:04x}");
        }
    }

    #[test]
    fn rsa_key_exchange_comes_first_and_obsolete_ciphers_last() {
        let suites = preferred();
        assert_eq!(suites.first(), Some(&CipherSuite(0x002f)));
        let last = Suite::of(*suites.last().unwrap()).unwrap();
        assert!(obsolete(&last));
        assert!(suites.len() < 70, "{} suites make a long hello", suites.len());
        // AES-CCM in TLS 1.3, Diffie-Hellman without a certificate, Camellia, ARIA and IDEA.
        for code in [0x1304, 0x1305, 0x0034, 0x0041, 0xc051, 0x0007] {
            assert!(unusual().contains(&CipherSuite(code)), "{code:04x}");
        }
        assert!(unusual().iter().all(|suite| !suites.contains(suite)));
    }
}
