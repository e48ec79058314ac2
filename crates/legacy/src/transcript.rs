//! The digest of a handshake up to TLS 1.1: MD5 and SHA-1 side by side (RFC 2246 sections 7.4.8 and 7.4.9).

use md5::{Digest as _, Md5};
use sha1::Sha1;

/// The length of [`digest`].
pub const LENGTH: usize = 16 + 20;

/// MD5 of the messages, then SHA-1 of the same.
#[must_use]
pub fn digest(messages: &[u8]) -> [u8; LENGTH] {
    join(&Md5::digest(messages), &Sha1::digest(messages))
}

/// Two hashes side by side.
pub(crate) fn join(md5: &[u8], sha1: &[u8]) -> [u8; LENGTH] {
    let mut both = [0; LENGTH];
    for (to, from) in both.iter_mut().zip(md5.iter().chain(sha1)) {
        *to = *from;
    }
    both
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_hashes_stand_side_by_side() {
        let digest = digest(b"abc");
        assert_eq!(digest[..4], [0x90, 0x01, 0x50, 0x98]);
        assert_eq!(digest[16..20], [0xa9, 0x99, 0x3e, 0x36]);
    }
}
