//! Triple DES and IDEA in CBC mode, as the `3DES_EDE_CBC` and `IDEA_CBC` suites use them (RFC 5246 section 6.2.3.2, RFC 5469).

use cbc::cipher::array::Array;
use cbc::cipher::{BlockCipherDecrypt, BlockCipherEncrypt};
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, InnerIvInit as _, KeyInit as _};
use des::TdesEde3;
use idea::Idea;

/// An obsolete block cipher of suites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockCipher {
    /// DES three times, with three keys.
    TripleDes,
    /// IDEA.
    Idea,
}

/// An obsolete block cipher with its key.
#[derive(Clone)]
pub struct Block(Keyed);

#[derive(Clone)]
enum Keyed {
    TripleDes(Box<TdesEde3>),
    Idea(Box<Idea>),
}

impl BlockCipher {
    /// The cipher that suites call by this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "3DES_EDE_CBC" => Some(Self::TripleDes),
            "IDEA_CBC" => Some(Self::Idea),
            _ => None,
        }
    }

    /// The length of its key.
    #[must_use]
    pub const fn key_length(self) -> usize {
        match self {
            Self::TripleDes => 24,
            Self::Idea => 16,
        }
    }

    /// The length of its blocks.
    #[must_use]
    pub const fn block_length(self) -> usize {
        8
    }

    /// The cipher under this key; `None` when the key has the wrong length.
    #[must_use]
    pub fn keyed(self, key: &[u8]) -> Option<Block> {
        let keyed = match self {
            Self::TripleDes => Keyed::TripleDes(Box::new(TdesEde3::new_from_slice(key).ok()?)),
            Self::Idea => Keyed::Idea(Box::new(Idea::new_from_slice(key).ok()?)),
        };
        Some(Block(keyed))
    }
}

impl Block {
    /// Encrypts whole blocks in place; `None`, with nothing changed, when the lengths do not fit.
    pub fn encrypt(&self, iv: &[u8], data: &mut [u8]) -> Option<()> {
        match &self.0 {
            Keyed::TripleDes(cipher) => encrypt(&**cipher, iv, data),
            Keyed::Idea(cipher) => encrypt(&**cipher, iv, data),
        }
    }

    /// Decrypts whole blocks in place; `None`, with nothing changed, when the lengths do not fit.
    pub fn decrypt(&self, iv: &[u8], data: &mut [u8]) -> Option<()> {
        match &self.0 {
            Keyed::TripleDes(cipher) => decrypt(&**cipher, iv, data),
            Keyed::Idea(cipher) => decrypt(&**cipher, iv, data),
        }
    }
}

fn encrypt<C: BlockCipherEncrypt + Clone>(cipher: &C, iv: &[u8], data: &mut [u8]) -> Option<()> {
    let mut mode = cbc::Encryptor::inner_iv_slice_init(cipher.clone(), iv).ok()?;
    let (blocks, []) = Array::slice_as_chunks_mut(data) else {
        return None;
    };
    mode.encrypt_blocks(blocks);
    Some(())
}

fn decrypt<C: BlockCipherDecrypt + Clone>(cipher: &C, iv: &[u8], data: &mut [u8]) -> Option<()> {
    let mut mode = cbc::Decryptor::inner_iv_slice_init(cipher.clone(), iv).ok()?;
    let (blocks, []) = Array::slice_as_chunks_mut(data) else {
        return None;
    };
    mode.decrypt_blocks(blocks);
    Some(())
}

impl std::fmt::Debug for Block {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Block")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [u8; 16] = [
        0x76, 0x38, 0xa2, 0x7f, 0x4c, 0x46, 0xe0, 0xfc, 0x67, 0x54, 0x00, 0xda, 0xcf, 0xb8, 0xd2, 0x97,
    ];

    #[test]
    fn blocks_are_chained_and_come_back() {
        // printf '0123456789abcdef' | openssl enc -des-ede3-cbc -nopad -K 000102...17 -iv 0001020304050607
        let key: Vec<u8> = (0..24).collect();
        let iv: Vec<u8> = (0..8).collect();
        let cipher = BlockCipher::named("3DES_EDE_CBC").unwrap().keyed(&key).unwrap();
        let mut data = *b"0123456789abcdef";
        cipher.encrypt(&iv, &mut data).unwrap();
        assert_eq!(data, KNOWN);
        cipher.decrypt(&iv, &mut data).unwrap();
        assert_eq!(&data, b"0123456789abcdef");
        assert_eq!(cipher.encrypt(&iv, &mut [0; 9]), None);
        assert!(BlockCipher::TripleDes.keyed(&[0; 8]).is_none());
    }

    #[test]
    fn idea_is_that_of_its_makers() {
        // The example in X. Lai's thesis; with a first block of zeros, CBC's first is the cipher's.
        let key = [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8];
        let cipher = BlockCipher::named("IDEA_CBC").unwrap().keyed(&key).unwrap();
        let mut data = [0, 0, 0, 1, 0, 2, 0, 3];
        cipher.encrypt(&[0; 8], &mut data).unwrap();
        assert_eq!(data, [0x11, 0xfb, 0xed, 0x2b, 0x01, 0x98, 0x6d, 0xe5]);
        cipher.decrypt(&[0; 8], &mut data).unwrap();
        assert_eq!(data, [0, 0, 0, 1, 0, 2, 0, 3]);
        assert!(BlockCipher::Idea.keyed(&[0; 24]).is_none());
    }
}
