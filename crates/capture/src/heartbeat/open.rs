//! Heartbeats in the clear: each answer is laid beside its request, and every byte is accounted for.

use std::collections::VecDeque;

use holter_wire::heartbeat::{LEAST_PADDING, Seen};

use super::{Ladder, Tally};
use crate::Moment;
use crate::heartbeat::cover::FULL;

/// No honest peer has as many heartbeats under way; older ones count as unanswered.
const MOST_PENDING: usize = 64;

/// Bytes before the payload.
const HEADER: u64 = 3;

/// The least that a heartbeat takes beside its payload.
const AROUND: u64 = HEADER + LEAST_PADDING as u64;

/// A datagram answer beyond this trips an assertion in affected libraries, and the process ends.
const MOST_IN_A_DATAGRAM: u64 = FULL - AROUND;

/// A record of heartbeat in the clear, as far as it was captured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beat {
    /// Its first three bytes, where they are in the capture.
    pub(crate) start: Option<[u8; 3]>,
    /// How long its content is.
    pub(crate) length: u64,
    /// How much of that is not in the capture.
    pub(crate) unseen: u64,
    /// When it was over.
    pub(crate) at: Moment,
}

/// A request that has had no answer yet.
#[derive(Clone, Copy, Debug)]
struct Asked {
    length: u64,
    claimed: u64,
    /// The asker has gone on speaking.
    spoken: bool,
}

/// An answer that is coming in.
#[derive(Clone, Copy, Debug)]
struct Answering {
    /// Bytes that the request brought behind its header, at most.
    brought: u64,
    /// The request is in the capture.
    known: bool,
    forbidden: bool,
    claimed: u64,
    sent: u64,
    seen: u64,
    first: u64,
    at: Moment,
}

/// One direction of asking, in the clear.
#[derive(Debug, Default)]
pub(crate) struct Open {
    pending: VecDeque<Asked>,
    answering: Option<Answering>,
    /// The last answer whose request has not been seen: it may come yet, where the capture mixes up the two directions.
    stray: Option<Answering>,
    /// Something that the answering side sent is not in the capture, so that silence proves nothing.
    deaf: bool,
    /// So many bytes of the asking side are missing.
    hole: u64,
    datagrams: bool,
    tally: Tally,
}

impl Asked {
    /// What RFC 6520 section 4 forbids, and what the remedy of OpenSSL 1.0.1g drops.
    const fn is_forbidden(&self) -> bool {
        self.length < AROUND || self.claimed + AROUND > self.length
    }

    const fn brought(&self) -> u64 {
        self.length.saturating_sub(HEADER)
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
        !self.pending.is_empty()
    }

    /// Whether an answer with the claim of this request came before it.
    pub(crate) fn was_answered(&self, start: [u8; 3]) -> bool {
        let claimed = Seen::read(&start).and_then(|read| u64::try_from(read.claimed).ok());
        self.stray.is_some_and(|answer| Some(answer.claimed) == claimed)
    }

    /// A request.
    pub(crate) fn ask(&mut self, beat: Beat) {
        self.settle();
        self.tally.heartbeats += 1;
        let Some(read) = beat.start.and_then(|start| Seen::read(&start)) else {
            // Without its claim there is nothing to hold an answer against, and nothing to accuse it of unless it is too short.
            self.push(Asked {
                length: beat.length,
                claimed: beat.length.saturating_sub(AROUND),
                spoken: false,
            });
            return;
        };
        self.push(Asked {
            length: beat.length,
            claimed: u64::try_from(read.claimed).unwrap_or(0),
            spoken: false,
        });
    }

    /// An answer, or more of one.
    pub(crate) fn answer(&mut self, beat: Beat) {
        self.tally.heartbeats += 1;
        let seen = beat.length.saturating_sub(beat.unseen);
        if self.goes_on()
            && let Some(answer) = &mut self.answering
        {
            answer.sent += beat.length;
            answer.seen += seen;
            answer.at = beat.at;
            if !self.goes_on() {
                self.settle();
            }
            return;
        }
        self.settle();
        let claimed = match beat.start.and_then(|start| Seen::read(&start)) {
            Some(read) => u64::try_from(read.claimed).unwrap_or(0),
            None => beat.length.saturating_sub(AROUND),
        };
        // An honest request with the same claim may be among what is missing.
        let hole = self.hole;
        let told =
            |asked: &Asked| !asked.is_forbidden() || hole < claimed + AROUND || claimed + AROUND > FULL;
        let asked = self.matched(claimed).filter(told);
        // Where the request is not in the capture: none brings more than a record holds, and none in good order claims more
        // than fits one with its padding.
        let (brought, forbidden) = asked.map_or((FULL - HEADER, claimed + AROUND > FULL), |asked| {
            (asked.brought(), asked.is_forbidden())
        });
        self.answering = Some(Answering {
            brought,
            known: asked.is_some(),
            forbidden,
            claimed,
            sent: beat.length,
            seen,
            first: beat.length,
            at: beat.at,
        });
        if !self.goes_on() {
            self.settle();
        }
    }

    /// The asker says something else.
    pub(crate) fn asker_speaks(&mut self) {
        for asked in &mut self.pending {
            asked.spoken = true;
        }
    }

    /// The other side says something else: what it was forbidden to be asked before it has passed over.
    pub(crate) fn answerer_speaks(&mut self) {
        if self.deaf || self.datagrams || self.answering.is_some() {
            return;
        }
        if self
            .pending
            .iter()
            .any(|asked| asked.spoken && asked.is_forbidden())
        {
            self.tally.ignored = true;
        }
    }

    /// Bytes of the asking side are missing.
    pub(crate) const fn miss_asker(&mut self, bytes: u64) {
        self.hole = self.hole.saturating_add(bytes);
    }

    /// Bytes of the answering side are missing.
    pub(crate) fn miss_answerer(&mut self) {
        self.deaf = true;
    }

    /// All that came of it.
    pub(crate) fn finish(mut self) -> Tally {
        self.settle();
        if let Some(stray) = self.stray.take() {
            self.weigh(stray);
        }
        while let Some(asked) = self.pending.pop_front() {
            self.unanswered(asked);
        }
        self.tally
    }

    fn push(&mut self, asked: Asked) {
        if let Some(stray) = self.stray.take_if(|stray| stray.claimed == asked.claimed) {
            self.note_greed(&asked);
            return self.weigh(Answering {
                brought: asked.brought(),
                known: true,
                forbidden: asked.is_forbidden(),
                ..stray
            });
        }
        if self.pending.len() == MOST_PENDING
            && let Some(oldest) = self.pending.pop_front()
        {
            self.unanswered(oldest);
        }
        self.note_greed(&asked);
        self.pending.push_back(asked);
    }

    fn note_greed(&mut self, asked: &Asked) {
        if asked.is_forbidden() {
            let greed = asked.claimed.saturating_sub(asked.brought());
            self.tally.clear_attempts += 1;
            self.tally.greed = self.tally.greed.max(greed);
            self.tally.harmless += u64::from(greed == 0);
            self.tally.crashes += u64::from(self.datagrams && asked.claimed > MOST_IN_A_DATAGRAM);
        }
    }

    /// The request that an answer of this claim belongs to.
    fn matched(&mut self, claimed: u64) -> Option<Asked> {
        // OpenSSL gives back the claim of the request, so a claim names its request; requests before it were passed over.
        // One that is too short to hold its claim is answered by what lies behind it in memory, and can have claimed anything.
        let named = |asked: &Asked| asked.claimed == claimed || asked.length < HEADER;
        let place = self.pending.iter().position(named)?;
        for _ in 0..place {
            if let Some(passed) = self.pending.pop_front() {
                self.tally.ignored |= passed.is_forbidden() && !self.deaf && !self.datagrams;
                self.unanswered(passed);
            }
        }
        // Of several with one claim that in good order comes first: a repaired peer answers it alone.
        let alike = self.pending.iter().take_while(|asked| named(asked));
        let honest = alike.enumerate().find(|(_, asked)| !asked.is_forbidden());
        self.pending.remove(honest.map_or(0, |(place, _)| place))
    }

    fn unanswered(&mut self, asked: Asked) {
        let ladder = if asked.is_forbidden() {
            self.tally.attempts += 1;
            if self.deaf {
                // The answer may be what is missing.
                let most = asked.claimed.saturating_sub(asked.brought());
                self.tally.most = self.tally.most.saturating_add(most);
            }
            Ladder::AttemptUnanswered
        } else {
            Ladder::BenignHeartbeat
        };
        self.tally.ladder = self.tally.ladder.max(ladder);
    }

    /// Closes the answer that is coming in.
    fn settle(&mut self) {
        let Some(answer) = self.answering.take() else {
            return;
        };
        if answer.known {
            self.weigh(answer);
        } else if let Some(older) = self.stray.replace(answer) {
            self.weigh(older);
        }
    }

    fn weigh(&mut self, answer: Answering) {
        let Answering { brought, claimed, .. } = answer;
        // A request that is not in the capture may have brought nothing.
        let most = claimed.saturating_sub(if answer.known { brought } else { 0 });
        let least = claimed
            .min(answer.seen.saturating_sub(HEADER))
            .saturating_sub(brought);
        let ladder = if answer.forbidden {
            self.tally.attempts += 1;
            self.tally.answers += 1;
            self.tally.leak(answer.at, least, most);
            match (least, most) {
                (0, _) => Ladder::AnsweredNoLeak,
                (least, most) if least == most => Ladder::LeakExact,
                _ => Ladder::LeakBounded,
            }
        } else if !answer.known {
            // It may have given away all of itself, or nothing.
            self.tally.answers += 1;
            self.tally.most = self.tally.most.saturating_add(claimed);
            Ladder::Suspicious
        } else {
            Ladder::BenignHeartbeat
        };
        self.tally.ladder = self.tally.ladder.max(ladder);
    }
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
                claimed,
                spoken: false,
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
            let tally = open.finish();
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
        let tally = holed.finish();
        assert_eq!((tally.least, tally.most), (0, 0x4000));
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
        assert_eq!(open.finish().ladder, Ladder::AttemptUnanswered);
        let mut open = Open::new(false);
        open.ask(beat(1, 4, 3));
        open.ask(beat(1, 4, 23));
        open.answer(beat(2, 4, 23));
        open.answer(beat(2, 4, 23));
        let tally = open.finish();
        assert_eq!((tally.ladder, tally.least), (Ladder::LeakExact, 4));
    }

    #[test]
    fn an_honest_heartbeat_behind_it_shows_that_it_was_passed_over() {
        let mut open = Open::new(false);
        open.ask(beat(1, 0x4000, 3));
        open.ask(beat(1, 4, 23));
        open.answer(beat(2, 4, 23));
        let tally = open.finish();
        assert_eq!(tally.ladder.verdict(tally.ignored), Verdict::NotAffected);
        assert_eq!((tally.attempts, tally.answers, tally.most), (1, 0, 0));
    }
}
