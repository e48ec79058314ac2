//! DTLS datagrams (RFC 6347), as far as a scripted peer needs them. A ClientHello must come unfragmented.

use super::beat::Beat;
use super::hello::ClientHello;
use super::record::{HANDSHAKE, HEARTBEAT, length16, length24};

/// What a client's datagram can bring.
#[derive(Debug)]
pub(crate) enum Word {
    /// A first message.
    Hello(ClientHello),
    /// A heartbeat request.
    Beat(Beat),
}

/// The records of a datagram that mean something here.
pub(crate) fn words(mut datagram: &[u8]) -> Vec<Word> {
    let mut words = Vec::new();
    while let Some((header, rest)) = datagram.split_at_checked(13) {
        let &[kind, major, minor, _, _, _, _, _, _, _, _, high, low] = header else {
            break;
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let Some((body, after)) = rest.split_at_checked(length) else {
            break;
        };
        datagram = after;
        match kind {
            HANDSHAKE => words.extend(hello(body).map(Word::Hello)),
            HEARTBEAT => words.extend(Beat::parse(u16::from_be_bytes([major, minor]), body).map(Word::Beat)),
            _ => {}
        }
    }
    words
}

/// Numbers the records that go to one client.
#[derive(Debug, Default)]
pub(crate) struct Sender {
    sequence: u64,
}

impl Sender {
    /// A record of epoch 0 with the next sequence number, as a datagram of its own.
    pub(crate) fn record(&mut self, kind: u8, version: u16, body: &[u8]) -> Vec<u8> {
        let mut bytes = vec![kind];
        bytes.extend(version.to_be_bytes());
        // Epoch and sequence number are 2 and 6 bytes; the epoch stays 0 in the clear.
        bytes.extend(self.sequence.to_be_bytes());
        self.sequence += 1;
        bytes.extend(length16(body.len()));
        bytes.extend_from_slice(body);
        bytes
    }
}

/// A handshake message in fragments of at most `size` bytes, each with its header.
pub(crate) fn fragments(kind: u8, number: u16, body: &[u8], size: usize) -> Vec<Vec<u8>> {
    let fragment = |offset: usize, part: &[u8]| {
        let mut bytes = vec![kind];
        bytes.extend(length24(body.len()));
        bytes.extend(number.to_be_bytes());
        bytes.extend(length24(offset));
        bytes.extend(length24(part.len()));
        bytes.extend_from_slice(part);
        bytes
    };
    if body.is_empty() {
        return vec![fragment(0, &[])];
    }
    let size = size.max(1);
    body.chunks(size)
        .enumerate()
        .map(|(index, part)| fragment(index * size, part))
        .collect()
}

fn hello(message: &[u8]) -> Option<ClientHello> {
    let (header, body) = message.split_at_checked(12)?;
    if header.first() != Some(&1) {
        return None;
    }
    ClientHello::parse(body, true)
}
