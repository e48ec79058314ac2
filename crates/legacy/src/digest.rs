//! MD5 as a name for something, where others have named things by it: the fingerprints of clients and servers (JA3). It
//! protects nothing there.

use md5::{Digest as _, Md5};

/// MD5 of these bytes.
#[must_use]
pub fn md5(bytes: &[u8]) -> [u8; 16] {
    Md5::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_rfc_1321() {
        assert_eq!(md5(b"")[..4], [0xd4, 0x1d, 0x8c, 0xd9]);
        assert_eq!(md5(b"message digest")[..4], [0xf9, 0x6b, 0x69, 0x7d]);
    }
}
