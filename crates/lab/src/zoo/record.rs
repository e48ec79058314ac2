//! TLS records, as far as a scripted peer needs them.

use super::line::{Ended, Line};

/// `change_cipher_spec`.
pub(crate) const CHANGE_CIPHER_SPEC: u8 = 20;
/// `alert`.
pub(crate) const ALERT: u8 = 21;
/// `handshake`.
pub(crate) const HANDSHAKE: u8 = 22;
/// `heartbeat` (RFC 6520).
pub(crate) const HEARTBEAT: u8 = 24;

/// The largest body that a record may have in the clear.
pub(crate) const LARGEST: usize = 16_384;

/// One record from a client.
#[derive(Debug)]
pub(crate) struct Record {
    /// Its content type.
    pub(crate) kind: u8,
    /// The version in its header.
    pub(crate) version: u16,
    /// What it brings.
    pub(crate) body: Vec<u8>,
}

/// Reads the client's next record.
pub(crate) fn read(line: &mut Line) -> Result<Record, Ended> {
    let header = line.read_exactly(5)?;
    let &[kind, major, minor, high, low] = header.as_slice() else {
        return Err(Ended);
    };
    let body = line.read_exactly(usize::from(u16::from_be_bytes([high, low])))?;
    Ok(Record {
        kind,
        version: u16::from_be_bytes([major, minor]),
        body,
    })
}

/// The bytes as records of one kind, each as full as it may be; an empty body is one empty record.
pub(crate) fn records(kind: u8, version: u16, bytes: &[u8]) -> Vec<Vec<u8>> {
    if bytes.is_empty() {
        return vec![record(kind, version, bytes)];
    }
    bytes
        .chunks(LARGEST)
        .map(|body| record(kind, version, body))
        .collect()
}

/// One record.
pub(crate) fn record(kind: u8, version: u16, body: &[u8]) -> Vec<u8> {
    let [high, low] = length16(body.len());
    let [major, minor] = version.to_be_bytes();
    [&[kind, major, minor, high, low], body].concat()
}

/// An alert record.
pub(crate) fn alert(version: u16, level: u8, description: u8) -> Vec<u8> {
    record(ALERT, version, &[level, description])
}

/// A length in two bytes.
pub(crate) fn length16(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes()
}

/// A length in three bytes.
pub(crate) fn length24(length: usize) -> [u8; 3] {
    let [_, high, middle, low] = u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    [high, middle, low]
}
