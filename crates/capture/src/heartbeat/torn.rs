//! Encrypted heartbeats in a flow of which something is missing: nobody knows which answer belongs to which request, nor always who
//! asked. All that one side sent is weighed against all that the other sent and all that is missing of that, and nothing is called
//! a leak unless something was sent that no honest peer sends: a request too short for any, or full records in a row.

use super::cover::{FULL, Span};
use super::sealed::{AROUND, Beat, HEADER, LONG_ROW};
use super::{Ladder, Tally};
use crate::Moment;
use crate::both::{pick, pick_mut};
use crate::listener::Side;

/// Less than this is no evidence where something is missing: a few bytes may be padding.
pub(super) const NOISE: u64 = 256;

/// What one side sent.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sum {
    records: u64,
    /// Messages that these are.
    messages: u64,
    /// Of those such as are too short to be in order, whatever they hold.
    undersized: u64,
    certain: u64,
    minimal: u64,
    most: u64,
    /// The most that they brought behind their headers, if they are requests.
    brought: u64,
    /// Bytes of their records' bodies.
    length: u64,
    /// The most full records in a row, and how many just now.
    row: u64,
    full: u64,
    last: Option<Span>,
    /// Bytes that are missing since the last record.
    gap: u64,
    /// What follows on the last record is missing.
    loose: bool,
    at: Moment,
}

/// Both sides of a torn flow.
#[derive(Debug)]
pub(crate) struct Torn {
    sums: [Sum; 2],
    /// Bytes that are missing, and among which requests may be.
    missing: [u64; 2],
    /// The beginning is missing, and perhaps a request with it: RFC 6520 section 4 allows one at a time.
    unbegun: bool,
    datagrams: bool,
    pads_least: [bool; 2],
    compressed: bool,
    early: bool,
}

/// How much more one side sent than the other and all that is missing of it explain.
#[derive(Clone, Copy, Debug)]
struct Weighed {
    certain: u64,
    minimal: u64,
    hole: u64,
}

impl Sum {
    /// One record more.
    pub(super) fn add(&mut self, beat: &Beat, datagrams: bool) {
        // A hole that does not lie in this record lies before it, or, where it took its end, behind it.
        let outside = std::mem::take(&mut self.gap) > beat.lost;
        let unsure = outside || self.loose;
        self.loose = outside && beat.lost > 0;
        let full = self.last.replace(beat.span);
        let full = full.filter(|span| span.may_be_full() && !datagrams);
        if let Some(full) = full.filter(|_| !unsure) {
            // A record that is followed by more of the same was full.
            self.certain += FULL.saturating_sub(full.certain);
            self.minimal += FULL.saturating_sub(full.minimal);
        }
        let may_go_on = full.is_some() || (unsure && !datagrams);
        self.records += 1;
        self.messages += u64::from(full.is_none() || unsure);
        self.undersized += u64::from(!may_go_on && beat.span.most < AROUND);
        self.certain += beat.span.certain.saturating_sub(beat.lost);
        self.minimal += beat.span.minimal.saturating_sub(beat.lost);
        self.most += beat.span.most;
        self.brought += beat.span.most.saturating_sub(HEADER);
        self.length += beat.length;
        self.full = match (beat.span.may_be_full() && !datagrams, unsure) {
            (false, _) => 0,
            (true, true) => 1,
            (true, false) => self.full + 1,
        };
        self.row = self.row.max(self.full);
        self.at = self.at.max(beat.at);
    }

    /// What the same side sent besides.
    fn join(&mut self, other: &Self) {
        self.records += other.records;
        self.messages += other.messages;
        self.undersized += other.undersized;
        self.certain += other.certain;
        self.minimal += other.minimal;
        self.most += other.most;
        self.brought += other.brought;
        self.length += other.length;
        self.row = self.row.max(other.row);
        self.last = self.last.or(other.last);
        self.at = self.at.max(other.at);
    }
}

impl Torn {
    /// A flow of which so many bytes of each side are missing, or its beginning.
    pub(super) fn new(missing: [u64; 2], begun: bool, datagrams: bool) -> Self {
        Self {
            sums: [Sum::default(); 2],
            missing,
            unbegun: !begun,
            datagrams,
            pads_least: [true; 2],
            compressed: false,
            early: false,
        }
    }

    /// What was under way when it was torn: first what the asking side sent.
    pub(super) fn take(&mut self, asker: Side, sums: &[Sum; 2]) {
        pick_mut(&mut self.sums, asker).join(pick(sums, Side::Opener));
        pick_mut(&mut self.sums, asker.other()).join(pick(sums, Side::Answerer));
    }

    /// So many bytes of a side are missing.
    pub(super) const fn miss(&mut self, side: Side, bytes: u64) {
        let missing = pick_mut(&mut self.missing, side);
        *missing = missing.saturating_add(bytes);
        let sum = pick_mut(&mut self.sums, side);
        sum.gap = sum.gap.saturating_add(bytes);
    }

    /// Some of them were only late.
    pub(super) const fn find(&mut self, side: Side, bytes: u64) {
        let missing = pick_mut(&mut self.missing, side);
        *missing = missing.saturating_sub(bytes);
    }

    /// A record; `pads_least`: whether each side pads no more than it must; `early`: no application data has been seen yet.
    pub(super) fn record(
        &mut self,
        side: Side,
        beat: &Beat,
        pads_least: [bool; 2],
        early: bool,
        compressed: bool,
    ) {
        self.pads_least = pads_least;
        self.early |= early;
        self.compressed |= compressed;
        pick_mut(&mut self.sums, side).add(beat, self.datagrams);
    }

    /// What each side's asking came to. `first` is who asked first, where nothing is missing before that. Else whose memory went out
    /// is told by who sent more than the other brought; where that decides nothing, by who sent what no answer is; else the client is
    /// taken to have asked, and the other reading stands beside it.
    pub(super) fn finish(&self, first: Option<Side>, client: Side) -> [Tally; 2] {
        let client = first.unwrap_or(client);
        let server = client.other();
        let leaks = |asker: Side| self.weigh(asker).minimal > 0;
        let short = |asker: Side| pick(&self.sums, asker).undersized > 0;
        let mut tallies = [Tally::default(); 2];
        let asker = if leaks(client) {
            client
        } else if (leaks(server) && first.is_none()) || (short(server) && !short(client)) {
            server
        } else {
            client
        };
        let decided = leaks(asker) || short(asker) || first.is_some();
        *pick_mut(&mut tallies, asker) = self.tally(asker);
        let answers = pick(&self.sums, asker);
        if !decided && answers.records > 0 {
            let other = pick_mut(&mut tallies, asker.other());
            other.heartbeats = answers.records;
            other.most = answers.most;
            other.ladder = Ladder::Suspicious;
        }
        tallies
    }

    fn weigh(&self, asker: Side) -> Weighed {
        let (asked, given) = (pick(&self.sums, asker), pick(&self.sums, asker.other()));
        let before = if self.unbegun { FULL } else { 0 };
        let hole = pick(&self.missing, asker).saturating_add(before);
        let row = if asked.records > 0 { 2 } else { LONG_ROW };
        let told = asked.undersized > 0 || given.row >= row;
        let all = (AROUND * given.messages)
            .saturating_add(asked.brought)
            .saturating_add(hole);
        let weigh = |given: u64| {
            let beyond = given.saturating_sub(all);
            if told && !self.compressed && beyond >= NOISE {
                beyond
            } else {
                0
            }
        };
        let certain = weigh(given.certain);
        let minimal = if *pick(&self.pads_least, asker.other()) {
            weigh(given.minimal)
        } else {
            certain
        };
        Weighed {
            certain,
            minimal,
            hole,
        }
    }

    fn tally(&self, asker: Side) -> Tally {
        let (asked, given) = (pick(&self.sums, asker), pick(&self.sums, asker.other()));
        let weighed = self.weigh(asker);
        let mut tally = Tally {
            heartbeats: asked.records + given.records,
            unbounded: self.compressed,
            ..Tally::default()
        };
        if given.records == 0 {
            tally.attempts = if asked.undersized > 0 {
                asked.undersized
            } else {
                asked.records
            };
            tally.ladder = if asked.undersized > 0 {
                Ladder::AttemptUnanswered
            } else {
                Ladder::Suspicious
            };
            return tally;
        }
        tally.ladder = match (weighed.certain, weighed.minimal) {
            (1.., _) if weighed.hole == 0 => Ladder::LeakBounded,
            (1.., _) | (0, 1..) => Ladder::LeakProbable,
            // An answer among these may be to another request.
            (0, 0) if asked.undersized > 0 => Ladder::AttemptUnanswered,
            (0, 0) if given.length <= asked.length => Ladder::BenignHeartbeat,
            (0, 0) => Ladder::Suspicious,
        };
        match tally.ladder {
            Ladder::BenignHeartbeat => tally.most = given.most,
            Ladder::AttemptUnanswered => {
                tally.attempts = asked.undersized;
                tally.most = given.most;
            }
            _ => {
                tally.attempts = asked.messages;
                tally.answers = given.messages;
                tally.leak(given.at, weighed.minimal, given.most);
            }
        }
        tally
    }
}
