//! One side of a TCP connection: its bytes in order, each once, and what is missing said.

use super::held::{Held, Owner, Segment, Ticket};
use crate::coverage::Oddity;
use crate::listener::Moment;

/// How far ahead of what was heard a segment may lie. No common receiver takes more at once.
const WINDOW: u32 = 16 << 20;

/// So many segments out of the window in a row, and the capture has lost sight of the stream for a while.
const LOST: u8 = 4;

/// So far may the capture be behind the receiver before all between is given up.
const LAG: i32 = 4 << 20;

/// So many packets of the flow may come after the one that says that a hole was received, and before the hole is believed: captures
/// mix up the order of packets that came close together.
const DOUBT: u8 = 8;

/// Where the bytes of a stream go.
pub(crate) trait Sink {
    fn hear(&mut self, at: Moment, bytes: &[u8]);
    fn miss(&mut self, at: Moment, bytes: u64);
    fn odd(&mut self, oddity: Oddity);
}

/// The data of a segment: `full` bytes, of which these were captured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Data<'a> {
    pub(crate) at: Moment,
    pub(crate) seq: u32,
    pub(crate) bytes: &'a [u8],
    pub(crate) full: u32,
    /// Up to where its sender had received the other side.
    pub(crate) ack: Option<u32>,
}

/// What is remembered of one side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stream {
    /// That of its first byte, as far as it was heard.
    first: u32,
    /// The sequence number that comes next.
    next: u32,
    /// Up to where the other side says that it has received.
    acked: u32,
    ticket: Ticket,
    synced: bool,
    /// Whether a segment of this side's own said where it is, and not the other side's acknowledgement alone.
    firm: bool,
    acknowledged: bool,
    // FIN, and where.
    fin: Option<u32>,
    doubt: u8,
    far: u8,
    /// Packets that came while the other side waited for what it says that it has received of this one.
    vain: u8,
}

/// How far b lies after a, in the ring of sequence numbers; negative when it lies before.
fn after(a: u32, b: u32) -> i32 {
    b.wrapping_sub(a).cast_signed()
}

impl Stream {
    pub(crate) const NEW: Self = Self {
        first: 0,
        next: 0,
        acked: 0,
        ticket: Ticket::NONE,
        synced: false,
        firm: false,
        acknowledged: false,
        fin: None,
        doubt: 0,
        far: 0,
        vain: 0,
    };

    pub(crate) fn is_synced(&self) -> bool {
        self.synced
    }

    /// Its own first byte has this number.
    pub(crate) fn sync(&mut self, next: u32) {
        self.first = next;
        self.next = next;
        self.acked = next;
        self.synced = true;
        self.firm = true;
    }

    /// The other side says that it has received what comes before this number, and its first byte is likely to be that one.
    pub(crate) fn suppose(&mut self, next: u32) {
        self.sync(next);
        self.firm = false;
    }

    /// Whether a segment follows exactly on what was heard.
    pub(crate) fn is_next(&self, seq: u32) -> bool {
        self.synced && seq == self.next
    }

    /// Whether it may well have been opened with this number, and a SYN that says it is only said again.
    pub(crate) fn began_at(&self, next: u32) -> bool {
        self.synced && (0..0x1_0000).contains(&after(next, self.next))
    }

    /// Whether all that is known of it lies not far behind this number, so that it may have been opened with it.
    pub(crate) fn may_begin_at(&self, next: u32) -> bool {
        let near = |number| (0..0x1_0000).contains(&after(next, number));
        if self.synced {
            near(self.first) && near(self.next)
        } else {
            self.acknowledged && near(self.acked)
        }
    }

    /// Whether that is the number that it was opened with: no other stream between the same ends has it so soon.
    pub(crate) fn began_with(&self, next: u32) -> bool {
        self.synced && self.first == next
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.fin
            .is_some_and(|fin| self.synced && after(fin, self.next) >= 0)
    }

    /// Whether its FIN stands right behind what was heard: who forges one is found out by what comes after it.
    pub(crate) fn is_at_end(&self) -> bool {
        self.synced && self.fin == Some(self.next)
    }

    pub(crate) fn has_held(&self) -> bool {
        !self.ticket.is_none()
    }

    /// Whether a reset with this number would be believed: RFC 5961 asks for the very next one; a capture may lag behind.
    pub(crate) fn believes(&self, seq: u32) -> bool {
        !self.synced || after(self.next, seq).unsigned_abs() < WINDOW
    }

    /// The sender says that this is its last; one that lies where no receiver would take it is nobody's.
    pub(crate) fn finish(&mut self, fin: u32) {
        let ahead = after(self.next, fin);
        if self.fin.is_none() && self.synced && ahead >= 0 && ahead.unsigned_abs() <= WINDOW {
            self.fin = Some(fin);
        }
    }

    /// A segment of this side with data.
    #[inline]
    pub(crate) fn segment(&mut self, held: &mut Held, owner: Owner, data: Data<'_>, sink: &mut impl Sink) {
        if !self.synced {
            self.sync(data.seq);
        }
        if data.seq == self.next && self.ticket.is_none() {
            self.firm = true;
            self.far = 0;
            self.give(data.bytes, data.full, data.at, sink);
            return;
        }
        self.unordered(held, owner, data, sink);
    }

    #[cold]
    fn unordered(&mut self, held: &mut Held, owner: Owner, data: Data<'_>, sink: &mut impl Sink) {
        let Data {
            at,
            seq,
            bytes,
            full,
            ack,
        } = data;
        let ahead = after(self.next, seq);
        if !std::mem::replace(&mut self.firm, true) && ahead < 0 {
            self.sync(seq);
            self.give(bytes, full, at, sink);
            return;
        }
        // The receiver may be ahead of the capture.
        let reach = if self.acknowledged {
            after(self.next, self.acked).max(0).unsigned_abs()
        } else {
            0
        };
        let is_far = if ahead > 0 {
            ahead.unsigned_abs() > WINDOW.saturating_add(reach)
        } else {
            ahead.unsigned_abs() > WINDOW
        };
        if is_far {
            sink.odd(Oddity::FarSegment);
            self.far += 1;
            if self.far < LOST {
                return;
            }
            // Sight was lost of it: what waited is given first, and then what lies between.
            self.far = 0;
            self.flush(held, sink);
            let missing = seq.wrapping_sub(self.next);
            sink.miss(at, u64::from(missing));
            self.next = seq;
            self.give(bytes, full, at, sink);
            return;
        }
        self.far = 0;
        if ahead > 0 {
            let segment = Segment {
                at,
                bytes: bytes.into(),
                full,
                ack,
            };
            if held.put(&mut self.ticket, owner, self.next, ahead.unsigned_abs(), &segment) {
                sink.odd(Oddity::Overlap);
            }
            return;
        }
        // What comes next, or was said before, in part or in whole: the first one was believed.
        let old = ahead.unsigned_abs();
        if old >= full {
            return;
        }
        let (bytes, full) = (bytes.get(old as usize..).unwrap_or_default(), full - old);
        if held.distance(self.ticket, self.next) != Some(0) {
            return self.give(bytes, full, at, sink);
        }
        // The first one waits for what it answers.
        let bytes = bytes.into();
        let segment = Segment { at, bytes, full, ack };
        if held.put(&mut self.ticket, owner, self.next, 0, &segment) {
            sink.odd(Oddity::Overlap);
        }
    }

    /// Whether the other side, which has received this one up to `ack`, answers something that was not captured yet: captures mix up
    /// the order of the two directions.
    #[inline]
    pub(crate) fn is_behind(&self, ack: u32) -> bool {
        let ahead = after(self.next, ack);
        ahead > 0
            && ahead.unsigned_abs() <= WINDOW
            && self.firm
            && self.vain <= DOUBT
            && self.fin != Some(self.next)
    }

    /// A segment of this side waits until what it answers has been captured.
    #[cold]
    pub(crate) fn hold(&mut self, held: &mut Held, owner: Owner, data: Data<'_>, sink: &mut impl Sink) {
        let Data {
            at,
            seq,
            bytes,
            full,
            ack,
        } = data;
        let ahead = after(self.next, seq);
        if !self.firm || ahead < 0 || ahead.unsigned_abs() > WINDOW {
            return self.segment(held, owner, data, sink);
        }
        let bytes = bytes.into();
        let segment = Segment { at, bytes, full, ack };
        if held.put(&mut self.ticket, owner, self.next, ahead.unsigned_abs(), &segment) {
            sink.odd(Oddity::Overlap);
        }
    }

    /// Gives what waits and follows on, as far as what it answers has been captured of the other side; says whether anything was.
    pub(crate) fn release(&mut self, held: &mut Held, other: &Self, sink: &mut impl Sink) -> bool {
        let before = self.next;
        while held.distance(self.ticket, self.next) == Some(0)
            && held
                .first_ack(self.ticket)
                .is_none_or(|ack| !other.is_behind(ack))
        {
            self.pop(held, sink);
        }
        if before != self.next {
            self.doubt = 0;
        }
        before != self.next
    }

    /// Whether what follows on waits for the other side.
    pub(crate) fn is_held_back(&self, held: &mut Held) -> bool {
        held.distance(self.ticket, self.next) == Some(0)
    }

    /// One more packet has come while the other side waited for something of this one. After so many it does so in vain.
    pub(crate) fn keep_waiting(&mut self) {
        self.vain = self.vain.saturating_add(1);
    }

    #[inline]
    fn give(&mut self, data: &[u8], full: u32, at: Moment, sink: &mut impl Sink) {
        self.next = self.next.wrapping_add(full);
        self.vain = 0;
        if !data.is_empty() {
            sink.hear(at, data);
        }
        let cut = u64::from(full).saturating_sub(data.len() as u64);
        if cut > 0 {
            sink.miss(at, cut);
        }
    }

    fn pop(&mut self, held: &mut Held, sink: &mut impl Sink) {
        let Some((distance, segment)) = held.pop(&mut self.ticket, self.next) else {
            self.ticket = Ticket::NONE;
            return;
        };
        if distance > 0 {
            sink.miss(segment.at, distance.unsigned_abs());
            self.next = self
                .next
                .wrapping_add(u32::try_from(distance).unwrap_or(u32::MAX));
            self.give(&segment.bytes, segment.full, segment.at, sink);
            return;
        }
        let old = u32::try_from(distance.unsigned_abs()).unwrap_or(u32::MAX);
        if old < segment.full {
            let bytes = segment.bytes.get(old as usize..).unwrap_or_default();
            self.give(bytes, segment.full - old, segment.at, sink);
        }
    }

    /// Says that the first hole is missing, and gives what waited behind it, whatever it answers.
    pub(crate) fn skip(&mut self, held: &mut Held, sink: &mut impl Sink) {
        self.pop(held, sink);
        while held.distance(self.ticket, self.next) == Some(0) {
            self.pop(held, sink);
        }
        self.doubt = 0;
    }

    /// The other side says that it has received everything up to here.
    #[inline]
    pub(crate) fn acknowledge(&mut self, ack: u32) {
        if !self.synced && (!self.acknowledged || after(self.acked, ack).unsigned_abs() > WINDOW) {
            // What this side has said before is not known to be missing.
            self.next = ack;
            self.acked = ack;
            self.acknowledged = true;
            return;
        }
        if !self.acknowledged {
            self.acked = self.next;
            self.acknowledged = true;
        }
        // An answer to an older connection between the same ends may say anything.
        let further = after(self.acked, ack);
        if further > 0 && further.unsigned_abs() <= WINDOW {
            self.acked = ack;
        } else if after(self.acked, self.next) > 0 {
            self.acked = self.next;
        }
    }

    /// Whether the other side has received so much of this one, of which nothing was ever captured, that it is said now. Where
    /// something was captured, an acknowledgement alone moves nothing: who attacks could hide the answer with a false one.
    #[inline]
    pub(crate) fn lags(&self) -> bool {
        self.acknowledged && !self.firm && after(self.next, self.acked) > LAG
    }

    /// Says so.
    #[cold]
    pub(crate) fn catch_up(&mut self, at: Moment, sink: &mut impl Sink) {
        sink.miss(at, u64::from(self.acked.wrapping_sub(self.next)));
        self.next = self.acked;
    }

    /// A packet of the flow has come while something waits on this side; `limit` is how much may wait.
    #[cold]
    pub(crate) fn wait(&mut self, held: &mut Held, limit: usize, sink: &mut impl Sink) {
        while held.cost(self.ticket) > limit {
            sink.odd(Oddity::HeldTooMuch);
            self.skip(held, sink);
        }
        let Some(distance @ 1..) = held.distance(self.ticket, self.next) else {
            return;
        };
        let received = self.acknowledged && i64::from(after(self.next, self.acked)) >= distance.cast_signed();
        if !received {
            self.doubt = 0;
            return;
        }
        self.doubt += 1;
        if self.doubt > DOUBT {
            self.doubt = 0;
            self.skip(held, sink);
        }
    }

    /// Gives all that waits.
    pub(crate) fn flush(&mut self, held: &mut Held, sink: &mut impl Sink) {
        while !self.ticket.is_none() {
            self.skip(held, sink);
        }
    }

    /// No more will come: says what was received and never captured.
    pub(crate) fn end(&mut self, at: Moment, sink: &mut impl Sink) {
        let mut rest = match self.fin {
            Some(fin) if self.synced => after(self.next, fin),
            None if self.acknowledged => after(self.next, self.acked),
            _ => 0,
        };
        // One byte is more likely a FIN that was not captured.
        if self.fin.is_none() && rest == 1 {
            rest = 0;
        }
        if rest > 0 {
            sink.miss(at, u64::from(rest.unsigned_abs()));
            self.next = self.next.wrapping_add(rest.unsigned_abs());
        }
    }
}
