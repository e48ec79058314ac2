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
const PADDING: u64 = LEAST_PADDING as u64;
pub(crate) const AROUND: u64 = HEADER + PADDING;

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
    /// The most full records in a row, and how many just now.
    row: u64,
    full: u64,
}

/// Less than this is no evidence where something is missing.
const NOISE: u64 = 256;

/// So many full records in a row are nobody's requests, even where no request of the other side is in the capture: a claim of 65,535
/// is answered so.
const LONG_ROW: u64 = 4;

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
    deaf: bool,
    datagrams: bool,
    /// Something of the flow is missing, so that what is taken for a request may be an answer to one that nobody saw.
    torn: bool,
    /// The answering side is in the capture.
    heard: bool,
    /// The requests of this burst.
    kept: Vec<Beat>,
    /// Answers whose requests are not in the capture, the last of which may go on.
    unasked: Vec<Beat>,
    /// Bytes of the asking side that are missing: a request may be among them whose answer is taken for that of another.
    hole: u64,
    /// The beginning is missing, and perhaps a request with it.
    unbegun: bool,
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
            torn: false,
            heard: true,
            kept: Vec::new(),
            unasked: Vec::new(),
            hole: 0,
            unbegun: false,
            tally: Tally::default(),
        }
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
        // One that was captured before the last answer had to wait for what is missing, and belongs to the same burst.
        let later = beat.at >= burst.at;
        if !self.torn && later && burst.requests > 0 && burst.answers() >= burst.requests {
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
        burst.full = 0;
        burst.requests += 1;
        burst.undersized += u64::from(beat.span.most < AROUND);
        burst.brought_most += most;
        burst.request_length += beat.length;
        burst.at = burst.at.max(beat.at);
        if self.kept.len() < MOST_KEPT {
            self.kept.push(beat);
        }
    }

    /// Whether what was taken for requests is the answer to a record of the other side that comes only now: captures mix up the
    /// order of the two directions. Either it was captured before them, or it is too short for an answer, or they are one message of
    /// several records, which no request may be.
    pub(crate) fn is_rather_answered(&self, beat: &Beat) -> bool {
        let Some(first) = self.kept.first() else {
            return false;
        };
        let full = self.kept.iter().filter(|beat| beat.span.may_be_full()).count();
        let long = u64::try_from(full).unwrap_or(0) >= LONG_ROW && !self.datagrams;
        let short = beat.span.most < AROUND;
        self.is_unanswered() && (beat.at < first.at || short || (long && beat.span.most < FULL / 2))
    }

    /// Something of the flow is missing.
    pub(crate) const fn tear(&mut self, begun: bool) {
        self.torn = true;
        self.unbegun |= !begun;
    }

    /// Whether requests wait that are all kept, and nothing has come.
    pub(crate) fn is_unanswered(&self) -> bool {
        let kept = u64::try_from(self.kept.len());
        self.burst.requests > 0 && self.burst.records == 0 && kept == Ok(self.burst.requests)
    }

    /// Whether anything of this burst was asked.
    pub(crate) const fn has_asked(&self) -> bool {
        self.burst.requests > 0
    }

    /// How lengths are to be read here.
    pub(crate) const fn kind(&self) -> (Cover, bool) {
        (self.cover, self.pads_least)
    }

    /// Takes those records back.
    pub(crate) fn take_back(&mut self) -> Vec<Beat> {
        self.burst = Burst::default();
        let beats = std::mem::take(&mut self.kept);
        let count = u64::try_from(beats.len()).unwrap_or(0);
        self.tally.heartbeats = self.tally.heartbeats.saturating_sub(count);
        beats
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
        burst.full = if beat.span.may_be_full() && !self.datagrams {
            burst.full + 1
        } else {
            0
        };
        burst.row = burst.row.max(burst.full);
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
        let unanswered = burst.undersized > 0 && burst.records == 0;
        if unanswered && burst.spoken && !self.deaf && !self.datagrams {
            self.tally.ignored = true;
        }
    }

    /// Bytes of the answering side are missing.
    pub(crate) const fn miss_answerer(&mut self) {
        self.deaf = true;
    }

    /// Bytes of the asking side are missing.
    pub(crate) const fn miss_asker(&mut self, bytes: u64) {
        self.hole = self.hole.saturating_add(bytes);
    }

    /// So many bytes of the asking side were missing before any of this was heard.
    pub(crate) const fn start_from(&mut self, missing: u64) {
        if missing > self.hole {
            self.hole = missing;
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
        let most = (full + last.span.most).saturating_sub(AROUND).min(MOST_CLAIMED);
        let brought = FULL + AROUND;
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
    pub(crate) fn finish(mut self) -> Tally {
        self.settle();
        self.settle_unasked();
        if self.torn && self.tally.ladder == Ladder::AnsweredNoLeak {
            // What was settled before the first hole was known may have been laid beside the wrong request.
            self.tally.ladder = Ladder::Suspicious;
        }
        self.tally
    }

    fn settle(&mut self) {
        let burst = std::mem::take(&mut self.burst);
        self.kept.clear();
        if burst.requests + burst.records == 0 {
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
        } else if self.torn {
            self.answered_in_part(&burst)
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

    /// Where something of the flow is missing, nobody knows which answer belongs to which request, nor always who asked. All
    /// answers are weighed against all requests and all that is missing of the asking side; and nothing is called a leak unless
    /// something was sent that honest peers never send: a request too short, or records in a row.
    fn answered_in_part(&mut self, burst: &Burst) -> Ladder {
        let answers = burst.answers();
        let before = if self.unbegun { FULL } else { 0 };
        let hole = self.hole.saturating_add(before);
        let asked = burst.requests + u64::from(hole > 0);
        let all = AROUND * asked.min(burst.records) + burst.brought_most;
        let row = if burst.requests > 0 { 2 } else { LONG_ROW };
        let told = burst.undersized > 0 || burst.row >= row;
        // A few bytes may be padding of what was laid beside the wrong request.
        let weigh = |given: u64| {
            let beyond = given.saturating_sub(all.saturating_add(hole));
            if told && beyond >= NOISE { beyond } else { 0 }
        };
        let certain = weigh(burst.certain);
        let minimal = if self.pads_least {
            weigh(burst.minimal)
        } else {
            certain
        };
        let ceiling = MOST_CLAIMED * answers.max(burst.requests);
        let most = if burst.cut || self.deaf {
            ceiling
        } else {
            burst.most.saturating_sub(AROUND * answers).min(ceiling)
        };
        let ladder = match (certain, minimal) {
            (1.., _) if hole == 0 => Ladder::LeakBounded,
            (1.., _) | (0, 1..) => Ladder::LeakProbable,
            // An answer among these may be to another request.
            (0, 0) if burst.undersized > 0 => Ladder::AttemptUnanswered,
            (0, 0) if burst.answer_length <= burst.request_length => Ladder::BenignHeartbeat,
            (0, 0) => Ladder::Suspicious,
        };
        match ladder {
            Ladder::BenignHeartbeat => self.tally.most = self.tally.most.saturating_add(most),
            Ladder::AttemptUnanswered => {
                self.tally.attempts += burst.undersized;
                self.tally.most = self.tally.most.saturating_add(most);
            }
            _ => {
                self.tally.attempts += burst.requests;
                self.tally.answers += answers;
                self.tally.leak(burst.at, minimal, most.max(minimal));
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
