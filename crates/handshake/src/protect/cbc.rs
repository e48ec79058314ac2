//! Block ciphers in CBC mode (RFC 5246 section 6.2.3.2): padding, and the nonce that TLS 1.0 carries on from record to
//! record and TLS 1.1 writes before each.

use aes::{Aes128, Aes256};
use aria::{Aria128, Aria256};
use camellia::{Camellia128, Camellia256};
use cbc::cipher::array::Array;
use cbc::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, InnerIvInit as _};
use holter_legacy::block as obsolete;
use holter_wire::Version;

use crate::mac::Mac;

/// A block cipher of suites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockCipher {
    /// AES with a key of 128 bits.
    Aes128,
    /// AES with a key of 256 bits.
    Aes256,
    /// ARIA with a key of 128 bits (RFC 6209).
    Aria128,
    /// ARIA with a key of 256 bits.
    Aria256,
    /// Camellia with a key of 128 bits (RFC 5932).
    Camellia128,
    /// Camellia with a key of 256 bits.
    Camellia256,
    /// One that only old suites use.
    Obsolete(obsolete::BlockCipher),
}

impl BlockCipher {
    /// The cipher that suites call by this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "AES_128_CBC" => Some(Self::Aes128),
            "AES_256_CBC" => Some(Self::Aes256),
            "ARIA_128_CBC" => Some(Self::Aria128),
            "ARIA_256_CBC" => Some(Self::Aria256),
            "CAMELLIA_128_CBC" => Some(Self::Camellia128),
            "CAMELLIA_256_CBC" => Some(Self::Camellia256),
            other => obsolete::BlockCipher::named(other).map(Self::Obsolete),
        }
    }

    /// The length of its key.
    #[must_use]
    pub const fn key_length(self) -> usize {
        match self {
            Self::Aes128 | Self::Aria128 | Self::Camellia128 => 16,
            Self::Aes256 | Self::Aria256 | Self::Camellia256 => 32,
            Self::Obsolete(cipher) => cipher.key_length(),
        }
    }

    /// The length of its blocks.
    #[must_use]
    pub const fn block_length(self) -> usize {
        match self {
            Self::Obsolete(cipher) => cipher.block_length(),
            _ => 16,
        }
    }

    fn keyed(self, key: &[u8]) -> Option<Keyed> {
        match self {
            Self::Aes128 => blocks::<Aes128>(key),
            Self::Aes256 => blocks::<Aes256>(key),
            Self::Aria128 => blocks::<Aria128>(key),
            Self::Aria256 => blocks::<Aria256>(key),
            Self::Camellia128 => blocks::<Camellia128>(key),
            Self::Camellia256 => blocks::<Camellia256>(key),
            Self::Obsolete(cipher) => cipher.keyed(key).map(Keyed::Obsolete),
        }
    }
}

/// One direction's cipher.
pub(super) struct Cbc {
    keyed: Keyed,
    block: usize,
    version: Version,
    /// Up to TLS 1.0: the last block of the record before.
    carried: Option<Vec<u8>>,
    chance: [u8; 32],
}

enum Keyed {
    Blocks(Box<dyn Blocks>),
    Obsolete(obsolete::Block),
}

impl Cbc {
    pub(super) fn new(
        cipher: BlockCipher,
        version: Version,
        key: &[u8],
        iv: Vec<u8>,
        chance: [u8; 32],
    ) -> Option<Self> {
        Some(Self {
            keyed: cipher.keyed(key)?,
            block: cipher.block_length(),
            version,
            carried: (version.rules() < Version::TLS11).then_some(iv),
            chance,
        })
    }

    /// Encrypts text, tag and padding.
    pub(super) fn seal(&mut self, sequence: u64, text: &[u8], tag: &[u8]) -> Option<Vec<u8>> {
        let mut data = [text, tag].concat();
        let padding = self.block - data.len() % self.block;
        data.extend(std::iter::repeat_n(u8::try_from(padding - 1).ok()?, padding));
        self.encrypt_whole(sequence, data)
    }

    /// Its blocks' length.
    pub(super) const fn block(&self) -> usize {
        self.block
    }

    /// Encrypts whole blocks.
    pub(super) fn encrypt_whole(&mut self, sequence: u64, mut data: Vec<u8>) -> Option<Vec<u8>> {
        if let Some(iv) = &mut self.carried {
            self.keyed.encrypt(iv, &mut data)?;
            *iv = last(&data, self.block)?;
            return Some(data);
        }
        // A MAC of the sequence number under a key of chance: no peer can guess it, and a tape replays.
        let mut body = Mac::Sha256.tag(&self.chance, &[&sequence.to_be_bytes()]);
        body.truncate(self.block);
        self.keyed.encrypt(&body, &mut data)?;
        body.append(&mut data);
        Some(body)
    }

    /// Decrypts a body and takes the padding away; what is left is text and tag.
    pub(super) fn open(&mut self, body: &[u8]) -> Option<Vec<u8>> {
        let (iv, data) = match &self.carried {
            Some(iv) => (iv.as_slice(), body),
            None => body.split_at_checked(self.block)?,
        };
        let next = last(data, self.block)?;
        let mut text = data.to_vec();
        self.keyed.decrypt(iv, &mut text)?;
        if let Some(carried) = &mut self.carried {
            *carried = next;
        }
        let count = *text.last()?;
        let padding = text.split_off(text.len().checked_sub(usize::from(count) + 1)?);
        // SSLv3 leaves all but the last byte of the padding open.
        let sound = self.version <= Version::SSL3 || padding.iter().all(|byte| *byte == count);
        sound.then_some(text)
    }
}

impl std::fmt::Debug for Cbc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cbc")
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl Keyed {
    fn encrypt(&self, iv: &[u8], data: &mut [u8]) -> Option<()> {
        match self {
            Self::Blocks(cipher) => cipher.encrypt(iv, data),
            Self::Obsolete(cipher) => cipher.encrypt(iv, data),
        }
    }

    fn decrypt(&self, iv: &[u8], data: &mut [u8]) -> Option<()> {
        match self {
            Self::Blocks(cipher) => cipher.decrypt(iv, data),
            Self::Obsolete(cipher) => cipher.decrypt(iv, data),
        }
    }
}

/// A block cipher with its key.
trait Blocks: Send + Sync {
    fn encrypt(&self, iv: &[u8], data: &mut [u8]) -> Option<()>;
    fn decrypt(&self, iv: &[u8], data: &mut [u8]) -> Option<()>;
}

impl<C: BlockCipherEncrypt + BlockCipherDecrypt + Clone + Send + Sync> Blocks for C {
    fn encrypt(&self, iv: &[u8], data: &mut [u8]) -> Option<()> {
        let mut mode = cbc::Encryptor::inner_iv_slice_init(self.clone(), iv).ok()?;
        let (blocks, []) = Array::slice_as_chunks_mut(data) else {
            return None;
        };
        mode.encrypt_blocks(blocks);
        Some(())
    }

    fn decrypt(&self, iv: &[u8], data: &mut [u8]) -> Option<()> {
        let mut mode = cbc::Decryptor::inner_iv_slice_init(self.clone(), iv).ok()?;
        let (blocks, []) = Array::slice_as_chunks_mut(data) else {
            return None;
        };
        mode.decrypt_blocks(blocks);
        Some(())
    }
}

fn blocks<C: KeyInit + Blocks + 'static>(key: &[u8]) -> Option<Keyed> {
    Some(Keyed::Blocks(Box::new(C::new_from_slice(key).ok()?)))
}

fn last(data: &[u8], block: usize) -> Option<Vec<u8>> {
    data.get(data.len().checked_sub(block)?..).map(<[u8]>::to_vec)
}
