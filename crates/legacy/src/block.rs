//! Triple DES in CBC mode, as the `3DES_EDE_CBC` suites use it (RFC 5246 section 6.2.3.2).

use cbc::cipher::array::Array;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, InnerIvInit as _, KeyInit as _};
use des::TdesEde3;

/// An obsolete block cipher of suites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockCipher {
    /// DES three times, with three keys.
    TripleDes,
}

/// An obsolete block cipher with its key.
#[derive(Clone)]
pub struct Block(TdesEde3);

impl BlockCipher {
    /// The cipher that suites call by this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        (name == "3DES_EDE_CBC").then_some(Self::TripleDes)
    }

    /// The length of its key.
    #[must_use]
    pub const fn key_length(self) -> usize {
        24
    }

    /// The length of its blocks.
    #[must_use]
    pub const fn block_length(self) -> usize {
        8
    }

    /// The cipher under this key; `None` when the key has the wrong length.
    #[must_use]
    pub fn keyed(self, key: &[u8]) -> Option<Block> {
        TdesEde3::new_from_slice(key).ok().map(Block)
    }
}

impl Block {
    /// Encrypts whole blocks in place; `None`, with nothing changed, when the lengths do not fit.
    pub fn encrypt(&self, iv: &[u8], data: &mut [u8]) -> Option<()> {
        let mut mode = cbc::Encryptor::inner_iv_slice_init(self.0.clone(), iv).ok()?;
        let (blocks, []) = Array::slice_as_chunks_mut(data) else {
            return None;
        };
        mode.encrypt_blocks(blocks);
        Some(())
    }

    /// Decrypts whole blocks in place; `None`, with nothing changed, when the lengths do not fit.
    pub fn decrypt(&self, iv: &[u8], data: &mut [u8]) -> Option<()> {
        let mut mode = cbc::Decryptor::inner_iv_slice_init(self.0.clone(), iv).ok()?;
        let (blocks, []) = Array::slice_as_chunks_mut(data) else {
            return None;
        };
        mode.decrypt_blocks(blocks);
        Some(())
    }
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
}
