//! What a cipher suite is made of, read from its name in the registry (RFC 5246 appendix C, RFC 8446 appendix B.4): a
//! suite that the registry gains is understood here as soon as its parts are.

use std::sync::LazyLock;

use crate::{CipherSuite, Version};

/// How the two sides come to a common secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exchange {
    /// None at all.
    Null,
    /// The client encrypts it to the key of the server's certificate.
    Rsa,
    /// Finite-field Diffie-Hellman with a key that stands in the certificate.
    Dh,
    /// Ephemeral finite-field Diffie-Hellman.
    Dhe,
    /// Elliptic-curve Diffie-Hellman with a key that stands in the certificate.
    Ecdh,
    /// Ephemeral elliptic-curve Diffie-Hellman.
    Ecdhe,
    /// It is known to both beforehand.
    Psk,
    /// A password that both know (RFC 5054).
    Srp,
    /// Kerberos (RFC 2712).
    Kerberos,
    /// GOST key transport (RFC 9189).
    Gost,
    /// ECC-J-PAKE.
    Ecjpake,
    /// The suite leaves it open: TLS 1.3 agrees on it apart.
    Any,
}

/// How the server shows who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Authentication {
    /// Not at all: anybody may stand between.
    Anonymous,
    /// With an RSA key.
    Rsa,
    /// With a DSA key.
    Dss,
    /// With an elliptic-curve key.
    Ecdsa,
    /// By a secret that both know.
    Shared,
    /// With a GOST key.
    Gost,
    /// The suite leaves it open.
    Any,
}

/// How the cipher is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Nothing is encrypted.
    Null,
    /// A stream cipher beside a MAC.
    Stream,
    /// A block cipher in CBC mode, MAC first.
    Cbc,
    /// It authenticates by itself.
    Aead,
}

/// A suite taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Its key exchange.
    pub exchange: Exchange,
    /// Its authentication.
    pub authentication: Authentication,
    /// The cipher's name as it stands in the suite's, like "AES_128_GCM" or "3DES_EDE_CBC".
    pub cipher: &'static str,
    /// How the cipher is used.
    pub mode: Mode,
    /// Bits of strength against trying all keys: 112 for Triple DES, 40 or 56 for what was made for export.
    pub bits: u16,
    /// Bits of a block; 0 where there are none.
    pub block: u16,
    /// The hash that ends its name: the MAC's, or for an AEAD the PRF's. "" where the name has none.
    pub hash: &'static str,
    /// Whether it was weakened for export.
    pub export: bool,
}

impl CipherSuite {
    /// The parts of a registered suite; `None` for a signal and for what nobody has registered.
    #[must_use]
    pub fn parts(self) -> Option<Parts> {
        // A name takes far longer to read than to find, and a survey asks for all of them again and again.
        static ALL: LazyLock<Vec<(CipherSuite, Option<Parts>)>> = LazyLock::new(|| {
            CipherSuite::registered()
                .map(|suite| (suite, suite.read()))
                .collect()
        });
        let row = ALL.binary_search_by_key(&self, |row| row.0).ok()?;
        ALL.get(row)?.1
    }

    fn read(self) -> Option<Parts> {
        let name = self.name()?.strip_prefix("TLS_")?;
        let (exchange, authentication, export, rest) = match name.split_once("_WITH_") {
            Some((before, rest)) => {
                let (before, export) = match before.strip_suffix("_EXPORT1024") {
                    Some(before) => (before, true),
                    None => before
                        .strip_suffix("_EXPORT")
                        .map_or((before, false), |before| (before, true)),
                };
                let (exchange, authentication) = agreement(before)?;
                (exchange, authentication, export, rest)
            }
            None if self.is_tls13() => (Exchange::Any, Authentication::Any, false, name),
            None => return None,
        };
        let (cipher, hash) = split_hash(rest);
        let (mode, bits, block) = strength(cipher)?;
        let bits = match (export, cipher) {
            // The export suites of 1024 bits have DES and RC4 with 56 bits.
            (true, cipher) if cipher.contains("DES") || cipher.contains("56") => bits.min(56),
            (true, _) => bits.min(40),
            _ => bits,
        };
        Some(Parts {
            exchange,
            authentication,
            cipher,
            mode,
            bits,
            block,
            hash,
            export,
        })
    }

    /// Whether it is one of TLS 1.3, which no older version can use.
    #[must_use]
    pub fn is_tls13(self) -> bool {
        // SM4 (RFC 8998) and GOST (RFC 9367) stand apart from the others.
        matches!(self.0, 0x1300..=0x13ff | 0x00c6 | 0x00c7 | 0xc0b4 | 0xc0b5 | 0xc103..=0xc106)
    }

    /// Whether it is no suite but says something (RFC 5746 section 3.3, RFC 7507), or nothing at all.
    #[must_use]
    pub const fn is_signal(self) -> bool {
        matches!(self.0, 0x0000 | 0x00ff | 0x5600)
    }

    /// Whether a version can use it (RFC 5246 appendix A.5, RFC 5288 section 4).
    #[must_use]
    pub fn fits(self, version: Version) -> bool {
        if self.is_signal() {
            return false;
        }
        if version == Version::TLS13 {
            return self.is_tls13();
        }
        let newest = matches!(version, Version::TLS12 | Version::DTLS12);
        !self.is_tls13() && (newest || self.parts().is_none_or(|parts| !parts.needs_tls12()))
    }
}

impl Parts {
    /// Whether a key that is stolen later does not open what was recorded before.
    #[must_use]
    pub const fn forward_secret(&self) -> bool {
        matches!(
            self.exchange,
            Exchange::Dhe | Exchange::Ecdhe | Exchange::Any | Exchange::Ecjpake
        )
    }

    const fn needs_tls12(&self) -> bool {
        matches!(self.mode, Mode::Aead) || matches!(self.hash.as_bytes(), b"SHA256" | b"SHA384" | b"SM3")
    }
}

fn agreement(name: &str) -> Option<(Exchange, Authentication)> {
    use {Authentication as A, Exchange as E};
    Some(match name {
        "NULL" => (E::Null, A::Anonymous),
        "RSA" | "RSA_FIPS" => (E::Rsa, A::Rsa),
        "DH_DSS" => (E::Dh, A::Dss),
        "DH_RSA" => (E::Dh, A::Rsa),
        "DHE_DSS" => (E::Dhe, A::Dss),
        "DHE_RSA" => (E::Dhe, A::Rsa),
        "DH_anon" => (E::Dhe, A::Anonymous),
        "ECDH_ECDSA" => (E::Ecdh, A::Ecdsa),
        "ECDH_RSA" => (E::Ecdh, A::Rsa),
        "ECDHE_ECDSA" => (E::Ecdhe, A::Ecdsa),
        "ECDHE_RSA" => (E::Ecdhe, A::Rsa),
        "ECDH_anon" => (E::Ecdhe, A::Anonymous),
        "KRB5" => (E::Kerberos, A::Shared),
        "PSK" => (E::Psk, A::Shared),
        "DHE_PSK" | "PSK_DHE" => (E::Dhe, A::Shared),
        "ECDHE_PSK" => (E::Ecdhe, A::Shared),
        "RSA_PSK" => (E::Rsa, A::Rsa),
        "SRP_SHA" => (E::Srp, A::Shared),
        "SRP_SHA_RSA" => (E::Srp, A::Rsa),
        "SRP_SHA_DSS" => (E::Srp, A::Dss),
        "ECCPWD" => (E::Ecdhe, A::Shared),
        "ECJPAKE" => (E::Ecjpake, A::Shared),
        "GOSTR341112_256" | "GOSTR341001" | "GOSTR341094" => (E::Gost, A::Gost),
        _ => return None,
    })
}

fn split_hash(rest: &'static str) -> (&'static str, &'static str) {
    const HASHES: [&str; 8] = [
        "SHA256",
        "SHA384",
        "SHA512",
        "SHA",
        "MD5",
        "SM3",
        "GOSTR3411",
        "OMAC",
    ];
    match rest.rsplit_once('_') {
        Some((cipher, hash)) if HASHES.contains(&hash) => (cipher, hash),
        _ => (rest, ""),
    }
}

fn strength(cipher: &str) -> Option<(Mode, u16, u16)> {
    // RFC 9150: integrity only.
    let mode = if matches!(cipher, "NULL" | "SHA256" | "SHA384") {
        Mode::Null
    } else if cipher.ends_with("_CBC") || cipher.ends_with("_CBC_40") {
        Mode::Cbc
    } else if cipher.contains("GCM")
        || cipher.contains("CCM")
        || cipher.contains("POLY1305")
        || cipher.contains("MGM")
        || cipher.contains("AEGIS")
    {
        Mode::Aead
    } else {
        Mode::Stream
    };
    let (bits, block) = match cipher {
        _ if mode == Mode::Null => (0, 0),
        "3DES_EDE_CBC" => (112, 64),
        "DES_CBC" => (56, 64),
        "DES40_CBC" | "DES_CBC_40" | "RC2_CBC_40" => (40, 64),
        "RC2_CBC_56" => (56, 64),
        "RC2_CBC" | "IDEA_CBC" => (128, 64),
        "FORTEZZA_CBC" | "SKIPJACK_CBC" => (80, 64),
        "RC4_40" => (40, 0),
        "RC4_56" => (56, 0),
        "RC4_128" => (128, 0),
        "SEED_CBC" | "SM4_GCM" | "SM4_CCM" | "SM4_CBC" => (128, 128),
        "CHACHA20_POLY1305" => (256, 0),
        "28147_CNT" => (256, 64),
        "KUZNYECHIK_CTR_OMAC" | "KUZNYECHIK_CTR" => (256, 128),
        "MAGMA_CTR_OMAC" | "MAGMA_CTR" => (256, 64),
        _ if cipher.starts_with("MAGMA") => (256, 64),
        _ if cipher.contains("128") => (128, 128),
        _ if cipher.contains("256") || cipher.starts_with("KUZNYECHIK") => (256, 128),
        _ => return None,
    };
    Some((mode, bits, block))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(code: u16) -> Parts {
        CipherSuite(code).parts().unwrap()
    }

    #[test]
    fn every_registered_suite_is_understood() {
        let strange: Vec<_> = CipherSuite::registered()
            .filter(|suite| !suite.is_signal() && suite.parts().is_none())
            .collect();
        assert!(strange.is_empty(), "{strange:?}");
    }

    #[test]
    fn suites_are_taken_apart() {
        let suite = parts(0xc030);
        assert_eq!(
            (suite.exchange, suite.authentication, suite.mode),
            (Exchange::Ecdhe, Authentication::Rsa, Mode::Aead)
        );
        assert_eq!(
            (suite.cipher, suite.bits, suite.hash),
            ("AES_256_GCM", 256, "SHA384")
        );
        assert!(suite.forward_secret());
        let suite = parts(0x000a);
        assert_eq!((suite.bits, suite.block, suite.mode), (112, 64, Mode::Cbc));
        assert!(!suite.forward_secret() && !suite.export);
        // Export, anonymous and TLS 1.3.
        assert_eq!((parts(0x0003).bits, parts(0x0003).export), (40, true));
        assert_eq!((parts(0x0062).bits, parts(0x0062).export), (56, true));
        assert_eq!(parts(0x0034).authentication, Authentication::Anonymous);
        assert_eq!(parts(0x1301).exchange, Exchange::Any);
        assert_eq!(CipherSuite(0x00ff).parts(), None);
    }

    #[test]
    fn suites_fit_their_versions() {
        assert!(CipherSuite(0x1301).fits(Version::TLS13) && !CipherSuite(0x1301).fits(Version::TLS12));
        assert!(CipherSuite(0x009c).fits(Version::TLS12) && !CipherSuite(0x009c).fits(Version::TLS11));
        assert!(CipherSuite(0x002f).fits(Version::SSL3) && !CipherSuite(0x002f).fits(Version::TLS13));
        assert!(!CipherSuite(0x003c).fits(Version::DTLS10) && CipherSuite(0x003c).fits(Version::DTLS12));
        assert!(!CipherSuite(0x5600).fits(Version::TLS12));
    }
}
