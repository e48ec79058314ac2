//! Handshake messages of DTLS (RFC 6347 section 4.2.2–4.2.3): numbered, and split into fragments that may come
//! in any order, twice, or overlapping.

use std::collections::BTreeMap;

use crate::reader::Reader;
use crate::{HandshakeType, Oddity, writer};

/// How far ahead of the next message fragments are kept; a flight has fewer messages.
const AHEAD: u16 = 16;

/// A whole handshake message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What it is.
    pub kind: HandshakeType,
    /// Its number in the handshake.
    pub sequence: u16,
    /// Its body.
    pub body: Vec<u8>,
}

#[derive(Debug)]
struct Partial {
    kind: HandshakeType,
    body: Vec<u8>,
    /// Which bytes are there; a bit vector would save seven eighths of very little.
    present: Vec<bool>,
    missing: usize,
}

/// Puts fragments together, each message at most `limit` bytes, and hands messages out in their order.
#[derive(Debug)]
pub struct Reassembler {
    next: u16,
    limit: usize,
    partial: BTreeMap<u16, Partial>,
    repeats: usize,
}

impl Reassembler {
    /// Starts at the message numbered `next`.
    #[must_use]
    pub const fn new(next: u16, limit: usize) -> Self {
        Self {
            next,
            limit,
            partial: BTreeMap::new(),
            repeats: 0,
        }
    }

    /// How many fragments came of messages that were handed out before: their sender has not heard the answer.
    #[must_use]
    pub const fn repeats(&self) -> usize {
        self.repeats
    }

    /// Takes the body of a handshake record: one or more fragments.
    pub fn push(&mut self, body: &[u8]) -> Vec<Oddity> {
        let (mut reader, mut oddities) = (Reader::new(body), Vec::new());
        while !reader.is_empty() {
            match self.push_fragment(&mut reader) {
                Some(Ok(())) => {}
                Some(Err(oddity)) => oddities.push(oddity),
                None => {
                    oddities.push(Oddity::Truncated("a handshake fragment"));
                    break;
                }
            }
        }
        oddities
    }

    /// The next message in order, once it is whole.
    pub fn next_message(&mut self) -> Option<Message> {
        let entry = self.partial.first_entry()?;
        if *entry.key() != self.next || entry.get().missing > 0 {
            return None;
        }
        let (sequence, whole) = entry.remove_entry();
        self.next = sequence.wrapping_add(1);
        Some(Message {
            kind: whole.kind,
            sequence,
            body: whole.body,
        })
    }

    fn push_fragment(&mut self, reader: &mut Reader<'_>) -> Option<Result<(), Oddity>> {
        let kind = HandshakeType(reader.u8()?);
        let length = reader.u24()?;
        let sequence = reader.u16()?;
        let offset = reader.u24()?;
        let bytes = reader.vec24()?;
        if sequence < self.next {
            self.repeats = self.repeats.saturating_add(1);
            return Some(Ok(()));
        }
        if sequence - self.next >= AHEAD {
            return Some(Ok(()));
        }
        if length > self.limit {
            return Some(Err(Oddity::BadLength("a handshake message", length)));
        }
        let partial = self.partial.entry(sequence).or_insert_with(|| Partial {
            kind,
            body: vec![0; length],
            present: vec![false; length],
            missing: length,
        });
        let end = offset + bytes.len();
        if partial.kind != kind || partial.body.len() != length || end > length {
            return Some(Err(Oddity::BadFragment));
        }
        let (Some(body), Some(present)) = (
            partial.body.get_mut(offset..end),
            partial.present.get_mut(offset..end),
        ) else {
            return Some(Err(Oddity::BadFragment));
        };
        body.copy_from_slice(bytes);
        partial.missing -= present.iter().filter(|there| !**there).count();
        present.fill(true);
        Some(Ok(()))
    }
}

/// Appends a message as one fragment that is all of it.
pub fn encode_message(out: &mut Vec<u8>, kind: HandshakeType, sequence: u16, body: &[u8]) {
    out.push(kind.0);
    writer::u24(out, body.len());
    out.extend(sequence.to_be_bytes());
    writer::u24(out, 0);
    writer::vec24(out, |out| out.extend_from_slice(body));
}

/// A message as fragments, each with at most `most` bytes of it.
#[must_use]
pub fn encode_fragments(kind: HandshakeType, sequence: u16, body: &[u8], most: usize) -> Vec<Vec<u8>> {
    let whole = body.chunks(most.max(1));
    let parts: Vec<&[u8]> = if body.is_empty() {
        vec![body]
    } else {
        whole.collect()
    };
    let mut offset = 0;
    parts
        .into_iter()
        .map(|part| {
            let mut out = vec![kind.0];
            writer::u24(&mut out, body.len());
            out.extend(sequence.to_be_bytes());
            writer::u24(&mut out, offset);
            writer::vec24(&mut out, |out| out.extend_from_slice(part));
            offset += part.len();
            out
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fragment(sequence: u16, body: &[u8], range: std::ops::Range<usize>) -> Vec<u8> {
        let mut out = vec![HandshakeType::CERTIFICATE.0];
        writer::u24(&mut out, body.len());
        out.extend(sequence.to_be_bytes());
        writer::u24(&mut out, range.start);
        writer::vec24(&mut out, |out| out.extend_from_slice(&body[range]));
        out
    }

    #[test]
    fn fragments_in_any_order_twice_and_overlapping_make_the_message() {
        let body: Vec<u8> = (0..100).collect();
        let mut reassembler = Reassembler::new(1, 1000);
        for range in [50..100, 0..30, 50..100, 20..60] {
            assert!(reassembler.next_message().is_none());
            assert!(reassembler.push(&fragment(1, &body, range)).is_empty());
        }
        assert_eq!(reassembler.next_message().map(|message| message.body), Some(body));
        assert!(reassembler.next_message().is_none());
    }

    #[test]
    fn messages_come_out_in_order_and_lies_are_named() {
        let mut reassembler = Reassembler::new(0, 1000);
        reassembler.push(&fragment(1, b"second", 0..6));
        assert!(reassembler.next_message().is_none());
        reassembler.push(&fragment(0, b"first", 0..5));
        assert_eq!(
            reassembler.next_message().map(|message| message.body),
            Some(b"first".to_vec())
        );
        assert_eq!(
            reassembler.next_message().map(|message| message.body),
            Some(b"second".to_vec())
        );
        assert_eq!(
            reassembler.push(&fragment(2, &[0; 2000], 0..10)),
            [Oddity::BadLength("a handshake message", 2000)]
        );
        reassembler.push(&fragment(2, b"third", 0..2));
        assert_eq!(
            reassembler.push(&fragment(2, b"fourth", 0..2)),
            [Oddity::BadFragment]
        );
    }

    #[test]
    fn what_is_cut_is_put_together_again_and_a_repeat_is_counted() {
        let body: Vec<u8> = (0..100).collect();
        let mut reassembler = Reassembler::new(3, 1000);
        let fragments = encode_fragments(HandshakeType::CERTIFICATE, 3, &body, 30);
        assert_eq!(fragments.len(), 4);
        for fragment in fragments.iter().rev() {
            assert!(reassembler.push(fragment).is_empty());
        }
        let message = reassembler.next_message().unwrap();
        assert_eq!((message.sequence, message.body), (3, body));
        assert_eq!(reassembler.repeats(), 0);
        reassembler.push(&fragments[1]);
        assert_eq!(reassembler.repeats(), 1);
        let empty = encode_fragments(HandshakeType::SERVER_HELLO_DONE, 4, &[], 30);
        reassembler.push(&empty[0]);
        assert!(reassembler.next_message().unwrap().body.is_empty());
    }

    proptest! {
        #[test]
        fn hostile_fragments_never_panic(bodies in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 0..8)) {
            let mut reassembler = Reassembler::new(0, 1000);
            for body in bodies {
                let _ = reassembler.push(&body);
                while reassembler.next_message().is_some() {}
            }
        }
    }
}
