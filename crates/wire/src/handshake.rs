//! Handshake messages (RFC 8446 section 4): joined from records in which they may be split or packed anyhow.

use crate::{HandshakeType, writer};

const HEADER: usize = 4;

/// One handshake message, borrowed from the [`Joiner`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// What it is.
    pub kind: HandshakeType,
    /// The length that its header claims.
    pub length: usize,
    /// Its body; `None` when it is longer than the joiner keeps and was passed over unread.
    pub body: Option<&'a [u8]>,
}

/// Joins record bodies to handshake messages and keeps none that is longer than its limit.
#[derive(Debug)]
pub struct Joiner {
    buffer: Vec<u8>,
    read: usize,
    limit: usize,
    passing_over: usize,
}

impl Joiner {
    /// A joiner that keeps messages of at most `limit` bytes.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self {
            buffer: Vec::new(),
            read: 0,
            limit,
            passing_over: 0,
        }
    }

    /// Appends the body of a handshake record.
    pub fn push(&mut self, mut body: &[u8]) {
        let passed = self.passing_over.min(body.len());
        self.passing_over -= passed;
        body = body.get(passed..).unwrap_or_default();
        if self.read > 0 {
            self.buffer.drain(..self.read);
            self.read = 0;
        }
        self.buffer.extend_from_slice(body);
    }

    /// How many bytes it holds that are no whole message yet.
    #[must_use]
    pub const fn held(&self) -> usize {
        self.buffer.len() - self.read
    }

    /// Whether it holds nothing and passes nothing over: the next byte begins a message.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        self.held() == 0 && self.passing_over == 0
    }

    /// Overwrites and forgets everything that is in the buffer.
    pub fn wipe(&mut self) {
        use zeroize::Zeroize as _;
        self.buffer.zeroize();
        self.read = 0;
    }

    /// The next whole message. One over the limit is reported as soon as its header is there.
    pub fn next_message(&mut self) -> Option<Message<'_>> {
        let rest = self.buffer.get(self.read..).unwrap_or_default();
        let ([kind, a, b, c], body) = rest.split_first_chunk::<HEADER>()?;
        let length = usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c);
        let kind = HandshakeType(*kind);
        if length > self.limit {
            let here = body.len().min(length);
            self.passing_over = length - here;
            self.read += HEADER + here;
            return Some(Message {
                kind,
                length,
                body: None,
            });
        }
        let body = body.get(..length)?;
        self.read += HEADER + length;
        Some(Message {
            kind,
            length,
            body: Some(body),
        })
    }
}

/// Appends a handshake message whose body is what `body` writes.
pub fn encode(out: &mut Vec<u8>, kind: HandshakeType, body: impl FnOnce(&mut Vec<u8>)) {
    out.push(kind.0);
    writer::vec24(out, body);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(stream: &[u8], piece: usize, limit: usize) -> Vec<(HandshakeType, Option<usize>)> {
        let (mut joiner, mut out) = (Joiner::new(limit), Vec::new());
        for chunk in stream.chunks(piece) {
            joiner.push(chunk);
            while let Some(message) = joiner.next_message() {
                out.push((message.kind, message.body.map(<[u8]>::len)));
            }
        }
        out
    }

    #[test]
    fn messages_survive_any_cut_and_oversized_ones_are_passed_over() {
        let mut stream = Vec::new();
        encode(&mut stream, HandshakeType::SERVER_HELLO, |out| {
            out.extend([1; 70])
        });
        encode(&mut stream, HandshakeType::CERTIFICATE, |out| {
            out.extend([2; 5000])
        });
        encode(&mut stream, HandshakeType::SERVER_HELLO_DONE, |_| ());
        let expected = [
            (HandshakeType::SERVER_HELLO, Some(70)),
            (HandshakeType::CERTIFICATE, None),
            (HandshakeType::SERVER_HELLO_DONE, Some(0)),
        ];
        for piece in [1, 3, 4, 64, 4096, 10_000] {
            assert_eq!(joined(&stream, piece, 1000), expected, "in pieces of {piece}");
        }
    }
}
