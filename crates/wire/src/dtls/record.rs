//! DTLS records (RFC 6347 section 4.1). A datagram holds whole records; none crosses into the next.

use crate::reader::Reader;
use crate::{ContentType, Oddity, Version};

/// One record of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// What it carries.
    pub content: ContentType,
    /// The version that its header claims.
    pub version: Version,
    /// Counts the changes of keys; 0 is plaintext.
    pub epoch: u16,
    /// Its number within the epoch, 48 bits.
    pub sequence: u64,
    /// Its body.
    pub body: &'a [u8],
}

impl Record<'_> {
    /// Its epoch and its number within it as one, as protection covers them (RFC 6347 section 4.1.2.1).
    #[must_use]
    pub const fn number(&self) -> u64 {
        ((self.epoch as u64) << 48) | self.sequence
    }
}

/// The records of a datagram, up to the first that cannot be one.
#[must_use]
pub fn records(datagram: &[u8]) -> (Vec<Record<'_>>, Vec<Oddity>) {
    let (mut records, mut oddities) = (Vec::new(), Vec::new());
    let mut reader = Reader::new(datagram);
    while !reader.is_empty() {
        let Some(record) = next(&mut reader) else {
            oddities.push(Oddity::Truncated("a DTLS record"));
            break;
        };
        // Nothing but DTLS's own versions: 0xfexx, or DTLS 1.0 before its RFC (OpenSSL's 0x0100).
        if record.version.0 >> 8 != 0xfe && record.version.0 != 0x0100 {
            oddities.push(Oddity::BadValue("a DTLS version", record.version.0));
            break;
        }
        records.push(record);
    }
    (records, oddities)
}

/// Appends one record of epoch 0.
pub fn encode(out: &mut Vec<u8>, content: ContentType, version: Version, sequence: u64, body: &[u8]) {
    encode_numbered(out, content, version, sequence & 0xffff_ffff_ffff, body);
}

/// Appends one record. The number holds the epoch in its first 16 bits, as it does wherever a number is protected.
pub fn encode_numbered(out: &mut Vec<u8>, content: ContentType, version: Version, number: u64, body: &[u8]) {
    out.push(content.0);
    out.extend(version.0.to_be_bytes());
    out.extend(number.to_be_bytes());
    crate::writer::vec16(out, |out| out.extend_from_slice(body));
}

fn next<'a>(reader: &mut Reader<'a>) -> Option<Record<'a>> {
    Some(Record {
        content: ContentType(reader.u8()?),
        version: Version(reader.u16()?),
        epoch: reader.u16()?,
        sequence: reader.u48()?,
        body: reader.vec16()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_datagram_holds_several_records() {
        let mut datagram = Vec::new();
        encode(&mut datagram, ContentType::HANDSHAKE, Version::DTLS12, 5, b"one");
        encode(&mut datagram, ContentType::HEARTBEAT, Version::DTLS12, 6, b"two");
        datagram.push(0x16);
        let (records, oddities) = records(&datagram);
        let bodies: Vec<_> = records
            .iter()
            .map(|record| (record.sequence, record.epoch, record.body))
            .collect();
        assert_eq!(bodies, [(5, 0, &b"one"[..]), (6, 0, b"two")]);
        assert_eq!(oddities, [Oddity::Truncated("a DTLS record")]);
    }
}
