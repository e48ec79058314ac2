//! AES-GCM (RFC 5288) and ChaCha20-Poly1305 (RFC 7905) over records of TLS 1.2.

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes128Gcm, Aes256Gcm, KeyInit as _};
use chacha20poly1305::ChaCha20Poly1305;

use super::Cover;

const TAG: usize = 16;
const NONCE: usize = 12;

/// An AEAD of suites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AeadCipher {
    /// AES-GCM with a key of 128 bits.
    Aes128Gcm,
    /// AES-GCM with a key of 256 bits.
    Aes256Gcm,
    /// ChaCha20-Poly1305.
    ChaCha20Poly1305,
}

impl AeadCipher {
    /// The cipher that suites call by this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "AES_128_GCM" => Some(Self::Aes128Gcm),
            "AES_256_GCM" => Some(Self::Aes256Gcm),
            "CHACHA20_POLY1305" => Some(Self::ChaCha20Poly1305),
            _ => None,
        }
    }

    /// The length of its key.
    #[must_use]
    pub const fn key_length(self) -> usize {
        match self {
            Self::Aes128Gcm => 16,
            Self::Aes256Gcm | Self::ChaCha20Poly1305 => 32,
        }
    }

    /// The part of the nonce that the handshake fixes; the rest stands in each record.
    #[must_use]
    pub const fn fixed_iv_length(self) -> usize {
        match self {
            Self::Aes128Gcm | Self::Aes256Gcm => 4,
            Self::ChaCha20Poly1305 => NONCE,
        }
    }
}

/// One direction's cipher.
pub(super) struct Aead {
    keyed: Keyed,
    iv: Vec<u8>,
}

enum Keyed {
    Aes128(Box<Aes128Gcm>),
    Aes256(Box<Aes256Gcm>),
    ChaCha(Box<ChaCha20Poly1305>),
}

impl Aead {
    pub(super) fn new(cipher: AeadCipher, key: &[u8], iv: Vec<u8>) -> Option<Self> {
        let keyed = match cipher {
            AeadCipher::Aes128Gcm => Keyed::Aes128(Box::new(Aes128Gcm::new_from_slice(key).ok()?)),
            AeadCipher::Aes256Gcm => Keyed::Aes256(Box::new(Aes256Gcm::new_from_slice(key).ok()?)),
            AeadCipher::ChaCha20Poly1305 => {
                Keyed::ChaCha(Box::new(ChaCha20Poly1305::new_from_slice(key).ok()?))
            }
        };
        (iv.len() == cipher.fixed_iv_length()).then_some(Self { keyed, iv })
    }

    pub(super) fn seal(&self, cover: Cover, text: &[u8]) -> Option<Vec<u8>> {
        let aad = covered(cover, text.len())?;
        let payload = Payload { msg: text, aad: &aad };
        let explicit = cover.sequence.to_be_bytes();
        let nonce = self.nonce(explicit)?;
        let sealed = match &self.keyed {
            Keyed::Aes128(cipher) => cipher.encrypt(&nonce.into(), payload),
            Keyed::Aes256(cipher) => cipher.encrypt(&nonce.into(), payload),
            Keyed::ChaCha(cipher) => return cipher.encrypt(&nonce.into(), payload).ok(),
        };
        sealed.ok().map(|sealed| [&explicit[..], &sealed].concat())
    }

    pub(super) fn open(&self, cover: Cover, body: &[u8]) -> Option<Vec<u8>> {
        let (explicit, sealed) = match &self.keyed {
            Keyed::ChaCha(_) => (cover.sequence.to_be_bytes(), body),
            Keyed::Aes128(_) | Keyed::Aes256(_) => {
                let (explicit, sealed) = body.split_first_chunk::<8>()?;
                (*explicit, sealed)
            }
        };
        let aad = covered(cover, sealed.len().checked_sub(TAG)?)?;
        let payload = Payload {
            msg: sealed,
            aad: &aad,
        };
        let nonce = self.nonce(explicit)?;
        match &self.keyed {
            Keyed::Aes128(cipher) => cipher.decrypt(&nonce.into(), payload),
            Keyed::Aes256(cipher) => cipher.decrypt(&nonce.into(), payload),
            Keyed::ChaCha(cipher) => cipher.decrypt(&nonce.into(), payload),
        }
        .ok()
    }

    /// GCM: fixed part, then what the record brings. ChaCha20: the fixed part crossed with the sequence number.
    fn nonce(&self, explicit: [u8; 8]) -> Option<[u8; NONCE]> {
        let mut nonce = [0; NONCE];
        nonce
            .get_mut(NONCE - explicit.len()..)?
            .copy_from_slice(&explicit);
        for (byte, fixed) in nonce.iter_mut().zip(&self.iv) {
            *byte ^= fixed;
        }
        Some(nonce)
    }
}

impl std::fmt::Debug for Aead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Aead")
    }
}

/// The additional data (RFC 5246 section 6.2.3.3).
fn covered(cover: Cover, length: usize) -> Option<Vec<u8>> {
    let mut aad = cover.sequence.to_be_bytes().to_vec();
    aad.push(cover.content.0);
    aad.extend(cover.version.0.to_be_bytes());
    aad.extend(u16::try_from(length).ok()?.to_be_bytes());
    Some(aad)
}
