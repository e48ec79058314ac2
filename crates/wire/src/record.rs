//! The record layer of SSLv3–TLS 1.3 (RFC 8446 section 5.1): from a stream, cut anywhere, to records.

use crate::{ContentType, Version};

/// The longest record body that any version allows: 2^14 plus 2,048 for compression and protection
/// (RFC 5246 section 6.2.3).
pub const LONGEST_BODY: usize = (1 << 14) + 2048;

/// The longest plaintext that a record may carry.
pub const LONGEST_PLAINTEXT: usize = 1 << 14;

const HEADER: usize = 5;

/// What stands before a record's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// What the record carries.
    pub content: ContentType,
    /// The version that it claims.
    pub version: Version,
    /// How long the body is.
    pub length: usize,
}

impl Header {
    /// How many bytes it takes.
    pub const LENGTH: usize = HEADER;

    /// Reads a header. `None`: these bytes begin no record of any version.
    #[must_use]
    pub fn read(bytes: [u8; Self::LENGTH]) -> Option<Self> {
        let [kind, major, minor, high, low] = bytes;
        let length = usize::from(u16::from_be_bytes([high, low]));
        (plausible(&bytes) && length <= LONGEST_BODY).then_some(Self {
            content: ContentType(kind),
            version: Version(u16::from_be_bytes([major, minor])),
            length,
        })
    }
}

/// One record, borrowed from the deframer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// What it carries.
    pub content: ContentType,
    /// The version that its header claims.
    pub version: Version,
    /// Its body: plaintext before keys change, ciphertext after.
    pub body: &'a [u8],
}

/// Why a stream is not, or no longer, a stream of records. Nothing after it can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRecords {
    /// The first bytes are not a TLS record's.
    #[error("the peer does not answer in TLS")]
    NotTls,
    /// A later header is not a TLS record's.
    #[error("the stream of TLS records breaks off in something else")]
    Desynchronised,
    /// A header claims a body longer than any version allows.
    #[error("a TLS record claims {0} bytes, more than any version allows")]
    TooLong(usize),
}

/// Cuts a byte stream into records. Fed byte by byte or whole, it gives the same records.
#[derive(Debug, Default)]
pub struct Deframer {
    buffer: Vec<u8>,
    read: usize,
    seen: usize,
}

impl Deframer {
    /// Where the next bytes of the stream are appended.
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        if self.read > 0 {
            self.buffer.drain(..self.read);
            self.read = 0;
        }
        &mut self.buffer
    }

    /// Appends bytes of the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer().extend_from_slice(bytes);
    }

    /// The next whole record, `None` while it is not all there.
    ///
    /// # Errors
    /// [`NotRecords`], again at each call, once a header cannot be one.
    pub fn next_record(&mut self) -> Result<Option<Record<'_>>, NotRecords> {
        let rest = self.buffer.get(self.read..).unwrap_or_default();
        if !rest.is_empty() && !plausible(rest) {
            return Err(if self.seen == 0 {
                NotRecords::NotTls
            } else {
                NotRecords::Desynchronised
            });
        }
        let Some(([kind, major, minor, high, low], body)) = rest.split_first_chunk::<HEADER>() else {
            return Ok(None);
        };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if length > LONGEST_BODY {
            return Err(if self.seen == 0 {
                NotRecords::NotTls
            } else {
                NotRecords::TooLong(length)
            });
        }
        let Some(body) = body.get(..length) else {
            return Ok(None);
        };
        self.read += HEADER + length;
        self.seen += 1;
        Ok(Some(Record {
            content: ContentType(*kind),
            version: Version(u16::from_be_bytes([*major, *minor])),
            body,
        }))
    }

    /// Overwrites and forgets everything that is in the buffer.
    pub fn wipe(&mut self) {
        use zeroize::Zeroize as _;
        self.buffer.zeroize();
        self.read = 0;
    }

    /// The bytes of the stream that are not yet part of a record: what a peer that does not speak TLS said.
    #[must_use]
    pub fn unread(&self) -> &[u8] {
        self.buffer.get(self.read..).unwrap_or_default()
    }

    /// How many records have come out so far.
    #[must_use]
    pub const fn records(&self) -> usize {
        self.seen
    }
}

/// Appends `body` as records of at most 2^14 bytes each. An empty body makes one empty record.
pub fn encode(out: &mut Vec<u8>, content: ContentType, version: Version, body: &[u8]) {
    let mut chunks = body.chunks(LONGEST_PLAINTEXT);
    let first = chunks.next().unwrap_or_default();
    for chunk in std::iter::once(first).chain(chunks) {
        out.push(content.0);
        out.extend(version.0.to_be_bytes());
        crate::writer::vec16(out, |out| out.extend_from_slice(chunk));
    }
}

/// How BearSSL begins an alert where it has agreed on no version yet.
const UNVERSIONED_ALERT: [u8; HEADER] = [0x15, 0, 0, 0, 2];

/// Whether bytes can begin a record header, as far as they are there.
fn plausible(start: &[u8]) -> bool {
    let kind = start.first().is_none_or(|kind| (0x14..=0x1a).contains(kind));
    let major = start.get(1).is_none_or(|major| *major == 3);
    let unversioned = start
        .iter()
        .zip(UNVERSIONED_ALERT)
        .all(|(is, would)| *is == would);
    (kind && major) || unversioned
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Owned = (ContentType, Version, Vec<u8>);

    fn drain(deframer: &mut Deframer, out: &mut Vec<Owned>) -> Result<(), NotRecords> {
        while let Some(record) = deframer.next_record()? {
            out.push((record.content, record.version, record.body.to_vec()));
        }
        Ok(())
    }

    fn fed(stream: &[u8], piece: usize) -> (Vec<Owned>, Result<(), NotRecords>) {
        let (mut deframer, mut out, mut end) = (Deframer::default(), Vec::new(), Ok(()));
        for chunk in stream.chunks(piece) {
            deframer.push(chunk);
            end = drain(&mut deframer, &mut out);
        }
        (out, end)
    }

    #[test]
    fn an_alert_without_a_version_is_one_and_nothing_else_is() {
        let alert = [0x15, 0, 0, 0, 2, 2, 70];
        for piece in 1..alert.len() {
            let (records, end) = fed(&alert, piece);
            assert_eq!(records, [(ContentType::ALERT, Version(0), vec![2, 70])]);
            assert_eq!(end, Ok(()));
        }
        for other in [[0x15, 0, 0, 0, 3], [0x16, 0, 0, 0, 2], [0x15, 0, 1, 0, 2]] {
            assert_eq!(fed(&other, 5).1, Err(NotRecords::NotTls));
        }
    }

    proptest! {
        #[test]
        fn fed_byte_by_byte_equals_fed_whole(
            bodies in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..400), 1..6),
            tail in proptest::collection::vec(any::<u8>(), 0..12),
            piece in 1usize..700,
        ) {
            let mut stream = Vec::new();
            for body in &bodies {
                encode(&mut stream, ContentType::HANDSHAKE, Version::TLS10, body);
            }
            stream.extend(&tail);
            let whole = fed(&stream, stream.len());
            prop_assert!(whole.0.len() >= bodies.len());
            prop_assert_eq!(&whole, &fed(&stream, piece));
            prop_assert_eq!(&whole, &fed(&stream, 1));
        }
    }

    #[test]
    fn a_long_message_is_cut_into_records() {
        let mut stream = Vec::new();
        encode(
            &mut stream,
            ContentType::HEARTBEAT,
            Version::TLS12,
            &[7; LONGEST_PLAINTEXT + 1],
        );
        let (records, end) = fed(&stream, 1000);
        assert_eq!(end, Ok(()));
        assert_eq!(
            records.iter().map(|record| record.2.len()).collect::<Vec<_>>(),
            [LONGEST_PLAINTEXT, 1]
        );
    }

    #[test]
    fn plain_text_is_not_tls() {
        assert_eq!(
            fed(b"HTTP/1.1 400 Bad Request\r\n", 100).1,
            Err(NotRecords::NotTls)
        );
        assert_eq!(fed(b"220 mail ESMTP\r\n", 1).1, Err(NotRecords::NotTls));
    }

    #[test]
    fn a_length_lie_is_named() {
        let mut stream = Vec::new();
        encode(&mut stream, ContentType::HANDSHAKE, Version::TLS12, b"x");
        stream.extend(b"\x16\x03\x03\xff\xff");
        assert_eq!(fed(&stream, 3).1, Err(NotRecords::TooLong(0xffff)));
    }
}
