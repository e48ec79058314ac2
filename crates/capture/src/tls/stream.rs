//! A stream in which TLS is spoken, or may come to be.

mod joining;

use holter_wire::{ContentType, Version};

use super::hunt::{Found, Ground, Hunt};
use super::sslv2;
use super::talk::{Place, Talk};
use super::walker::{Step, Walker};
use super::way::{Sync, Way};
use crate::Moment;
use crate::book::Book;
use crate::both::{pick, pick_mut};
use crate::clear::Tongue;
use crate::heartbeat::{Beats, Heard, Over, Raw, Seal};
use crate::listener::{Ending, Ends, Side};

/// A record of heartbeat, by its number: the name of the constant stands where heartbeats are sent.
const HEARTBEAT: u8 = 24;

/// A stream.
#[derive(Debug)]
pub(crate) struct Stream {
    ways: [Way; 2],
    talk: Talk,
    beats: Option<Box<Beats>>,
    speaks_tls: bool,
    late: bool,
}

/// What becomes of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Course {
    /// It goes on.
    Stays,
    /// It is clinical traffic in the clear.
    Clear(Tongue),
    /// Nothing in it is ours to hear.
    Nothing,
}

impl Stream {
    pub(crate) fn new() -> Self {
        Self {
            ways: [Way::default(), Way::default()],
            talk: Talk::default(),
            beats: None,
            speaks_tls: false,
            late: false,
        }
    }

    /// The next bytes of a side.
    pub(crate) fn hear(
        &mut self,
        book: &mut Book,
        ends: &Ends,
        side: Side,
        at: Moment,
        mut bytes: &[u8],
    ) -> Course {
        let first = !std::mem::replace(&mut pick_mut(&mut self.ways, side).heard, true);
        if first && !self.speaks_tls {
            if let Some(tongue) = Tongue::of(bytes) {
                return Course::Clear(tongue);
            }
            self.first_words(book, ends, side, at, bytes);
        }
        while !bytes.is_empty() {
            let way = pick_mut(&mut self.ways, side);
            if way.skip > 0 {
                let here = bytes.len().min(usize::try_from(way.skip).unwrap_or(0));
                way.skip -= u32::try_from(here).unwrap_or(way.skip);
                bytes = bytes.get(here..).unwrap_or_default();
                continue;
            }
            match way.course {
                Sync::Walking(_) => self.walk(book, ends, side, at, &mut bytes),
                Sync::Hunting(_) => {
                    let (before, spoke) = (way.in_doubt + bytes.len(), self.speaks_tls);
                    let found = self.hunt(book, ends, side, at, &mut bytes);
                    let way = pick_mut(&mut self.ways, side);
                    way.in_doubt = if spoke { way.kept().min(before) } else { 0 };
                    if spoke {
                        let left = found.map_or(way.in_doubt, |kept| kept + bytes.len());
                        let passed = u64::try_from(before.saturating_sub(left));
                        self.pass_over(side, at, passed.unwrap_or(0));
                    }
                    if found.is_none() {
                        break;
                    }
                }
                Sync::Deaf => break,
            }
        }
        let over = |way: &Way| match way.course {
            Sync::Hunting(hunt) => hunt.is_over(),
            Sync::Deaf => true,
            Sync::Walking(_) => false,
        };
        if !self.speaks_tls && self.ways.iter().any(over) {
            return Course::Nothing;
        }
        Course::Stays
    }

    /// Bytes of a side are not in the capture.
    pub(crate) fn miss(&mut self, book: &mut Book, ends: &Ends, side: Side, at: Moment, bytes: u64) {
        let way = pick_mut(&mut self.ways, side);
        way.heard = true;
        let doubt = u64::try_from(std::mem::take(&mut way.in_doubt)).unwrap_or(0);
        self.pass_over(side, at, bytes.saturating_add(doubt));
        let way = pick_mut(&mut self.ways, side);
        let in_handshake = way.record.content == ContentType::HANDSHAKE;
        match &mut way.course {
            Sync::Walking(walker) => match walker.hole(bytes) {
                Ok(unseen) => {
                    way.lost += unseen;
                    if in_handshake && !way.sealed {
                        self.forget_joiner(book, side);
                    }
                    // The hole may have ended the record.
                    self.walk(book, ends, side, at, &mut &[][..]);
                }
                Err(open) => {
                    if open > 0 {
                        way.lost += open;
                        self.ended(book, ends, side, at, 0);
                    }
                    self.lose(book, side);
                }
            },
            Sync::Hunting(hunt) => {
                if self.speaks_tls {
                    *hunt = Hunt::again();
                }
            }
            Sync::Deaf => {}
        }
    }

    /// Bytes of a side in which records may lie that nobody sees.
    fn pass_over(&mut self, side: Side, at: Moment, bytes: u64) {
        if bytes == 0 {
            return;
        }
        let all = pick_mut(&mut self.ways, side).pass_over(at, bytes);
        if let Some(beats) = &mut self.beats {
            beats.miss(side, bytes, all);
        }
    }

    /// Its beginning was captured, behind its first bytes.
    pub(crate) fn begun_late(&self, book: &mut Book) {
        self.talk.begun_late(book);
    }

    /// Both ends have closed it, or it goes on after all.
    pub(crate) fn closed(&mut self, book: &mut Book, over: bool) {
        self.talk.closed(book, over);
    }

    /// How many bytes its heartbeats take.
    pub(crate) fn burden(&self) -> usize {
        self.beats.as_deref().map_or(0, Beats::size)
    }

    /// The stream is over.
    pub(crate) fn end(mut self: Box<Self>, book: &mut Book, ends: &Ends, ending: Ending) {
        for side in [Side::Opener, Side::Answerer] {
            let way = pick_mut(&mut self.ways, side);
            if let Sync::Walking(walker) = way.course
                && let Some(remaining) = walker.open()
                && way.record.content.0 == HEARTBEAT
            {
                self.ended(book, ends, side, ending.at, remaining.into());
            }
            if let Some(joiner) = &pick(&self.ways, side).joiner {
                book.joining = book.joining.saturating_sub(joiner.held());
            }
        }
        if !self.talk.counted {
            return;
        }
        self.talk.end(book, ends, ending.at);
        let heard = [Side::Opener, Side::Answerer].map(|side| pick(&self.ways, side).heard);
        if let Some(server) = self.talk.visit.server(book) {
            server.close(&ending, false);
        }
        if let Some(beats) = self.beats {
            let client = self.talk.client.unwrap_or(Side::Opener);
            let over = Over {
                heard,
                missing: [Side::Opener, Side::Answerer].map(|side| pick(&self.ways, side).unread()),
                ended: ending.ended,
            };
            super::report(book, ends, client, self.talk.visit, *beats, &over);
        }
    }

    /// Looks for where records begin, and says how many of the bytes before these belong to the first. `None`: not in these bytes.
    fn hunt(
        &mut self,
        book: &mut Book,
        ends: &Ends,
        side: Side,
        at: Moment,
        bytes: &mut &[u8],
    ) -> Option<usize> {
        let answered = matches!(pick(&self.ways, side.other()).course, Sync::Walking(_));
        let way = pick_mut(&mut self.ways, side);
        let Sync::Hunting(hunt) = &mut way.course else {
            return Some(0);
        };
        let ground = Ground {
            torn: way.missing > 0 || !ends.begun,
            answered,
        };
        let mut tail = [0; 16];
        let found = hunt.look(bytes, ground);
        let before = match found {
            Some(Found::Before(count)) => {
                let kept = hunt.tail(count);
                for (place, byte) in tail.iter_mut().zip(kept) {
                    *place = *byte;
                }
                kept.len()
            }
            _ => 0,
        };
        match found {
            None => return None,
            Some(Found::At(offset)) => *bytes = bytes.get(offset..).unwrap_or_default(),
            Some(Found::AfterSsl2(length)) => {
                way.skip = u32::try_from(length).unwrap_or(0);
                self.talk.client = Some(side);
            }
            Some(Found::Before(_)) => {}
        }
        let way = pick_mut(&mut self.ways, side);
        way.course = Sync::Walking(Walker::default());
        way.unproven = ground.torn && !answered && !matches!(found, Some(Found::At(0)));
        if !self.speaks_tls {
            self.speaks_tls = true;
            if ground.torn {
                // No hello will come that says who is who.
                let client = self.talk.client.is_none();
                if client && !is_hello_next(bytes) {
                    self.talk.begin(book, ends, at);
                }
            }
        }
        if before > 0 {
            let mut kept = tail.get(..before).unwrap_or_default();
            self.walk(book, ends, side, at, &mut kept);
        }
        Some(before)
    }

    fn walk(&mut self, book: &mut Book, ends: &Ends, side: Side, at: Moment, bytes: &mut &[u8]) {
        loop {
            let way = pick_mut(&mut self.ways, side);
            let Sync::Walking(walker) = &mut way.course else {
                return;
            };
            let Some(step) = walker.step(bytes) else {
                return;
            };
            match step {
                Step::Head(header) => {
                    way.unproven &= way.record.length == 0;
                    way.record = header;
                    way.got = 0;
                    way.lost = 0;
                    let wanted = match header.content {
                        ContentType::HANDSHAKE => !way.sealed && !way.mute,
                        ContentType::ALERT => !way.sealed && header.length == 2,
                        ContentType(HEARTBEAT) => true,
                        _ => false,
                    };
                    if wanted {
                        walker.want();
                    }
                }
                Step::Body(body) if way.record.content == ContentType::HANDSHAKE => {
                    self.join(book, ends, side, at, body);
                }
                Step::Body(body) => {
                    for byte in body.iter().take(3 - usize::from(way.got.min(3))) {
                        if let Some(place) = way.start.get_mut(usize::from(way.got)) {
                            *place = *byte;
                        }
                        way.got += 1;
                    }
                }
                Step::End => self.ended(book, ends, side, at, 0),
                Step::Lost => {
                    self.lose(book, side);
                    return;
                }
            }
        }
    }

    /// A record is over; `cut` bytes of it lie beyond the end of what was captured.
    fn ended(&mut self, book: &mut Book, ends: &Ends, side: Side, at: Moment, cut: u64) {
        let way = pick_mut(&mut self.ways, side);
        let record = way.record;
        if record.content.0 != HEARTBEAT
            && let Some(beats) = &mut self.beats
        {
            beats.turns_to_other_things(side);
        }
        match record.content {
            ContentType::HANDSHAKE => {
                if way.sealed && way.pads_least.is_none() {
                    let version = self.talk.version.unwrap_or(Version(0));
                    let cover = self.talk.cover();
                    let length = u64::try_from(record.length).unwrap_or(0);
                    way.pads_least = Some(cover.pads_least(length, version));
                }
                self.speaks(side);
            }
            ContentType::CHANGE_CIPHER_SPEC => {
                if !self.talk.hidden {
                    way.sealed = true;
                    let other_sealed = pick(&self.ways, side.other()).sealed;
                    let whole = !self.ways.iter().any(|way| way.missing > 0) && ends.begun;
                    self.stop_joining(book, side);
                    self.talk.change(book, side, at, other_sealed, whole);
                }
                self.speaks(side);
            }
            ContentType::ALERT => {
                if let ([level, code, _], 2) = (way.start, way.got)
                    && level != 1
                {
                    let place = Place {
                        ends,
                        side,
                        at,
                        datagram: false,
                    };
                    self.talk.begin(book, ends, at);
                    self.talk.alert(book, place, code);
                }
            }
            ContentType::APPLICATION_DATA => {
                if !self.late || !self.talk.counted {
                    self.late = true;
                    self.talk.begin(book, ends, at);
                }
                if !way.mute {
                    self.stop_joining(book, side);
                }
                self.speaks(side);
            }
            ContentType(HEARTBEAT) => self.beat(book, ends, side, at, cut),
            _ => {}
        }
    }

    fn beat(&mut self, book: &mut Book, ends: &Ends, side: Side, at: Moment, cut: u64) {
        if pick(&self.ways, side).unproven {
            return;
        }
        self.talk.begin(book, ends, at);
        let client = self.talk.client;
        let heard = Heard {
            pads_least: [Side::Opener, Side::Answerer]
                .map(|side| pick(&self.ways, side).pads_least.unwrap_or(true)),
            late: self.late,
            begun: ends.begun,
            torn: !ends.begun || self.ways.iter().any(|way| way.missing > 0),
            missing: [Side::Opener, Side::Answerer].map(|side| pick(&self.ways, side).recent_hole(at)),
            heard: [Side::Opener, Side::Answerer].map(|side| pick(&self.ways, side).heard),
            client,
        };
        let cover = self.talk.cover();
        let way = pick(&self.ways, side);
        let seal = if self.talk.hidden {
            Seal::Open
        } else if way.sealed {
            Seal::Sealed(cover)
        } else if self.talk.version.is_none() || way.unsure {
            Seal::Unknown(cover)
        } else {
            Seal::Open
        };
        let raw = Raw {
            start: (way.got == 3).then_some(way.start),
            length: u64::try_from(way.record.length).unwrap_or(0),
            lost: way.lost.into(),
            cut,
            at,
        };
        let company = book.company(self.talk.visit);
        let beats = self
            .beats
            .get_or_insert_with(|| Box::new(Beats::new(false, at, company)));
        beats.in_company(company);
        beats.record(side, seal, raw, heard);
        book.totals.heartbeats += 1;
    }

    /// A side shows that it has read on.
    fn speaks(&mut self, side: Side) {
        let content = pick(&self.ways, side).record.content;
        let in_turn = self.talk.client == Some(side)
            || content != ContentType::HANDSHAKE
            || pick(&self.ways, side).sealed;
        if let Some(beats) = &mut self.beats
            && in_turn
        {
            beats.speaks(side);
        }
    }

    /// Nobody knows any more where records begin.
    fn lose(&mut self, book: &mut Book, side: Side) {
        self.forget_joiner(book, side);
        let way = pick_mut(&mut self.ways, side);
        way.course = Sync::Hunting(Hunt::again());
        way.record.length = 0;
        way.missing = way.missing.max(1);
        way.unsure = !way.sealed;
    }

    /// What a side says before TLS, or instead of it.
    fn first_words(&mut self, book: &mut Book, ends: &Ends, side: Side, at: Moment, bytes: &[u8]) {
        let begins = matches!(bytes, [0x14..=0x18, 3, ..]);
        if side != Side::Answerer || !ends.begun || begins {
            return;
        }
        if let Some(hello) = sslv2::server_hello(bytes) {
            self.talk.client = Some(side.other());
            self.talk.begin(book, ends, at);
            if let Some(id) = self.talk.visit.id(book) {
                let kinds = hello.kinds.iter().map(|kind| kind.0).collect();
                book.note(id, at, holter_model::Fact::Ssl2 { kinds });
            }
            pick_mut(&mut self.ways, side).course = Sync::Deaf;
            return;
        }
        self.talk.spoken = holter_protocols::speaker(bytes).map(|protocol| protocol.id);
    }
}

fn is_hello_next(bytes: &[u8]) -> bool {
    matches!(bytes, [0x16, 3, _, _, _, 1 | 2, ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_takes_little() {
        assert!(size_of::<Stream>() <= 512, "{}", size_of::<Stream>());
    }
}
