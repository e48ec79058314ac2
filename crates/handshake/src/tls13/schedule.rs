//! The key schedule (RFC 8446 section 7.1): one secret grows into the next, and keys are cut from each.

use hkdf::Hkdf;
use holter_wire::writer;
use sha2::{Digest as _, Sha256, Sha384};

use crate::keys::Keys;
use crate::mac::Mac;
use crate::protect::AeadCipher;
use crate::suite::{Bulk, Suite};

/// The hash of a suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
}

/// The secret so far.
#[derive(Clone)]
pub struct Schedule {
    hash: Hash,
    secret: Vec<u8>,
}

impl Hash {
    /// That of a suite.
    #[must_use]
    pub fn of(suite: &Suite) -> Self {
        match suite.hash {
            Mac::Sha384 => Self::Sha384,
            _ => Self::Sha256,
        }
    }

    /// The length of its digests.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
        }
    }

    /// The digest of messages.
    #[must_use]
    pub fn digest(self, messages: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(messages).to_vec(),
            Self::Sha384 => Sha384::digest(messages).to_vec(),
        }
    }

    fn mac(self, key: &[u8], message: &[u8]) -> Vec<u8> {
        let mac = match self {
            Self::Sha256 => Mac::Sha256,
            Self::Sha384 => Mac::Sha384,
        };
        mac.tag(key, &[message])
    }

    fn extract(self, salt: &[u8], secret: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Hkdf::<Sha256>::extract(Some(salt), secret).0.to_vec(),
            Self::Sha384 => Hkdf::<Sha384>::extract(Some(salt), secret).0.to_vec(),
        }
    }

    /// `HKDF-Expand-Label`.
    #[must_use]
    pub fn expand(self, secret: &[u8], label: &[u8], context: &[u8], length: usize) -> Vec<u8> {
        let mut info = u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes().to_vec();
        writer::vec8(&mut info, |out| {
            out.extend(b"tls13 ");
            out.extend(label);
        });
        writer::vec8(&mut info, |out| out.extend_from_slice(context));
        let mut out = vec![0; length];
        // No length here is beyond what HKDF gives, and every secret is as long as its hash.
        let _ = match self {
            Self::Sha256 => Hkdf::<Sha256>::from_prk(secret).map(|hkdf| hkdf.expand(&info, &mut out)),
            Self::Sha384 => Hkdf::<Sha384>::from_prk(secret).map(|hkdf| hkdf.expand(&info, &mut out)),
        };
        out
    }

    /// The body of a Finished message by a traffic secret, or of a binder (sections 4.4.4 and 4.2.11.2).
    #[must_use]
    pub fn verify_data(self, secret: &[u8], digest: &[u8]) -> Vec<u8> {
        self.mac(&self.expand(secret, b"finished", &[], self.length()), digest)
    }

    /// The traffic secret that follows (section 7.2).
    #[must_use]
    pub fn next_secret(self, secret: &[u8]) -> Vec<u8> {
        self.expand(secret, b"traffic upd", &[], self.length())
    }

    /// The key and nonce of a traffic secret (section 7.3).
    #[must_use]
    pub fn keys(self, suite: &Suite, secret: &[u8]) -> Keys {
        let length = match suite.bulk {
            Bulk::Aead(cipher) => cipher.key_length(),
            _ => 0,
        };
        Keys {
            mac: Vec::new(),
            key: self.expand(secret, b"key", &[], length),
            iv: self.expand(secret, b"iv", &[], AeadCipher::NONCE),
        }
    }
}

impl Schedule {
    /// The early secret, from a key that both sides share, or from none.
    #[must_use]
    pub fn new(hash: Hash, shared: Option<&[u8]>) -> Self {
        let zeros = vec![0; hash.length()];
        Self {
            hash,
            secret: hash.extract(&zeros, shared.unwrap_or(&zeros)),
        }
    }

    /// The secret that follows: the handshake secret by the key exchange, then the master secret.
    #[must_use]
    pub fn followed_by(&self, agreed: Option<&[u8]>) -> Self {
        let zeros = vec![0; self.hash.length()];
        let salt = self.derive(b"derived", &[]);
        Self {
            hash: self.hash,
            secret: self.hash.extract(&salt, agreed.unwrap_or(&zeros)),
        }
    }

    /// `Derive-Secret` over messages.
    #[must_use]
    pub fn derive(&self, label: &[u8], messages: &[u8]) -> Vec<u8> {
        let digest = self.hash.digest(messages);
        self.hash.expand(&self.secret, label, &digest, self.hash.length())
    }
}

impl std::fmt::Debug for Schedule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Schedule")
            .field("hash", &self.hash)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::unhex;

    #[test]
    fn secrets_are_those_of_rfc_8448() {
        // RFC 8448 section 3, "Simple 1-RTT Handshake".
        let early = Schedule::new(Hash::Sha256, None);
        assert_eq!(
            early.secret,
            unhex("33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a")
        );
        assert_eq!(
            early.derive(b"derived", &[]),
            unhex("6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba")
        );
        let shared = unhex("8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d");
        let handshake = early.followed_by(Some(&shared));
        assert_eq!(
            handshake.secret,
            unhex("1dc826e93606aa6fdc0aadc12f741b01046aa6b99f691ed221a9f0ca043fbeac")
        );
        assert_eq!(
            handshake.followed_by(None).secret,
            unhex("18df06843d13a08bf2a449844c5f8a478001bc4d4c627984d5a41da8d0402919")
        );
    }
}
