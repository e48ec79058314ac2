//! What SSLv3 does in its own way (RFC 6101): key expansion, the record MAC and the Finished hash.

use md5::{Digest, Md5};
use sha1::Sha1;

use crate::transcript;

/// The hash of a record MAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// Of the `_SHA` suites.
    Sha1,
    /// Of the `_MD5` suites.
    Md5,
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
        Hash::Md5 => padded::<Md5>(key, 48, parts),
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
