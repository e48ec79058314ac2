//! Heartbeats in the clear: each answer is laid beside its request, and every byte is accounted for.
//!
//! OpenSSL gives back the claim of the request, so that a claim names its request. Where several requests have one claim and fewer
//! answers came, the lower bound takes the answers to be those that leak least, and the upper one those that leak most.

use holter_wire::heartbeat::{LEAST_PADDING, Seen};

use super::paired::{Cost, Price, in_any_order, in_order};
use super::{Ladder, Tally};
use crate::Moment;
use crate::heartbeat::cover::FULL;

/// No honest peer has as many heartbeats under way.
const MOST_PENDING: usize = 64;

/// How an answer begins.
const RESPONSE: u8 = 2;

/// Bytes before the payload.
const HEADER: u64 = 3;

/// The least that a heartbeat takes beside its payload.
const AROUND: u64 = HEADER + LEAST_PADDING as u64;

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

/// A request.
#[derive(Clone, Copy, Debug)]
struct Asked {
    length: u64,
    slack: u64,
    claimed: u64,
    /// The asker has gone on speaking.
    spoken: bool,
    /// And the other side after that.
    passed: bool,
}

/// An answer.
#[derive(Clone, Copy, Debug)]
struct Given {
    claimed: u64,
    sent: u64,
    seen: u64,
    slack: u64,
    first: u64,
    /// So many requests had come before it.
    after: usize,
    at: Moment,
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
    /// Something that the answering side sent is not in the capture, so that silence proves nothing.
    deaf: bool,
    /// That was in the middle of the answer that is coming in.
    broken: bool,
    /// So many bytes of the asking side are missing.
    hole: u64,
    /// The beginning is missing.
    unbegun: bool,
    datagrams: bool,
    /// What unanswered requests asked for beyond what they brought.
    unmet: u64,
    /// Of that what the last ones did, after which the other side said nothing more.
    open_end: u64,
    /// Bytes of answers that are known of and not in the capture.
    unseen: u64,
    tally: Tally,
}

impl Asked {
    /// What RFC 6520 section 4 forbids, and what the remedy of OpenSSL 1.0.1g drops.
    const fn is_forbidden(&self) -> bool {
        self.length < AROUND || self.claimed + AROUND > self.length
    }

    /// Bytes that it brought behind its header, at most.
    const fn brought(&self) -> u64 {
        self.length.saturating_sub(HEADER)
    }

    /// What it asks for beyond what it brought, at most.
    const fn greed(&self) -> u64 {
        self.claimed
            .saturating_sub(self.brought().saturating_sub(self.slack))
    }

    /// Whether an answer with this claim may be its: one that is too short to hold its claim is answered by what lies behind it in
    /// memory, and can have claimed anything.
    const fn claims(&self, claimed: u64) -> bool {
        self.claimed == claimed || self.length < HEADER
    }
}

impl Given {
    /// Bytes of payload that are in the capture.
    fn there(&self) -> u64 {
        let slack = if self.is_bare() { 0 } else { self.slack };
        self.claimed.min(self.seen.saturating_sub(HEADER + slack))
    }

    /// Bytes that went out and were not brought, as far as they are in the capture.
    fn least(&self, brought: u64) -> u64 {
        self.there().saturating_sub(brought)
    }

    /// Whether all of it came, and nothing around it: nor was anything around its request then.
    const fn is_bare(&self) -> bool {
        self.sent == self.claimed + AROUND
    }

    fn most(&self, asked: &Asked) -> u64 {
        let slack = if self.is_bare() { 0 } else { asked.slack };
        let claimed = if asked.length < HEADER {
            self.claimed
        } else {
            asked.claimed
        };
        claimed.saturating_sub(asked.brought().saturating_sub(slack))
    }
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
        let hidden = self.open.hidden();
        let doubt = if hidden > 0 || self.open.forgotten.is_some() {
            0
        } else {
            2
        };
        let forbidden = given.claimed + AROUND > hidden;
        let least = given.least(hidden.saturating_sub(HEADER));
        self.cost(doubt, least, given.claimed, forbidden)
    }
}

impl Open {
    /// One direction of a stream or of datagrams.
    pub(crate) fn new(datagrams: bool) -> Self {
        Self {
            datagrams,
            ..Self::default()
        }
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
        self.close();
        self.tally.heartbeats += 1;
        // As many answers as requests are theirs, each in its turn.
        if self.given.len() == self.asked.len() && !self.is_torn() && !self.datagrams {
            self.resolve();
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
        self.asked.push(asked);
    }

    /// An answer, or more of one.
    pub(crate) fn answer(&mut self, beat: Beat) {
        self.tally.heartbeats += 1;
        let seen = beat.length.saturating_sub(beat.unseen);
        self.unseen = self.unseen.saturating_add(beat.unseen);
        let read = beat.start.and_then(|start| Seen::read(&start));
        let claimed = read.and_then(|read| u64::try_from(read.claimed).ok());
        // Where the rest of an answer is missing, the next record may be another's first.
        let whole = |claimed: u64| (claimed + AROUND).min(FULL) <= beat.length;
        let begins = self.broken
            && beat.start.is_some_and(|[kind, ..]| kind == RESPONSE)
            && claimed.is_some_and(|claimed| {
                self.asked.iter().any(|asked| asked.claims(claimed)) || (self.hidden() > 0 && whole(claimed))
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
                after: self.asked.len(),
                at: beat.at,
            });
        }
        if !self.goes_on() {
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
        if self.is_torn() || self.answering.is_some() {
            return;
        }
        for asked in &mut self.asked {
            asked.passed |= asked.spoken || self.datagrams;
        }
    }

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
        self.broken = true;
    }

    /// All that came of it, and how many bytes at most may have gone out in so many that are missing of the answering side.
    pub(crate) fn finish(mut self, missing: u64) -> (Tally, u64) {
        self.close();
        self.resolve();
        for asked in std::mem::take(&mut self.asked) {
            self.unanswered(&asked);
        }
        let missing = missing.saturating_sub(self.unseen);
        let unmet = if self.hidden() > 0 {
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

    /// The longest request that can be among what is missing.
    const fn hidden(&self) -> u64 {
        let room = self.hole.saturating_sub(RECORD);
        if room < FULL { room } else { FULL }
    }

    const fn is_torn(&self) -> bool {
        self.deaf || self.hole > 0 || self.unbegun
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
        let torn = self.is_torn();
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
            self.given.push(answer);
            if self.given.len() > MOST_PENDING {
                self.resolve();
            }
        }
    }

    /// An answer; `asked` is the request by which it leaks least, `at_most` the one by which it leaks most.
    fn weigh(&self, answer: &Given, asked: Option<&Asked>, at_most: Option<&Asked>) -> Weighed {
        // A request that is not in the capture may have brought nothing, and no more than a record holds.
        let most = at_most.map_or(answer.claimed, |asked| answer.most(asked));
        let (least, forbidden) = match (asked, self.forgotten) {
            (Some(asked), _) => (answer.least(asked.brought()), asked.is_forbidden()),
            (None, Some((_, brought))) if self.hidden() == 0 => {
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
mod tests {
    use super::*;
    use holter_model::Verdict;

    fn beat(kind: u8, claimed: u16, length: u64) -> Beat {
        let [high, low] = claimed.to_be_bytes();
        Beat {
            start: Some([kind, high, low]),
            length,
            slack: 0,
            unseen: 0,
            at: Moment(1),
        }
    }

    #[test]
    fn the_line_between_legal_and_forbidden_is_openssls() {
        for (length, claimed, forbidden) in [
            (18, 0, true),
            (19, 0, false),
            (19, 1, true),
            (20, 1, false),
            (16_384, 16_365, false),
            (16_368, 16_365, true),
        ] {
            let asked = Asked {
                length,
                slack: 0,
                claimed,
                spoken: false,
                passed: false,
            };
            assert_eq!(asked.is_forbidden(), forbidden, "{length} {claimed}");
        }
    }

    #[test]
    fn only_who_goes_on_in_answer_has_passed_it_over() {
        let verdict = |steps: fn(&mut Open)| {
            let mut open = Open::new(false);
            open.ask(beat(1, 0x4000, 3));
            steps(&mut open);
            let (tally, _) = open.finish(0);
            (tally.ladder.verdict(tally.ignored), tally.ladder)
        };
        let unanswered = Ladder::AttemptUnanswered;
        assert_eq!(verdict(|_| {}), (Verdict::Inconclusive, unanswered));
        assert_eq!(
            verdict(Open::answerer_speaks),
            (Verdict::Inconclusive, unanswered)
        );
        let goes_on = |open: &mut Open| {
            open.asker_speaks();
            open.answerer_speaks();
        };
        assert_eq!(verdict(goes_on), (Verdict::NotAffected, unanswered));
        let with_hole = |open: &mut Open| {
            open.miss_answerer();
            open.asker_speaks();
            open.answerer_speaks();
        };
        assert_eq!(verdict(with_hole), (Verdict::Inconclusive, unanswered));
        let mut holed = Open::new(false);
        holed.ask(beat(1, 0x4000, 3));
        holed.miss_answerer();
        let (tally, unmet) = holed.finish(0x10_0000);
        assert_eq!((tally.least, tally.most, unmet), (0, 0, 0x4000));
        let answered_later = |open: &mut Open| {
            open.asker_speaks();
            open.answerer_speaks();
            open.answer(beat(2, 0x4000, 16_384));
            open.answer(beat(9, 0x0909, 19));
        };
        assert_eq!(verdict(answered_later), (Verdict::Affected, Ladder::LeakExact));
    }

    #[test]
    fn an_answer_that_an_honest_request_explains_accuses_nobody() {
        let mut open = Open::new(false);
        open.ask(beat(1, 0, 3));
        open.ask(beat(1, 0, 19));
        open.answer(beat(2, 0, 19));
        assert_eq!(open.finish(0).0.ladder, Ladder::AttemptUnanswered);
        let mut open = Open::new(false);
        open.ask(beat(1, 4, 3));
        open.ask(beat(1, 4, 23));
        open.answer(beat(2, 4, 23));
        open.answer(beat(2, 4, 23));
        let (tally, _) = open.finish(0);
        assert_eq!((tally.ladder, tally.least), (Ladder::LeakExact, 4));
    }

    #[test]
    fn whatever_is_asked_between_an_honest_one_is_believed_before_a_forbidden_one() {
        let mut open = Open::new(false);
        open.ask(beat(1, 44, 3));
        open.ask(beat(1, 100, 3));
        open.ask(beat(1, 44, 63));
        open.answer(beat(2, 44, 63));
        let (tally, _) = open.finish(0);
        assert_eq!((tally.ladder, tally.least), (Ladder::AttemptUnanswered, 0));
        assert_eq!((tally.most, tally.ignored), (44, false));
    }

    #[test]
    fn a_thousand_requests_at_once_hide_no_answer() {
        for claim in [|_| 0x4000, |number: u16| 0x4000 + number] {
            let mut open = Open::new(false);
            for number in 0..1000 {
                open.ask(beat(1, claim(number), 3));
            }
            for number in 0..1000 {
                open.answer(beat(2, claim(number), u64::from(claim(number)) + AROUND));
            }
            let (tally, _) = open.finish(0);
            let leaked: u64 = (0..1000).map(|number| u64::from(claim(number))).sum();
            assert_eq!((tally.least, tally.most), (leaked, leaked));
            assert_eq!(tally.ladder, Ladder::LeakExact);
        }
    }

    #[test]
    fn an_honest_heartbeat_behind_it_shows_that_it_was_passed_over() {
        let mut open = Open::new(false);
        open.ask(beat(1, 0x4000, 3));
        open.ask(beat(1, 4, 23));
        open.answer(beat(2, 4, 23));
        let (tally, _) = open.finish(0);
        assert_eq!(tally.ladder.verdict(tally.ignored), Verdict::NotAffected);
        assert_eq!((tally.attempts, tally.answers, tally.most), (1, 0, 0));
    }
}
