//! The peer's side of a datagram connection: what does not open is passed over, as RFC 6347 section 4.1.2.7 has it, and what overtakes
//! a change of keys is kept until that.

use std::collections::VecDeque;

use holter_wire::dtls::{self, Reassembler, Record};
use holter_wire::{ContentType, Version, handshake};
use zeroize::Zeroize as _;

use crate::dialogue::LONGEST_MESSAGE;
use crate::protect::Protection;

/// How many records of the epoch to come are kept: they may overtake the change.
const AHEAD: usize = 16;

/// What we read.
#[derive(Debug)]
pub(super) struct Reading {
    now: Option<Protection>,
    /// How the peer's records of the epoch before were protected, which may come late.
    before: Option<Protection>,
    epoch: u16,
    reassembler: Reassembler,
    /// How often the peer has sent again what had come.
    pub(super) repeats: usize,
    /// Whether the peer has said something since our last flight.
    pub(super) answered: bool,
    /// Records of the epoch to come.
    ahead: Vec<(ContentType, Version, u64, Vec<u8>)>,
    pub(super) ready: VecDeque<(ContentType, Vec<u8>)>,
}

impl Reading {
    pub(super) fn new() -> Self {
        Self {
            now: None,
            before: None,
            epoch: 0,
            reassembler: Reassembler::new(0, LONGEST_MESSAGE),
            repeats: 0,
            answered: false,
            ahead: Vec::new(),
            ready: VecDeque::new(),
        }
    }

    /// A handshake inside a session counts its messages anew.
    pub(super) fn begin_handshake(&mut self) {
        self.reassembler = Reassembler::new(0, LONGEST_MESSAGE);
    }

    /// From here on expects what is read to be in a new epoch.
    pub(super) fn protect(&mut self, protection: Protection) {
        self.before = self.now.replace(protection);
        self.epoch = self.epoch.wrapping_add(1);
        for (content, version, number, body) in std::mem::take(&mut self.ahead) {
            self.open(content, version, number, &body);
        }
    }

    /// Forgets what has come.
    pub(super) fn wipe(&mut self) {
        for (_, text) in &mut self.ready {
            text.zeroize();
        }
        self.ready.clear();
        self.ahead.clear();
    }

    /// Takes what one datagram brings.
    pub(super) fn take(&mut self, datagram: &[u8]) {
        for record in dtls::records(datagram).0 {
            self.take_record(&record);
        }
    }

    pub(super) fn take_record(&mut self, record: &Record<'_>) {
        let late = self.epoch.checked_sub(1) == Some(record.epoch);
        if record.epoch == self.epoch || late && record.content == ContentType::HANDSHAKE {
            self.open(record.content, record.version, record.number(), record.body);
        } else if self.epoch.checked_add(1) == Some(record.epoch) && self.ahead.len() < AHEAD {
            let body = record.body.to_vec();
            self.ahead
                .push((record.content, record.version, record.number(), body));
        }
    }

    fn open(&mut self, content: ContentType, version: Version, number: u64, body: &[u8]) {
        let late = number >> 48 != u64::from(self.epoch);
        let protection = if late { &mut self.before } else { &mut self.now };
        let text = match protection {
            None => body.to_vec(),
            Some(protection) => {
                protection.number(number);
                match protection.open(content, version, body) {
                    Ok(text) => text,
                    // Whoever can send a datagram could end a session by it.
                    Err(_) => return,
                }
            }
        };
        if content != ContentType::HANDSHAKE {
            self.answered |= content == ContentType::CHANGE_CIPHER_SPEC;
            self.ready.push_back((content, text));
            return;
        }
        let repeats = self.reassembler.repeats();
        let _ = self.reassembler.push(&text);
        if self.reassembler.repeats() > repeats {
            self.repeats = self.repeats.saturating_add(1);
        }
        while let Some(message) = self.reassembler.next_message() {
            let mut text = Vec::new();
            handshake::encode(&mut text, message.kind, |out| {
                out.extend_from_slice(&message.body)
            });
            self.answered = true;
            self.ready.push_back((content, text));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn hostile_datagrams_neither_panic_nor_are_kept(
            datagrams in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..80), 0..40),
        ) {
            let mut reading = Reading::new();
            for mut datagram in datagrams {
                if let [content, major, ..] = datagram.as_mut_slice() {
                    (*content, *major) = (0x14 + *content % 5, 0xfe);
                }
                reading.take(&datagram);
                reading.ready.clear();
                prop_assert!(reading.ahead.len() <= AHEAD);
            }
        }
    }
}
