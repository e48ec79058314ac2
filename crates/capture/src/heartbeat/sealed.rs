//! Encrypted heartbeats: only lengths are known, so that requests and answers are weighed against each other in bursts.
//!
//! Which answer belongs to which request is not visible where several are under way, or where a fixed peer passed one over.
//! So a burst lasts until every request of it must have been answered, and the lower bound takes it that each was: an honest
//! exchange can then never come out above zero, however it was interleaved.

use holter_wire::heartbeat::LEAST_PADDING;

use super::cover::{Cover, FULL, Span};
use super::torn::{NOISE, Sum};
use super::{Ladder, Tally};
use crate::Moment;

/// Bytes before the payload, and the least that a heartbeat takes beside its payload.
pub(super) const HEADER: u64 = 3;
const PADDING: u64 = LEAST_PADDING as u64;
pub(crate) const AROUND: u64 = HEADER + PADDING;

/// A claim has two bytes.
pub(super) const MOST_CLAIMED: u64 = 0xffff;

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
    /// And the other side after it, or over datagrams at all.
    passed: bool,
    at: Moment,
}

/// So many full records in a row are nobody's requests, even where no request of the other side is in the capture: a claim of 65,535
/// is answered so.
pub(super) const LONG_ROW: u64 = 4;

/// So many requests are kept by themselves, in case that they turn out to be answers.
const MOST_KEPT: usize = 16;

/// One direction of asking, encrypted.
#[derive(Debug)]
pub(crate) struct Sealed {
    burst: Burst,
    cover: Cover,
    /// The answering side has shown that it pads no more than it must.
    pads_least: bool,
    early: bool,
    datagrams: bool,
    /// The answering side is in the capture.
    heard: bool,
    /// The requests of this burst.
    kept: Vec<Beat>,
    /// Of this burst what each side sent, the asking one first, in case that the flow turns out to be torn.
    sums: [Sum; 2],
    /// Answers whose requests are not in the capture, the last of which may go on.
    unasked: Vec<Beat>,
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
            datagrams,
            heard: true,
            kept: Vec::new(),
            sums: [Sum::default(); 2],
            unasked: Vec::new(),
            tally: Tally::default(),
        }
    }

    /// How many bytes it takes.
    pub(crate) const fn size(&self) -> usize {
        size_of::<Self>() + (self.kept.capacity() + self.unasked.capacity()) * size_of::<Beat>()
    }

    /// Whether the next heartbeat of the other side answers something.
    pub(crate) fn waits(&self) -> bool {
        self.burst.requests > self.burst.ended
            || (!self.datagrams && self.burst.last.is_some_and(|span| span.may_be_full()))
    }

    /// Whether the last record of an answer may go on in the next, whatever that begins with.
    pub(crate) fn goes_on(&self) -> bool {
        self.burst.last.is_some_and(Span::may_be_full)
    }

    /// A request.
    pub(crate) fn ask(&mut self, beat: Beat) {
        self.tally.heartbeats += 1;
        let burst = &self.burst;
        if burst.requests > 0 && burst.answers() >= burst.requests {
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
        burst.brought_most += most;
        burst.request_length += beat.length;
        burst.at = burst.at.max(beat.at);
        if self.kept.len() < MOST_KEPT {
            self.kept.push(beat);
        }
        let [asked, _] = &mut self.sums;
        asked.add(&beat, self.datagrams);
    }

    /// Whether what was taken for requests is the answer to a record of the other side that comes only now: captures mix up the
    /// order of the two directions. Either it is too short for an answer, or they are one message of several records, which no
    /// request may be.
    pub(crate) fn is_rather_answered(&self, beat: &Beat) -> bool {
        let full = self.kept.iter().filter(|beat| beat.span.may_be_full()).count();
        let long = u64::try_from(full).unwrap_or(0) >= LONG_ROW && !self.datagrams;
        let short = beat.span.most < AROUND;
        self.is_unanswered() && (short || (long && beat.span.most < FULL / 2))
    }

    /// Whether requests wait that are all kept, and nothing has come.
    pub(crate) fn is_unanswered(&self) -> bool {
        let kept = u64::try_from(self.kept.len());
        self.burst.requests > 0 && self.burst.records == 0 && kept == Ok(self.burst.requests)
    }

    /// Takes those records back.
    pub(crate) fn take_back(&mut self) -> Vec<Beat> {
        self.burst = Burst::default();
        self.sums = [Sum::default(); 2];
        let beats = std::mem::take(&mut self.kept);
        let count = u64::try_from(beats.len()).unwrap_or(0);
        self.tally.heartbeats = self.tally.heartbeats.saturating_sub(count);
        beats
    }

    /// Something of the flow is missing: gives up what is under way, the asking side's first, for who asked whom is not certain.
    pub(crate) fn give_up(&mut self) -> [Sum; 2] {
        self.burst = Burst::default();
        self.kept.clear();
        std::mem::take(&mut self.sums)
    }

    /// An answer, or more of one.
    pub(crate) fn answer(&mut self, beat: Beat) {
        self.tally.heartbeats += 1;
        let [_, given] = &mut self.sums;
        given.add(&beat, self.datagrams);
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
        // A datagram's answer is one record, full or not.
        burst.last = (!self.datagrams).then_some(span);
        burst.at = burst.at.max(beat.at);
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
        burst.passed |= burst.requests > 0 && (burst.spoken || self.datagrams);
        let unanswered = burst.undersized > 0 && burst.records == 0;
        if unanswered && burst.spoken && !self.datagrams {
            self.tally.ignored = true;
        }
    }

    /// The answering side is not in the capture at all.
    pub(crate) const fn one_sided(&mut self) {
        self.heard = false;
    }

    /// An answer, or more of one, of which the asking side is not in the capture at all.
    pub(crate) fn answer_unasked(&mut self, beat: Beat) {
        self.tally.heartbeats += 1;
        if !self.goes_on_unasked() {
            self.settle_unasked();
        }
        self.unasked.push(beat);
        if self.unasked.len() > MOST_KEPT {
            self.settle_unasked();
        }
    }

    /// Whether an answer without a request is under way.
    pub(crate) fn goes_on_unasked(&self) -> bool {
        let last = self.unasked.last();
        last.is_some_and(|beat| beat.span.may_be_full()) && !self.datagrams
    }

    /// One message of more than a record is no request, and no answer to one in good order: RFC 6520 section 4 bounds both. What
    /// goes beyond a full record was nobody's to give.
    fn settle_unasked(&mut self) {
        let beats = std::mem::take(&mut self.unasked);
        let Some(last) = beats.last() else { return };
        let exact = |beat: &Beat, of: fn(&Span) -> u64| of(&beat.span).saturating_sub(beat.lost);
        let full = u64::try_from(beats.len() - 1).unwrap_or(0) * FULL;
        let pads_least = self.pads_least;
        let least = full
            + exact(last, |span| span.certain).max(if pads_least {
                exact(last, |span| span.minimal)
            } else {
                0
            });
        let most = (full + last.span.most).saturating_sub(AROUND);
        // One in good order and as long as can be may stand before it, and its own request may have been as long.
        let brought = 2 * FULL + AROUND;
        let least = least.min(MOST_CLAIMED + AROUND);
        self.tally.answers += 1;
        let one = u64::try_from(beats.len() - 1).unwrap_or(0) >= LONG_ROW;
        let ladder = if one && self.cover != Cover::Compressed {
            self.tally.attempts += 1;
            self.tally.leak(last.at, least.saturating_sub(brought), most);
            if least > brought {
                Ladder::LeakProbable
            } else {
                Ladder::Suspicious
            }
        } else {
            self.tally.most = self.tally.most.saturating_add(most);
            Ladder::Suspicious
        };
        self.tally.ladder = self.tally.ladder.max(ladder);
    }

    /// All that came of it.
    pub(crate) fn finish(mut self, torn: bool) -> Tally {
        self.settle();
        self.settle_unasked();
        if torn && self.tally.ladder == Ladder::AnsweredNoLeak {
            // What was settled before the first hole was known may have been laid beside the wrong request.
            self.tally.ladder = Ladder::Suspicious;
        }
        self.tally
    }

    fn settle(&mut self) {
        let burst = std::mem::take(&mut self.burst);
        self.kept.clear();
        self.sums = [Sum::default(); 2];
        if burst.requests + burst.records == 0 {
            return;
        }
        let unmet = burst.requests.saturating_sub(burst.answers());
        if self.datagrams && !burst.passed && unmet > 0 {
            // What is lost last leaves no gap in the numbers.
            self.tally.most = self.tally.most.saturating_add(unmet * (FULL - AROUND));
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
        // Datagrams change places: what was taken for the request may be the answer, and the difference the other's padding. And
        // where more answers came than requests, one of these is lost.
        let (noise, lost) = match self.datagrams {
            true if burst.undersized == 0 => (NOISE, answers > burst.requests),
            datagrams => (1, datagrams && answers > burst.requests),
        };
        let weigh = |given: u64| {
            let beyond = given.saturating_sub(AROUND * burst.requests + burst.brought_most);
            if beyond >= noise && !lost { beyond } else { 0 }
        };
        let certain = weigh(burst.certain);
        let minimal = if self.pads_least {
            weigh(burst.minimal)
        } else {
            certain
        };
        let ceiling = MOST_CLAIMED * answers;
        let most = if burst.cut && !self.datagrams {
            ceiling
        } else {
            burst.most.saturating_sub(AROUND * answers).min(ceiling)
        };
        // One among several may have given back less than it brought, however it was padded; whatever leaked did so beyond the
        // payload of one request at least.
        let most = most.saturating_sub(burst.smallest).min(ceiling).max(minimal);
        // More answers are over than there were requests in good order: one that was not has been answered.
        // And an answer longer than its request was given to one with too little padding: every stack that answers pads by 16.
        let longer = if self.pads_least {
            burst.minimal
        } else {
            burst.certain
        };
        let proven = !lost
            && (answers > burst.requests - burst.undersized
                || longer >= burst.brought_most + HEADER * burst.requests + noise);
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
        if self.records == 0 {
            return 0;
        }
        (self.ended + u64::from(open)).max(1)
    }
}
