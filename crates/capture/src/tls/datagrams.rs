//! DTLS in datagrams, by itself or within STUN's. Records are numbered, so that a gap shows what was lost, or what was never captured.

use holter_wire::ContentType;
use holter_wire::dtls::{Reassembler, Record, records};
use holter_wire::reader::Reader;

use super::stream::Course;
use super::talk::{Place, Talk};
use crate::Moment;
use crate::book::Book;
use crate::both::{pick, pick_mut};
use crate::heartbeat::{Beats, Heard, MOST_CONTENT, Over, Raw, Seal};
use crate::listener::{Ending, Ends, Side};

/// Longer handshake messages are passed over.
const LONGEST_MESSAGE: usize = 16 * 1024;

/// What a reassembler may come to hold, for the common bound.
const CHARGE: usize = 128 * 1024;

/// Datagrams that may come before DTLS begins: STUN's, mostly.
const PATIENCE: u8 = 64;

const HEARTBEAT: u8 = 24;

/// A conversation by datagrams.
#[derive(Debug)]
pub(crate) struct Datagrams {
    ways: [Way; 2],
    talk: Talk,
    beats: Option<Box<Beats>>,
    speaks_dtls: bool,
    late: bool,
    patience: u8,
}

/// One side.
#[derive(Debug, Default)]
struct Way {
    messages: Option<Box<Reassembler>>,
    /// Its handshake messages are not read, or no longer.
    mute: bool,
    heard: bool,
    pads_least: Option<bool>,
    numbers: Numbers,
}

impl Datagrams {
    pub(crate) fn new() -> Self {
        Self {
            ways: [Way::default(), Way::default()],
            talk: Talk::default(),
            beats: None,
            speaks_dtls: false,
            late: false,
            patience: PATIENCE,
        }
    }

    /// A datagram.
    pub(crate) fn hear(
        &mut self,
        book: &mut Book,
        ends: &Ends,
        side: Side,
        at: Moment,
        bytes: &[u8],
    ) -> Course {
        pick_mut(&mut self.ways, side).heard = true;
        let bytes = unwrapped(bytes);
        let (all, oddities) = match bytes.first() {
            Some(0x14..=0x19) => records(bytes),
            _ => (Vec::new(), Vec::new()),
        };
        let sound = !all.is_empty() && (self.speaks_dtls || oddities.is_empty());
        if !sound {
            self.patience = self.patience.saturating_sub(1);
            let over = self.patience == 0 && !self.speaks_dtls;
            return if over { Course::Nothing } else { Course::Stays };
        }
        self.speaks_dtls = true;
        for record in all {
            self.record(book, ends, side, at, record);
        }
        Course::Stays
    }

    /// How many bytes its heartbeats take.
    pub(crate) fn burden(&self) -> usize {
        self.beats.as_deref().map_or(0, Beats::size)
    }

    /// The conversation is over.
    pub(crate) fn end(mut self: Box<Self>, book: &mut Book, ends: &Ends, ending: Ending) {
        self.stop_reading(book, Side::Opener);
        self.stop_reading(book, Side::Answerer);
        if !self.talk.counted {
            return;
        }
        self.talk.end(book, ends, ending.at);
        let heard = [Side::Opener, Side::Answerer].map(|side| pick(&self.ways, side).heard);
        let missing = self.missing();
        if let Some(server) = self.talk.visit.server(book) {
            server.close(&ending, missing != [0; 2]);
        }
        if let Some(beats) = self.beats {
            let client = self.talk.client.unwrap_or(Side::Opener);
            let over = Over {
                heard,
                missing,
                ended: [false; 2],
            };
            super::report(book, ends, client, self.talk.visit, *beats, &over);
        }
    }

    fn record(&mut self, book: &mut Book, ends: &Ends, side: Side, at: Moment, record: Record<'_>) {
        let sealed = record.epoch > 0;
        let arrival = pick_mut(&mut self.ways, side)
            .numbers
            .arrive(record.epoch, record.sequence);
        if let Some(beats) = &mut self.beats {
            match arrival {
                Arrival::Next { lost: 0 } | Arrival::Twice => {}
                Arrival::Next { lost } => {
                    let bytes = lost.saturating_mul(MOST_CONTENT);
                    beats.miss(side, bytes, bytes);
                }
                Arrival::Late => beats.find(side, MOST_CONTENT),
            }
        }
        let place = Place {
            ends,
            side,
            at,
            datagram: true,
        };
        match record.content {
            ContentType::HANDSHAKE if !sealed => self.handshake(book, place, record.body),
            ContentType::HANDSHAKE => {
                let cover = self.talk.cover();
                let version = self.talk.version.unwrap_or(record.version);
                let length = u64::try_from(record.body.len()).unwrap_or(0);
                let way = pick_mut(&mut self.ways, side);
                way.pads_least
                    .get_or_insert_with(|| cover.pads_least(length, version));
                self.speaks(side);
            }
            ContentType::CHANGE_CIPHER_SPEC => {
                self.talk.begin(book, ends, at);
                self.stop_reading(book, side);
                self.speaks(side);
            }
            ContentType::ALERT if !sealed => {
                if let [level, code] = record.body
                    && *level != 1
                {
                    self.talk.begin(book, ends, at);
                    self.talk.alert(book, place, *code);
                }
            }
            ContentType::APPLICATION_DATA => {
                self.late = true;
                self.talk.begin(book, ends, at);
                self.speaks(side);
            }
            ContentType(HEARTBEAT) if arrival != Arrival::Twice => {
                self.beat(book, ends, side, at, record);
            }
            _ => {}
        }
    }

    fn beat(&mut self, book: &mut Book, ends: &Ends, side: Side, at: Moment, record: Record<'_>) {
        self.talk.begin(book, ends, at);
        let both = [Side::Opener, Side::Answerer];
        let missing = self.missing();
        let heard = Heard {
            pads_least: both.map(|side| pick(&self.ways, side).pads_least.unwrap_or(true)),
            late: self.late,
            // Of an association whose hellos are there nothing came before.
            begun: self.talk.version.is_some(),
            torn: missing != [0; 2] || self.talk.version.is_none(),
            missing,
            heard: both.map(|side| pick(&self.ways, side).heard),
            client: self.talk.client,
        };
        let seal = if record.epoch > 0 {
            Seal::Sealed(self.talk.cover())
        } else {
            Seal::Open
        };
        let raw = Raw {
            start: record.body.first_chunk().copied(),
            length: u64::try_from(record.body.len()).unwrap_or(0),
            lost: 0,
            cut: 0,
            at,
        };
        let company = book.company(self.talk.visit);
        let beats = self
            .beats
            .get_or_insert_with(|| Box::new(Beats::new(true, at, company)));
        beats.in_company(company);
        beats.record(side, seal, raw, heard);
        book.totals.heartbeats += 1;
    }

    fn speaks(&mut self, side: Side) {
        if let Some(beats) = &mut self.beats {
            beats.speaks(side);
        }
    }

    fn handshake(&mut self, book: &mut Book, place: Place<'_>, body: &[u8]) {
        let way = pick_mut(&mut self.ways, place.side);
        if way.mute {
            return;
        }
        let mut messages = match way.messages.take() {
            Some(messages) => messages,
            None => {
                if book.joining + CHARGE > book.bounds.handshakes {
                    way.mute = true;
                    self.talk.unread = true;
                    book.beyond.handshakes += 1;
                    return;
                }
                book.joining += CHARGE;
                Box::new(Reassembler::new(number(body), LONGEST_MESSAGE))
            }
        };
        let _ = messages.push(body);
        while let Some(message) = messages.next_message() {
            self.talk.message(book, place, message.kind, &message.body);
        }
        pick_mut(&mut self.ways, place.side).messages = Some(messages);
        if self.talk.hidden {
            self.stop_reading(book, place.side);
        }
    }

    fn stop_reading(&mut self, book: &mut Book, side: Side) {
        let way = pick_mut(&mut self.ways, side);
        way.mute = true;
        if way.messages.take().is_some() {
            book.joining = book.joining.saturating_sub(CHARGE);
        }
    }

    /// Bytes of each side that may be missing, by its records' numbers.
    fn missing(&self) -> [u64; 2] {
        let bytes = |side| pick(&self.ways, side).numbers.lost.saturating_mul(MOST_CONTENT);
        [Side::Opener, Side::Answerer].map(bytes)
    }
}

/// The numbers of one side's records (RFC 6347 section 4.1.2.6): which came, and how many did not.
#[derive(Clone, Copy, Debug, Default)]
struct Numbers {
    begun: bool,
    epoch: u16,
    newest: u64,
    /// Which of the last ones came; the lowest bit is the newest.
    window: u64,
    lost: u64,
}

/// How a record comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arrival {
    /// In its turn, or after so many that are not there.
    Next { lost: u64 },
    /// After some that followed it.
    Late,
    /// Once more.
    Twice,
}

impl Numbers {
    fn arrive(&mut self, epoch: u16, number: u64) -> Arrival {
        let known = std::mem::replace(&mut self.begun, true);
        if !known || epoch != self.epoch {
            // What is missing of the epoch before has no end, and a record of it that comes now says nothing new.
            if known && epoch < self.epoch {
                return Arrival::Next { lost: 0 };
            }
            // Each epoch begins with 0; a capture begins anywhere.
            let lost = if known || (epoch, number < 64) == (0, true) {
                number
            } else {
                0
            };
            (self.epoch, self.newest, self.window) = (epoch, number, 1);
            self.lost = self.lost.saturating_add(lost);
            return Arrival::Next { lost };
        }
        if number > self.newest {
            let lost = number - self.newest - 1;
            let on = u32::try_from(number - self.newest).unwrap_or(u32::MAX);
            self.window = self.window.checked_shl(on).unwrap_or(0) | 1;
            self.newest = number;
            self.lost = self.lost.saturating_add(lost);
            return Arrival::Next { lost };
        }
        let back = u32::try_from(self.newest - number).unwrap_or(u32::MAX);
        let Some(bit) = 1_u64.checked_shl(back) else {
            return Arrival::Twice;
        };
        if self.window & bit != 0 {
            return Arrival::Twice;
        }
        self.window |= bit;
        self.lost = self.lost.saturating_sub(1);
        Arrival::Late
    }
}

/// A handshake message's number, by which its order begins.
fn number(body: &[u8]) -> u16 {
    let mut reader = Reader::new(body);
    reader.take(4).and_then(|_| reader.u16()).unwrap_or(0)
}

/// What a relay carries (RFC 8656 section 12.4, RFC 8489 section 14): the payload of ChannelData, or of a message's DATA.
fn unwrapped(bytes: &[u8]) -> &[u8] {
    const COOKIE: u32 = 0x2112_a442;
    const DATA: u16 = 0x0013;
    let mut reader = Reader::new(bytes);
    match bytes.first() {
        Some(0x40..=0x4f) => reader.u16().and_then(|_| reader.vec16()).unwrap_or(bytes),
        Some(0..=3) => {
            let attributes = reader.u16().and_then(|_| reader.u16());
            let cookie = reader.array().map(u32::from_be_bytes);
            if attributes.is_none() || cookie != Some(COOKIE) || reader.take(12).is_none() {
                return bytes;
            }
            while let (Some(kind), Some(value)) = (reader.u16(), reader.vec16()) {
                if kind == DATA {
                    return value;
                }
                let pad = value.len().wrapping_neg() % 4;
                if reader.take(pad).is_none() {
                    break;
                }
            }
            bytes
        }
        _ => bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_show_what_came_twice_what_came_late_and_what_did_not_come() {
        let mut numbers = Numbers::default();
        let mut arrive = |epoch, number| (numbers.arrive(epoch, number), numbers.lost);
        let next = |lost| Arrival::Next { lost };
        assert_eq!(arrive(0, 1), (next(1), 1));
        assert_eq!(arrive(0, 1), (Arrival::Twice, 1));
        assert_eq!(arrive(0, 3), (next(1), 2));
        assert_eq!(arrive(0, 2), (Arrival::Late, 1));
        assert_eq!(arrive(0, 2), (Arrival::Twice, 1));
        assert_eq!(arrive(1, 0), (next(0), 1));
        assert_eq!(arrive(0, 4), (next(0), 1));
        assert_eq!(arrive(1, 600), (next(599), 600));
        assert_eq!(arrive(1, 6), (Arrival::Twice, 600));
        let mut middle = Numbers::default();
        assert_eq!(middle.arrive(1, 5000), next(0));
    }

    #[test]
    fn a_relay_is_looked_into() {
        assert_eq!(unwrapped(&[0x40, 1, 0, 2, 22, 254]), [22, 254]);
        let mut message = vec![0, 0x17, 0, 8, 0x21, 0x12, 0xa4, 0x42];
        message.extend([0; 12]);
        message.extend([0, 0x13, 0, 3, 22, 254, 255, 0]);
        assert_eq!(unwrapped(&message), [22, 254, 255]);
        assert_eq!(unwrapped(&[22, 254, 255]), [22, 254, 255]);
    }
}
