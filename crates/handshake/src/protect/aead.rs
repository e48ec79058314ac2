//! GCM with AES (RFC 5288), ARIA (RFC 6209) and Camellia (RFC 6367), AES-CCM (RFC 6655) and ChaCha20-Poly1305 (RFC 7905) over records
//! of TLS 1.2 and 1.3 (RFC 8446 section 5.2).

use aes::{Aes128, Aes256};
use aes_gcm::aead::consts::{U8, U12, U16};
use aes_gcm::aead::{self, AeadCore, Payload};
use aes_gcm::{AesGcm, KeyInit};
use aria::{Aria128, Aria256};
use camellia::{Camellia128, Camellia256};
use ccm::Ccm;
use chacha20poly1305::ChaCha20Poly1305;

use super::Cover;

const NONCE: usize = AeadCipher::NONCE;

/// An AEAD of suites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AeadCipher {
    /// AES-GCM with a key of 128 bits.
    Aes128Gcm,
    /// AES-GCM with a key of 256 bits.
    Aes256Gcm,
    /// AES-CCM with a key of 128 bits.
    Aes128Ccm,
    /// AES-CCM with a key of 256 bits.
    Aes256Ccm,
    /// AES-CCM with a key of 128 bits and a tag of 8 bytes.
    Aes128Ccm8,
    /// AES-CCM with a key of 256 bits and a tag of 8 bytes.
    Aes256Ccm8,
    /// ChaCha20-Poly1305.
    ChaCha20Poly1305,
    /// ARIA-GCM with a key of 128 bits.
    Aria128Gcm,
    /// ARIA-GCM with a key of 256 bits.
    Aria256Gcm,
    /// Camellia-GCM with a key of 128 bits.
    Camellia128Gcm,
    /// Camellia-GCM with a key of 256 bits.
    Camellia256Gcm,
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
            "AES_128_CCM" => Some(Self::Aes128Ccm),
            "AES_256_CCM" => Some(Self::Aes256Ccm),
            "AES_128_CCM_8" => Some(Self::Aes128Ccm8),
            "AES_256_CCM_8" => Some(Self::Aes256Ccm8),
            "CHACHA20_POLY1305" => Some(Self::ChaCha20Poly1305),
            "ARIA_128_GCM" => Some(Self::Aria128Gcm),
            "ARIA_256_GCM" => Some(Self::Aria256Gcm),
            "CAMELLIA_128_GCM" => Some(Self::Camellia128Gcm),
            "CAMELLIA_256_GCM" => Some(Self::Camellia256Gcm),
            _ => None,
        }
    }

    /// The length of its key.
    #[must_use]
    pub const fn key_length(self) -> usize {
        match self {
            Self::Aes128Gcm
            | Self::Aes128Ccm
            | Self::Aes128Ccm8
            | Self::Aria128Gcm
            | Self::Camellia128Gcm => 16,
            _ => 32,
        }
    }

    /// The part of the nonce that the handshake fixes; the rest stands in each record.
    #[must_use]
    pub const fn fixed_iv_length(self) -> usize {
        match self {
            Self::ChaCha20Poly1305 => NONCE,
            _ => 4,
        }
    }

    /// The cipher under this key; `None` when the key has the wrong length.
    fn keyed(self, key: &[u8]) -> Option<Box<dyn Sealer>> {
        match self {
            Self::Aes128Gcm => sealer::<AesGcm<Aes128, U12>>(key),
            Self::Aes256Gcm => sealer::<AesGcm<Aes256, U12>>(key),
            Self::Aes128Ccm => sealer::<Ccm<Aes128, U16, U12>>(key),
            Self::Aes256Ccm => sealer::<Ccm<Aes256, U16, U12>>(key),
            Self::Aes128Ccm8 => sealer::<Ccm<Aes128, U8, U12>>(key),
            Self::Aes256Ccm8 => sealer::<Ccm<Aes256, U8, U12>>(key),
            Self::ChaCha20Poly1305 => sealer::<ChaCha20Poly1305>(key),
            Self::Aria128Gcm => sealer::<AesGcm<Aria128, U12>>(key),
            Self::Aria256Gcm => sealer::<AesGcm<Aria256, U12>>(key),
            Self::Camellia128Gcm => sealer::<AesGcm<Camellia128, U12>>(key),
            Self::Camellia256Gcm => sealer::<AesGcm<Camellia256, U12>>(key),
        }
    }

    const fn tag_length(self) -> usize {
        match self {
            Self::Aes128Ccm8 | Self::Aes256Ccm8 => 8,
            _ => 16,
        }
    }
}

/// One direction's cipher.
pub(super) struct Aead {
    keyed: Box<dyn Sealer>,
    iv: Vec<u8>,
    form: Form,
    tag: usize,
}

/// What a record says of its nonce, and what is covered beside its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// TLS 1.2: a part of the nonce before the text, which block ciphers have.
    Explicit,
    /// TLS 1.2: nothing of the nonce.
    Implicit,
    /// TLS 1.3: nothing of the nonce; the record's header is covered as it stands.
    Tls13,
}

/// A cipher with its key.
trait Sealer: Send + Sync {
    fn encrypt(&self, nonce: [u8; NONCE], payload: Payload<'_, '_>) -> Option<Vec<u8>>;
    fn decrypt(&self, nonce: [u8; NONCE], payload: Payload<'_, '_>) -> Option<Vec<u8>>;
}

impl<C: aead::Aead + AeadCore<NonceSize = U12> + Send + Sync> Sealer for C {
    fn encrypt(&self, nonce: [u8; NONCE], payload: Payload<'_, '_>) -> Option<Vec<u8>> {
        aead::Aead::encrypt(self, &nonce.into(), payload).ok()
    }

    fn decrypt(&self, nonce: [u8; NONCE], payload: Payload<'_, '_>) -> Option<Vec<u8>> {
        aead::Aead::decrypt(self, &nonce.into(), payload).ok()
    }
}

fn sealer<C: KeyInit + Sealer + 'static>(key: &[u8]) -> Option<Box<dyn Sealer>> {
    Some(Box::new(C::new_from_slice(key).ok()?))
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
        Some(Self {
            keyed: cipher.keyed(key)?,
            iv,
            form,
            tag: cipher.tag_length(),
        })
    }

    pub(super) fn seal(&self, cover: Cover, text: &[u8]) -> Option<Vec<u8>> {
        let aad = self.covered(cover, text.len())?;
        let payload = Payload { msg: text, aad: &aad };
        let explicit = cover.sequence.to_be_bytes();
        let nonce = self.nonce(explicit)?;
        let sealed = self.keyed.encrypt(nonce, payload)?;
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
        let aad = self.covered(cover, sealed.len().checked_sub(self.tag)?)?;
        let payload = Payload {
            msg: sealed,
            aad: &aad,
        };
        let nonce = self.nonce(explicit)?;
        self.keyed.decrypt(nonce, payload)
    }

    /// Block ciphers: fixed part, then what the record brings. ChaCha20: the fixed part crossed with the sequence number.
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
            Form::Tls13 => (Vec::new(), length + self.tag),
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
