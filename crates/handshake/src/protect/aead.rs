//! AES-GCM (RFC 5288) and ChaCha20-Poly1305 (RFC 7905) over records of TLS 1.2 and 1.3 (RFC 8446 section 5.2).

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes128Gcm, Aes256Gcm, KeyInit as _};
use chacha20poly1305::ChaCha20Poly1305;

use super::Cover;

const TAG: usize = 16;
const NONCE: usize = AeadCipher::NONCE;

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
    /// The length of its nonces.
    pub const NONCE: usize = 12;

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
    form: Form,
}

/// What a record says of its nonce, and what is covered beside its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// TLS 1.2: a part of the nonce before the text, which GCM has.
    Explicit,
    /// TLS 1.2: nothing of the nonce.
    Implicit,
    /// TLS 1.3: nothing of the nonce; the record's header is covered as it stands.
    Tls13,
}

enum Keyed {
    Aes128(Box<Aes128Gcm>),
    Aes256(Box<Aes256Gcm>),
    ChaCha(Box<ChaCha20Poly1305>),
}

impl Aead {
    pub(super) fn new(cipher: AeadCipher, key: &[u8], iv: Vec<u8>) -> Option<Self> {
        let form = match cipher {
            AeadCipher::ChaCha20Poly1305 => Form::Implicit,
            _ => Form::Explicit,
        };
        (iv.len() == cipher.fixed_iv_length()).then_some(())?;
        Self::formed(cipher, key, iv, form)
    }

    /// That of TLS 1.3.
    pub(super) fn tls13(cipher: AeadCipher, key: &[u8], iv: Vec<u8>) -> Option<Self> {
        (iv.len() == NONCE).then_some(())?;
        Self::formed(cipher, key, iv, Form::Tls13)
    }

    pub(super) fn is_tls13(&self) -> bool {
        self.form == Form::Tls13
    }

    fn formed(cipher: AeadCipher, key: &[u8], iv: Vec<u8>, form: Form) -> Option<Self> {
        let keyed = match cipher {
            AeadCipher::Aes128Gcm => Keyed::Aes128(Box::new(Aes128Gcm::new_from_slice(key).ok()?)),
            AeadCipher::Aes256Gcm => Keyed::Aes256(Box::new(Aes256Gcm::new_from_slice(key).ok()?)),
            AeadCipher::ChaCha20Poly1305 => {
                Keyed::ChaCha(Box::new(ChaCha20Poly1305::new_from_slice(key).ok()?))
            }
        };
        Some(Self { keyed, iv, form })
    }

    pub(super) fn seal(&self, cover: Cover, text: &[u8]) -> Option<Vec<u8>> {
        let aad = self.covered(cover, text.len())?;
        let payload = Payload { msg: text, aad: &aad };
        let explicit = cover.sequence.to_be_bytes();
        let nonce = self.nonce(explicit)?;
        let sealed = match &self.keyed {
            Keyed::Aes128(cipher) => cipher.encrypt(&nonce.into(), payload),
            Keyed::Aes256(cipher) => cipher.encrypt(&nonce.into(), payload),
            Keyed::ChaCha(cipher) => cipher.encrypt(&nonce.into(), payload),
        }
        .ok()?;
        if self.form != Form::Explicit {
            return Some(sealed);
        }
        Some([&explicit[..], &sealed].concat())
    }

    pub(super) fn open(&self, cover: Cover, body: &[u8]) -> Option<Vec<u8>> {
        let (explicit, sealed) = if self.form == Form::Explicit {
            let (explicit, sealed) = body.split_first_chunk::<8>()?;
            (*explicit, sealed)
        } else {
            (cover.sequence.to_be_bytes(), body)
        };
        let aad = self.covered(cover, sealed.len().checked_sub(TAG)?)?;
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

    /// The additional data (RFC 5246 section 6.2.3.3, RFC 8446 section 5.2).
    fn covered(&self, cover: Cover, length: usize) -> Option<Vec<u8>> {
        let (mut aad, length) = match self.form {
            Form::Tls13 => (Vec::new(), length + TAG),
            Form::Explicit | Form::Implicit => (cover.sequence.to_be_bytes().to_vec(), length),
        };
        aad.push(cover.content.0);
        aad.extend(cover.version.0.to_be_bytes());
        aad.extend(u16::try_from(length).ok()?.to_be_bytes());
        Some(aad)
    }
}

impl std::fmt::Debug for Aead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Aead")
    }
}
