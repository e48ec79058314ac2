//! Encrypted heartbeats: only lengths are known, so that requests and answers are weighed against each other in bursts.
//!
//! Which answer belongs to which request is not visible where several are under way, or where a fixed peer passed one over.
//! So a burst lasts until every request of it must have been answered, and the lower bound takes it that each was: an honest
//! exchange can then never come out above zero, however it was interleaved.

use holter_wire::heartbeat::LEAST_PADDING;

use super::cover::{Cover, FULL, Span};
use super::{Ladder, Tally};
use crate::Moment;

/// Bytes before the payload, and the least that a heartbeat takes beside its payload.
const HEADER: u64 = 3;
const AROUND: u64 = HEADER + LEAST_PADDING as u64;

/// A claim has two bytes.
const MOST_CLAIMED: u64 = 0xffff;

/// An encrypted record of heartbeat.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beat {
    /// How long its content can be.
    pub(crate) span: Span,
    /// The length of the record's body.
    pub(crate) length: u64,
    /// How much of it is lost in a hole.
    pub(crate) lost: u64,
    /// How much of it lies beyond the capture's end.
    pub(crate) cut: u64,
    /// When it was over.
    pub(crate) at: Moment,
}

/// What is under way.
#[derive(Clone, Copy, Debug, Default)]
struct Burst {
    requests: u64,
    /// Requests too short to be in order, whatever they hold.
    undersized: u64,
    /// Of all requests together: bytes that they brought behind their headers.
    brought_least: u64,
    brought_most: u64,
    /// The least that one of them brought.
    smallest: u64,
    /// The request's record, where there is one only.
    request_length: u64,
    answer_length: u64,
    records: u64,
    /// Answers that are over for certain.
    ended: u64,
    certain: u64,
    minimal: u64,
    most: u64,
    /// The last record may go on in the next.
    last: Option<Span>,
    cut: bool,
    spoken: bool,
    at: Moment,
}

/// One direction of asking, encrypted.
#[derive(Debug)]
pub(crate) struct Sealed {
    burst: Burst,
    cover: Cover,
    /// The answering side has shown that it pads no more than it must.
    pads_least: bool,
    early: bool,
    deaf: bool,
    datagrams: bool,
    /// The answering side is in the capture.
    heard: bool,
    tally: Tally,
}

impl Sealed {
    /// One direction. `early`: no application data has been seen yet.
    pub(crate) fn new(cover: Cover, pads_least: bool, early: bool, datagrams: bool) -> Self {
        Self {
            burst: Burst::default(),
            cover,
            pads_least,
            early,
            deaf: false,
            datagrams,
            heard: true,
            tally: Tally::default(),
        }
    }

    /// Whether the next heartbeat of the other side answers something.
    pub(crate) fn waits(&self) -> bool {
        self.burst.requests > self.burst.ended
            || (!self.datagrams && self.burst.last.is_some_and(|span| span.may_be_full()))
    }

    /// A request.
    pub(crate) fn ask(&mut self, beat: Beat) {
        self.tally.heartbeats += 1;
        let burst = &self.burst;
        if burst.requests > 0 && (burst.ended >= burst.requests || burst.full_answers() >= burst.requests) {
            self.settle();
        }
        let burst = &mut self.burst;
        let (least, most) = (
            beat.span.certain.saturating_sub(HEADER),
            beat.span.most.saturating_sub(HEADER),
        );
        burst.smallest = if burst.requests == 0 {
            least
        } else {
            burst.smallest.min(least)
        };
        burst.requests += 1;
        burst.undersized += u64::from(beat.span.most < AROUND);
        burst.brought_least += least;
        burst.brought_most += most;
        burst.request_length += beat.length;
        burst.at = beat.at;
    }

    /// An answer, or more of one.
    pub(crate) fn answer(&mut self, beat: Beat) {
        self.tally.heartbeats += 1;
        let burst = &mut self.burst;
        if let Some(full) = burst.last.take_if(|span| span.may_be_full()) {
            // A record that is followed by more of the same was full.
            burst.certain += FULL.saturating_sub(full.certain);
            burst.minimal += FULL.saturating_sub(full.minimal);
        }
        let span = Span {
            certain: beat.span.certain.saturating_sub(beat.lost),
            minimal: beat.span.minimal.saturating_sub(beat.lost),
            most: beat.span.most,
        };
        burst.records += 1;
        burst.certain += span.certain;
        burst.minimal += span.minimal;
        burst.most += span.most;
        burst.answer_length += beat.length;
        burst.cut |= beat.cut > 0;
        burst.ended += u64::from(self.datagrams || !span.may_be_full());
        burst.last = Some(span);
        burst.at = beat.at;
        if beat.lost > 0 {
            burst.last = None;
        }
    }

    /// The asker says something else.
    pub(crate) fn asker_speaks(&mut self) {
        self.burst.spoken = self.burst.requests > 0;
    }

    /// The other side says something else: a full record before was the end of its answer.
    pub(crate) fn answerer_speaks(&mut self) {
        let burst = &mut self.burst;
        if burst.last.take_if(|span| span.may_be_full()).is_some() && !self.datagrams {
            burst.ended += 1;
        }
        let unanswered = burst.undersized > 0 && burst.records == 0;
        if unanswered && burst.spoken && !self.deaf && !self.datagrams {
            self.tally.ignored = true;
        }
    }

    /// Bytes of the answering side are missing.
    pub(crate) const fn miss_answerer(&mut self) {
        self.deaf = true;
    }

    /// The answering side is not in the capture at all.
    pub(crate) const fn one_sided(&mut self) {
        self.heard = false;
    }

    /// Answers to requests that are not in the capture.
    pub(crate) fn answer_unasked(&mut self, beat: Beat) {
        self.tally.heartbeats += 1;
        self.tally.answers += 1;
        self.tally.most = self.tally.most.saturating_add(beat.span.most.saturating_sub(AROUND));
        self.tally.ladder = self.tally.ladder.max(Ladder::Suspicious);
    }

    /// All that came of it.
    pub(crate) fn finish(mut self) -> Tally {
        self.settle();
        self.tally
    }

    fn settle(&mut self) {
        let burst = std::mem::take(&mut self.burst);
        if burst.requests == 0 {
            return;
        }
        let ladder = if burst.records == 0 {
            self.unanswered(&burst)
        } else if self.cover == Cover::Compressed {
            self.tally.unbounded = true;
            self.tally.attempts += burst.requests;
            self.tally.answers += burst.answers();
            self.tally.most = self.tally.most.saturating_add(MOST_CLAIMED * burst.answers());
            Ladder::Suspicious
        } else {
            self.answered(&burst)
        };
        self.tally.ladder = self.tally.ladder.max(ladder);
    }

    fn unanswered(&mut self, burst: &Burst) -> Ladder {
        if burst.undersized > 0 && self.cover != Cover::Compressed {
            self.tally.attempts += burst.undersized;
            return Ladder::AttemptUnanswered;
        }
        if !self.heard && !self.early {
            return Ladder::BenignHeartbeat;
        }
        self.tally.attempts += burst.requests;
        Ladder::Suspicious
    }

    fn answered(&mut self, burst: &Burst) -> Ladder {
        let answers = burst.answers();
        let weigh = |given: u64| given.saturating_sub(AROUND * burst.requests + burst.brought_most);
        let certain = weigh(burst.certain);
        let minimal = if self.pads_least { weigh(burst.minimal) } else { certain };
        let counted = if burst.ended >= burst.requests {
            burst.brought_least
        } else {
            burst.smallest * answers
        };
        let ceiling = MOST_CLAIMED * answers;
        let most = if burst.cut && !self.datagrams {
            ceiling
        } else {
            burst.most.saturating_sub(AROUND * answers).min(ceiling)
        };
        let most = most.saturating_sub(counted).max(minimal);
        // More answers are over than there were requests in good order: one that was not has been answered.
        // And an answer longer than its request was given to one with too little padding: every stack that answers pads by 16.
        let longer = if self.pads_least { burst.minimal } else { burst.certain };
        let proven = answers > burst.requests - burst.undersized
            || longer > burst.brought_most + HEADER * burst.requests;
        let ladder = match (certain, minimal) {
            (1.., _) => Ladder::LeakBounded,
            (0, 1..) => Ladder::LeakProbable,
            (0, 0) if proven => Ladder::AnsweredNoLeak,
            (0, 0) if burst.undersized > 0 => Ladder::AttemptUnanswered,
            (0, 0) if burst.answer_length <= burst.request_length => Ladder::BenignHeartbeat,
            (0, 0) => Ladder::Suspicious,
        };
        match ladder {
            Ladder::BenignHeartbeat => self.tally.most = self.tally.most.saturating_add(most),
            Ladder::AttemptUnanswered => self.tally.attempts += burst.undersized,
            _ => {
                self.tally.attempts += burst.requests;
                self.tally.answers += answers;
                self.tally.leak(burst.at, minimal, most);
            }
        }
        ladder
    }
}

impl Burst {
    /// How many answers these records are.
    fn answers(&self) -> u64 {
        let open = self.last.is_some_and(|span| span.may_be_full());
        (self.ended + u64::from(open)).max(u64::from(self.records > 0))
    }

    /// Answers, a full record at the end taken for one that is over: its asker has gone on to the next request.
    fn full_answers(&self) -> u64 {
        if self.records == 0 { 0 } else { self.answers() }
    }
}
