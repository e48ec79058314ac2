//! What SSLv3 does in its own way (RFC 6101): key expansion, the record MAC and the Finished hash.

use md5::{Digest, Md5};
use sha1::Sha1;

use crate::mac::MacHash;
use crate::transcript;

/// The hash of a record MAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// Of the `_SHA` suites.
    Sha1,
    /// Of suites that name an obsolete one.
    Obsolete(MacHash),
}

/// Who writes a Finished message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The client: "CLNT".
    Client,
    /// The server: "SRVR".
    Server,
    /// Nobody: the hash that a CertificateVerify signs (section 5.6.8).
    Verify,
}

/// Fills `out` from a secret and the parts of a seed (sections 6.1 and 6.2.2): "A", "BB", "CCC" and so on lead
/// its blocks, of which there are at most 26.
pub fn expand(secret: &[u8], seed: &[&[u8]], out: &mut [u8]) {
    for ((letter, count), chunk) in (b'A'..=b'Z').zip(1..).zip(out.chunks_mut(16)) {
        let mut inner = Sha1::new();
        inner.update([letter; 26].get(..count).unwrap_or_default());
        inner.update(secret);
        for part in seed {
            inner.update(part);
        }
        let block = Md5::new()
            .chain_update(secret)
            .chain_update(inner.finalize())
            .finalize();
        for (to, from) in chunk.iter_mut().zip(&block) {
            *to = *from;
        }
    }
}

/// The MAC of a record (section 5.2.3.1); its sequence number, type and length are the first parts.
#[must_use]
pub fn mac(hash: Hash, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    match hash {
        Hash::Obsolete(MacHash::Md5) => padded::<Md5>(key, 48, parts),
        Hash::Sha1 => padded::<Sha1>(key, 40, parts),
    }
}

/// The hash over the handshake (sections 5.6.8 and 5.6.9).
#[must_use]
pub fn finished(sender: Sender, master: &[u8], messages: &[u8]) -> [u8; transcript::LENGTH] {
    let sender: &[u8] = match sender {
        Sender::Client => b"CLNT",
        Sender::Server => b"SRVR",
        Sender::Verify => b"",
    };
    transcript::join(
        &nested::<Md5>(sender, master, 48, messages),
        &nested::<Sha1>(sender, master, 40, messages),
    )
}

fn padded<D: Digest>(key: &[u8], pad: usize, parts: &[&[u8]]) -> Vec<u8> {
    let inner = D::new().chain_update(key).chain_update(filler(0x36, pad));
    let inner = parts.iter().fold(inner, |inner, part| inner.chain_update(part));
    let outer = D::new().chain_update(key).chain_update(filler(0x5c, pad));
    outer.chain_update(inner.finalize()).finalize().to_vec()
}

fn nested<D: Digest>(sender: &[u8], master: &[u8], pad: usize, messages: &[u8]) -> Vec<u8> {
    let inner = D::new()
        .chain_update(messages)
        .chain_update(sender)
        .chain_update(master)
        .chain_update(filler(0x36, pad));
    let outer = D::new().chain_update(master).chain_update(filler(0x5c, pad));
    outer.chain_update(inner.finalize()).finalize().to_vec()
}

fn filler(byte: u8, count: usize) -> Vec<u8> {
    vec![byte; count]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn secrets_and_finished_are_those_of_an_independent_implementation() {
        // Made with the crypto module of Node.js from the formulas of RFC 6101.
        let mut out = [0; 48];
        expand(&[1; 48], &[&[2; 32], &[3; 32]], &mut out);
        let expected = "84c061916f628503a7923af9a8a922ce02157184557c74586560502b00a2f5418a24931805ab1ef45299b38f160d20c0";
        assert_eq!(hex(&out), expected);
        let expected = "81c9c47f89d6cb61bb3962933c6f0d35ebd5c7b1e950089948104029bc743af062209a28";
        assert_eq!(hex(&finished(Sender::Client, &[1; 48], b"messages")), expected);
    }

    #[test]
    fn a_longer_output_than_26_blocks_is_left_alone() {
        let mut out = [0; 27 * 16];
        expand(&[1; 48], &[], &mut out);
        assert_eq!(out[26 * 16..], [0; 16]);
    }
}
