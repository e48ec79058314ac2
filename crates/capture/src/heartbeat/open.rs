//! Heartbeats in the clear: each answer is laid beside its request, and every byte is accounted for.
//!
//! OpenSSL gives back the claim of the request, so that a claim names its request. Where several requests have one claim and fewer
//! answers came, the lower bound takes the answers to be those that leak least, and the upper one those that leak most.

use holter_wire::heartbeat::Seen;

use super::exchange::{AROUND, Asked, Given, HEADER};
use super::paired::{Cost, Price, in_any_order, in_order};
use super::{Ladder, Tally};
use crate::Moment;
use crate::heartbeat::cover::FULL;

/// No honest peer has as many heartbeats under way.
const MOST_PENDING: usize = 64;

/// How an answer begins.
const RESPONSE: u8 = 2;

/// A record's own header, which a request that is missing had, too.
const RECORD: u64 = 5;

/// A datagram answer beyond this trips an assertion in affected libraries, and the process ends.
const MOST_IN_A_DATAGRAM: u64 = FULL - AROUND;

/// A record of heartbeat in the clear, as far as it was captured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beat {
    /// Its first three bytes, where they are in the capture.
    pub(crate) start: Option<[u8; 3]>,
    /// How long its content is, at most.
    pub(crate) length: u64,
    /// So many bytes of that may be no content, but authentication.
    pub(crate) slack: u64,
    /// How much of it is not in the capture.
    pub(crate) unseen: u64,
    /// When it was over.
    pub(crate) at: Moment,
}

/// What is missing of one direction.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ground {
    /// So many bytes of the asking side are missing.
    hole: u64,
    /// Something that the answering side sent is not in the capture, so that silence proves nothing.
    deaf: bool,
    /// The beginning is missing.
    unbegun: bool,
}

impl Ground {
    /// Bytes of the asking side are missing.
    pub(crate) const fn miss_asker(&mut self, bytes: u64) {
        self.hole = self.hole.saturating_add(bytes);
    }

    /// Some of them were only late.
    pub(crate) const fn find_asker(&mut self, bytes: u64) {
        self.hole = self.hole.saturating_sub(bytes);
    }

    /// So many bytes of the asking side were missing before any of this was heard, and perhaps the beginning.
    pub(crate) const fn start_from(&mut self, missing: u64, begun: bool) {
        self.unbegun |= !begun;
        if missing > self.hole {
            self.hole = missing;
        }
    }

    /// Bytes of the answering side are missing.
    pub(crate) const fn miss_answerer(&mut self) {
        self.deaf = true;
    }

    /// The longest request that can be among what is missing.
    const fn hidden(self) -> u64 {
        let room = self.hole.saturating_sub(RECORD);
        if room < FULL { room } else { FULL }
    }

    const fn is_torn(self) -> bool {
        self.deaf || self.hole > 0 || self.unbegun
    }
}

/// One direction of asking, in the clear.
#[derive(Debug, Default)]
pub(crate) struct Open {
    /// Requests and answers that are not yet laid beside each other.
    asked: Vec<Asked>,
    given: Vec<Given>,
    answering: Option<Given>,
    /// Of requests that had to be forgotten: how many, and the most that one of them brought.
    forgotten: Option<(u64, u64)>,
    ground: Ground,
    /// What is missing of the answering side may have been the rest of the answer that is coming in.
    broken: bool,
    datagrams: bool,
    /// What unanswered requests asked for beyond what they brought.
    unmet: u64,
    /// Of that what the last ones did, after which the other side said nothing more.
    open_end: u64,
    /// Bytes of answers that are known of and not in the capture.
    unseen: u64,
    tally: Tally,
}

/// What the lower bound costs, or the upper.
struct Bound<'a> {
    open: &'a Open,
    upper: bool,
}

/// More than any answer can leak.
const BEYOND: u64 = 1 << 20;

impl Bound<'_> {
    fn cost(&self, doubt: u64, least: u64, most: u64, forbidden: bool) -> Cost {
        if self.upper {
            [doubt, BEYOND.saturating_sub(most), 0]
        } else {
            [doubt, least, u64::from(forbidden)]
        }
    }
}

impl Price for Bound<'_> {
    fn pair(&self, request: usize, answer: usize) -> Option<Cost> {
        let (asked, given) = (self.open.asked.get(request)?, self.open.given.get(answer)?);
        // Captures mix up the order of the two directions of a stream, but seldom.
        let doubt = u64::from(request >= given.after && !self.open.datagrams);
        asked.claims(given.claimed).then(|| {
            let (least, most) = (given.least(asked.brought()), given.most(asked));
            self.cost(doubt, least, most, asked.is_forbidden())
        })
    }

    fn alone(&self, answer: usize) -> Cost {
        let Some(given) = self.open.given.get(answer) else {
            return [0; 3];
        };
        let hidden = self.open.ground.hidden();
        let doubt = if hidden > 0 || self.open.forgotten.is_some() {
            0
        } else {
            2
        };
        let forbidden = given.claimed + AROUND > hidden;
        let least = given.least(hidden.saturating_sub(HEADER));
        self.cost(doubt, least, given.carried(), forbidden)
    }
}

impl Open {
    /// One direction of a stream or of datagrams, of which so much was missing before.
    pub(crate) fn on(ground: Ground, datagrams: bool) -> Self {
        Self {
            ground,
            broken: ground.deaf,
            datagrams,
            ..Self::default()
        }
    }

    /// How many bytes it takes.
    pub(crate) const fn size(&self) -> usize {
        size_of::<Self>()
            + self.asked.capacity() * size_of::<Asked>()
            + self.given.capacity() * size_of::<Given>()
    }

    /// What is missing of it.
    pub(crate) const fn ground(&mut self) -> &mut Ground {
        &mut self.ground
    }

    /// Whether an answer is under way whose next record brings no header of its own.
    pub(crate) fn goes_on(&self) -> bool {
        self.answering.is_some_and(|answer| {
            answer.sent < answer.claimed + AROUND
                && answer.first >= 512
                && answer.sent.is_multiple_of(answer.first)
                && !self.datagrams
        })
    }

    /// Whether any request waits.
    pub(crate) fn waits(&self) -> bool {
        self.asked.len() > self.given.len() + usize::from(self.answering.is_some())
    }

    /// Whether an answer with the claim of this request came before it.
    pub(crate) fn was_answered(&self, start: [u8; 3]) -> bool {
        let claimed = Seen::read(&start).and_then(|read| u64::try_from(read.claimed).ok());
        let last = self.answering.as_ref().or(self.given.last());
        self.given.len() + usize::from(self.answering.is_some()) > self.asked.len()
            && last.is_some_and(|answer| Some(answer.claimed) == claimed)
    }

    /// A request.
    pub(crate) fn ask(&mut self, beat: Beat) {
        // The rest of an answer can come later: in the middle of a handshake OpenSSL holds back the last bytes that it has to send.
        if self.ground.deaf || !self.goes_on() {
            self.close();
        }
        self.tally.heartbeats += 1;
        // As many answers as requests are theirs, each in its turn.
        let answers = self.given.len() + usize::from(self.answering.is_some());
        if answers == self.asked.len() && !self.ground.is_torn() && !self.datagrams {
            let unfinished = self.asked.split_off(self.given.len());
            self.resolve();
            self.asked.extend(unfinished);
            if let Some(answer) = &mut self.answering {
                answer.after = self.asked.len();
            }
        }
        let read = beat.start.and_then(|start| Seen::read(&start));
        let asked = Asked {
            length: beat.length,
            slack: beat.slack,
            // Without its claim there is nothing to hold an answer against, and nothing to accuse it of unless it is too short.
            claimed: read.map_or(beat.length.saturating_sub(AROUND), |read| {
                u64::try_from(read.claimed).unwrap_or(0)
            }),
            spoken: false,
            passed: false,
        };
        if asked.is_forbidden() {
            let greed = asked.claimed.saturating_sub(asked.brought());
            self.tally.clear_attempts += 1;
            self.tally.greed = self.tally.greed.max(greed);
            self.tally.harmless += u64::from(greed == 0);
            self.tally.crashes += u64::from(self.datagrams && asked.claimed > MOST_IN_A_DATAGRAM);
        }
        if self.asked.len() >= MOST_PENDING {
            self.close();
            self.resolve();
        }
        if self.asked.len() >= MOST_PENDING {
            // None of them has been answered.
            let oldest = self.asked.remove(0);
            let (count, brought) = self.forgotten.get_or_insert((0, 0));
            *count += 1;
            *brought = (*brought).max(oldest.brought());
            self.unanswered(&oldest);
        }
        if self.asked.is_empty() {
            // Mostly there is one.
            self.asked.reserve_exact(1);
        }
        self.asked.push(asked);
    }

    /// An answer, or more of one.
    pub(crate) fn answer(&mut self, beat: Beat) {
        self.tally.heartbeats += 1;
        let seen = beat.length.saturating_sub(beat.unseen);
        self.unseen = self.unseen.saturating_add(beat.unseen);
        let read = beat.start.and_then(|start| Seen::read(&start));
        let claimed = read.and_then(|read| u64::try_from(read.claimed).ok());
        // Where the rest of an answer is missing, or more has been asked since, the next record may be another's first.
        let whole = |claimed: u64| (claimed + AROUND).min(FULL) <= beat.length;
        let asked_since = |answer: Given| answer.after < self.asked.len();
        let begins = (self.broken || self.answering.is_some_and(asked_since))
            && beat.start.is_some_and(|[kind, ..]| kind == RESPONSE)
            && claimed.is_some_and(|claimed| {
                self.asked.iter().any(|asked| asked.claims(claimed))
                    || (self.ground.hidden() > 0 && whole(claimed))
            });
        if !begins
            && self.goes_on()
            && let Some(answer) = &mut self.answering
        {
            answer.sent += beat.length;
            answer.seen += seen;
            answer.slack += beat.slack;
            answer.at = beat.at;
        } else {
            self.close();
            self.broken = false;
            self.answering = Some(Given {
                // Without its claim it may go on in the next record, which then counts by itself.
                claimed: claimed.unwrap_or(beat.length.saturating_sub(HEADER)),
                sent: beat.length,
                seen,
                slack: beat.slack,
                first: if claimed.is_some() { beat.length } else { 0 },
                over: false,
                after: self.asked.len(),
                at: beat.at,
            });
        }
        if !self.goes_on() {
            self.close();
        }
    }

    /// Nothing more of the answer that is under way will come.
    pub(crate) fn answer_is_over(&mut self) {
        if !self.ground.deaf
            && let Some(answer) = &mut self.answering
        {
            answer.over = true;
            self.close();
        }
    }

    /// More of an answer whose first record is not in the capture: only affected libraries send a record without a header.
    pub(crate) fn go_on_unseen(&mut self, beat: Beat) {
        self.tally.heartbeats += 1;
        self.tally.most = self.tally.most.saturating_add(beat.length);
        self.tally.ladder = self.tally.ladder.max(Ladder::Suspicious);
    }

    /// The asker says something else.
    pub(crate) fn asker_speaks(&mut self) {
        for asked in &mut self.asked {
            asked.spoken = true;
        }
    }

    /// The other side says something else: what it was forbidden to be asked before it has passed over.
    pub(crate) fn answerer_speaks(&mut self) {
        if self.ground.is_torn() || self.answering.is_some() {
            return;
        }
        for asked in &mut self.asked {
            asked.passed |= asked.spoken || self.datagrams;
        }
    }

    /// Bytes of the answering side are missing.
    pub(crate) const fn miss_answerer(&mut self) {
        self.ground.miss_answerer();
        self.broken = true;
    }

    /// All that came of it, and how many bytes at most may have gone out in so many that are missing of the answering side. `ended`:
    /// that side will say no more.
    pub(crate) fn finish(mut self, missing: u64, ended: bool) -> (Tally, u64) {
        if ended && missing == 0 {
            self.answer_is_over();
        }
        self.close();
        self.resolve();
        for asked in std::mem::take(&mut self.asked) {
            self.unanswered(&asked);
        }
        let missing = missing.saturating_sub(self.unseen);
        let unmet = if self.ground.hidden() > 0 {
            missing
        } else {
            missing.min(self.unmet)
        };
        // Of datagrams the last may be missing, which no number shows.
        let unmet = if self.datagrams {
            unmet.max(self.open_end)
        } else {
            unmet
        };
        (self.tally, unmet)
    }

    /// Lays what has come beside each other. Requests after the last that was answered may still be.
    fn resolve(&mut self) {
        if self.given.is_empty() {
            return;
        }
        let (requests, answers) = (self.asked.len(), self.given.len());
        let pair = |upper| {
            let bound = Bound { open: self, upper };
            if self.datagrams {
                in_any_order(requests, answers, &bound)
            } else {
                in_order(requests, answers, &bound)
            }
        };
        let (least, most) = (pair(false), pair(true));
        let over = least.iter().flatten().max().map_or(0, |last| last + 1);
        let given = std::mem::take(&mut self.given);
        let request = |place: &Option<usize>| place.and_then(|place| self.asked.get(place).copied());
        let weighed: Vec<Weighed> = given
            .iter()
            .zip(least.iter().map(request).zip(most.iter().map(request)))
            .map(|(answer, (asked, at_most))| self.weigh(answer, asked.as_ref(), at_most.as_ref()))
            .collect();
        let certain = weighed.iter().all(|weighed| weighed.certain);
        let at_least: u64 = weighed.iter().map(|weighed| weighed.least).sum();
        let at_most: u64 = weighed.iter().map(|weighed| weighed.most).sum();
        for (answer, weighed) in given.iter().zip(&weighed) {
            self.count(answer, weighed, at_least == at_most);
        }
        self.tally.most = self.tally.most.saturating_add(at_most.saturating_sub(at_least));
        let torn = self.ground.is_torn();
        let later = self.asked.split_off(over);
        for (place, asked) in std::mem::replace(&mut self.asked, later).iter_mut().enumerate() {
            if !least.contains(&Some(place)) {
                // One after it was answered, and nothing between is missing.
                asked.passed |= certain && !torn;
                self.unanswered(asked);
            }
        }
    }

    fn unanswered(&mut self, asked: &Asked) {
        let ladder = if asked.is_forbidden() {
            self.tally.attempts += 1;
            self.tally.ignored |= asked.passed && !self.datagrams;
            if self.datagrams {
                let most = asked.greed().min(MOST_IN_A_DATAGRAM);
                self.unmet = self.unmet.saturating_add(most);
                if !asked.passed {
                    self.open_end = self.open_end.saturating_add(most);
                }
            } else {
                self.unmet = self.unmet.saturating_add(asked.greed());
            }
            Ladder::AttemptUnanswered
        } else {
            Ladder::BenignHeartbeat
        };
        self.tally.ladder = self.tally.ladder.max(ladder);
    }

    /// Closes the answer that is coming in.
    fn close(&mut self) {
        if let Some(answer) = self.answering.take() {
            if self.given.is_empty() {
                self.given.reserve_exact(1);
            }
            self.given.push(answer);
            if self.given.len() > MOST_PENDING {
                self.resolve();
            }
        }
    }

    /// An answer; `asked` is the request by which it leaks least, `at_most` the one by which it leaks most.
    fn weigh(&self, answer: &Given, asked: Option<&Asked>, at_most: Option<&Asked>) -> Weighed {
        // A request that is not in the capture may have brought nothing, and no more than a record holds.
        let most = at_most.map_or(answer.carried(), |asked| answer.most(asked));
        let (least, forbidden) = match (asked, self.forgotten) {
            (Some(asked), _) => (answer.least(asked.brought()), asked.is_forbidden()),
            (None, Some((_, brought))) if self.ground.hidden() == 0 => {
                let least = answer.least(brought);
                (least, least > 0)
            }
            (None, _) => (answer.least(FULL - HEADER), answer.claimed + AROUND > FULL),
        };
        Weighed {
            known: asked.is_some(),
            forbidden,
            least,
            most,
            certain: at_most.map(Asked::is_forbidden) == asked.map(Asked::is_forbidden),
        }
    }

    /// Counts it; `exact`: what went out in all is known to the byte.
    fn count(&mut self, answer: &Given, weighed: &Weighed, exact: bool) {
        let Weighed { least, most, .. } = *weighed;
        let ladder = if weighed.forbidden {
            self.tally.attempts += 1;
            self.tally.answers += 1;
            self.tally.leak(answer.at, least, least);
            match least {
                0 => Ladder::AnsweredNoLeak,
                _ if exact || least == most => Ladder::LeakExact,
                _ => Ladder::LeakBounded,
            }
        } else if weighed.known {
            Ladder::BenignHeartbeat
        } else {
            // It may have given away all of itself, or nothing.
            self.tally.answers += 1;
            Ladder::Suspicious
        };
        self.tally.ladder = self.tally.ladder.max(ladder);
    }
}

/// What an answer comes to.
#[derive(Clone, Copy, Debug)]
struct Weighed {
    /// Its request is in the capture.
    known: bool,
    forbidden: bool,
    least: u64,
    most: u64,
    /// Whichever of the requests with its claim it belongs to, that is forbidden, or none is.
    certain: bool,
}

#[cfg(test)]
mod tests;
