//! All heartbeats of one flow, in both directions of asking.

use super::cover::Span;
use super::direction::Direction;
use super::open;
use super::sealed::{self, Sealed};
use super::torn::Torn;
use super::{Cover, Ladder, Tally};
use crate::Moment;
use crate::book::evidence::Company;
use crate::both::{pick, pick_mut};
use crate::listener::Side;

const REQUEST: u8 = 1;
const RESPONSE: u8 = 2;

/// The shortest content under any protection, and nothing but a header in it.
const LEAST_SEALED: u64 = 3 + 16;

/// The longest authentication that a suite without encryption puts behind its content.
const LONGEST_MAC: u64 = 48;

/// A record of heartbeat as it was captured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Raw {
    /// The first three bytes of its body, where they are in the capture.
    pub(crate) start: Option<[u8; 3]>,
    /// How long its body is.
    pub(crate) length: u64,
    /// How much of it is lost in a hole.
    pub(crate) lost: u64,
    /// How much of it lies beyond the capture's end.
    pub(crate) cut: u64,
    /// When it was over.
    pub(crate) at: Moment,
}

/// Whether a side's records are encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seal {
    /// They are not.
    Open,
    /// They are, under this cover.
    Sealed(Cover),
    /// They may be: the beginning was not captured, or a hole may hold the change of keys.
    Unknown(Cover),
}

/// What is known of the two sides when a record comes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heard {
    /// Whether each side pads no more than it must.
    pub(crate) pads_least: [bool; 2],
    /// Whether application data has been seen.
    pub(crate) late: bool,
    /// Whether the beginning is in the capture.
    pub(crate) begun: bool,
    /// Whether something of the flow is missing, its beginning or more.
    pub(crate) torn: bool,
    /// How many bytes of each side are missing.
    pub(crate) missing: [u64; 2],
    /// Whether each side has been heard at all.
    pub(crate) heard: [bool; 2],
    /// Which side is the client.
    pub(crate) client: Option<Side>,
}

/// How the flow ended, for each side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Over {
    /// It has been heard at all.
    pub(crate) heard: [bool; 2],
    /// So many bytes of it are not in the capture.
    pub(crate) missing: [u64; 2],
    /// It said that it has no more to say, right behind what was heard last.
    pub(crate) ended: [bool; 2],
}

/// Both directions of asking.
#[derive(Debug)]
pub(crate) struct Beats {
    open: [Direction; 2],
    // Boxed, for most flows have one of these or none.
    sealed: [Option<Box<Sealed>>; 2],
    /// Encrypted ones, once something of the flow is missing.
    torn: Option<Box<Torn>>,
    /// A record that may be a request in the clear, or ciphertext that looks like one.
    doubt: Option<Box<(Side, Cover, Raw, Heard)>>,
    datagrams: bool,
    begun: bool,
    /// Something of the flow is missing, its beginning or more.
    holed: bool,
    /// Who sent the first encrypted one, where nothing is missing before it.
    asked_first: Option<Side>,
    /// When the first came.
    pub(crate) first: Moment,
    /// And the last.
    pub(crate) last: Moment,
    pub(crate) company: Company,
}

impl Beats {
    pub(crate) fn new(datagrams: bool, at: Moment, company: Company) -> Self {
        Self {
            open: [Direction::default(), Direction::default()],
            sealed: [None, None],
            torn: None,
            doubt: None,
            datagrams,
            begun: true,
            holed: false,
            asked_first: None,
            first: at,
            last: at,
            company,
        }
    }

    /// A record of heartbeat from one side.
    pub(crate) fn record(&mut self, side: Side, seal: Seal, raw: Raw, heard: Heard) {
        self.last = raw.at;
        self.begun = heard.begun;
        self.holed |= heard.torn;
        for side in [Side::Opener, Side::Answerer] {
            let missing = *pick(&heard.missing, side);
            pick_mut(&mut self.open, side)
                .ground()
                .start_from(missing, heard.begun);
        }
        match seal {
            Seal::Open => self.in_clear(side, raw, 0),
            Seal::Sealed(Cover::Bare { mac }) => {
                let length = raw.length.saturating_sub(mac.into());
                self.in_clear(side, Raw { length, ..raw }, 0);
            }
            Seal::Unknown(Cover::Bare { mac }) => self.in_clear(side, raw, mac.into()),
            Seal::Sealed(cover) => self.encrypted(side, cover, raw, heard),
            Seal::Unknown(cover) => self.either(side, cover, raw, heard),
        }
    }

    /// A side says something that is no heartbeat and that shows that it has read on.
    pub(crate) fn speaks(&mut self, side: Side) {
        if let Some(open) = pick_mut(&mut self.open, side).spoken_mut() {
            open.asker_speaks();
        }
        if let Some(open) = pick_mut(&mut self.open, side.other()).spoken_mut() {
            open.answerer_speaks();
        }
        if let Some(sealed) = pick_mut(&mut self.sealed, side) {
            sealed.asker_speaks();
        }
        if let Some(sealed) = pick_mut(&mut self.sealed, side.other()) {
            sealed.answerer_speaks();
        }
    }

    /// How many bytes it takes.
    pub(crate) fn size(&self) -> usize {
        let open: usize = self.open.iter().map(Direction::size).sum();
        let sealed = self.sealed.iter().flatten().map(|sealed| sealed.size());
        let torn = self.torn.as_ref().map_or(0, |_| size_of::<Torn>());
        size_of::<Self>() + open + sealed.sum::<usize>() + torn
    }

    /// The service's sessions now that one more has come.
    pub(crate) fn in_company(&mut self, company: Company) {
        self.company.until = company.until;
    }

    /// A side sends a record that is no heartbeat: what it was answering is over, since it writes an answer in one go.
    pub(crate) fn turns_to_other_things(&mut self, side: Side) {
        if let Some(open) = pick_mut(&mut self.open, side.other()).spoken_mut() {
            open.answer_is_over();
        }
    }

    /// Bytes of a side are missing; `all`: so many of late.
    pub(crate) fn miss(&mut self, side: Side, bytes: u64, all: u64) {
        self.holed = true;
        pick_mut(&mut self.open, side).ground().miss_asker(bytes);
        pick_mut(&mut self.open, side.other()).miss_answerer();
        if self.torn.is_none() && self.sealed.iter().any(Option::is_some) {
            let mut before = [0; 2];
            *pick_mut(&mut before, side) = all.saturating_sub(bytes);
            self.tear(before, self.begun);
        }
        if let Some(torn) = &mut self.torn {
            torn.miss(side, bytes);
        }
    }

    /// So many bytes of a side were not missing, but late.
    pub(crate) fn find(&mut self, side: Side, bytes: u64) {
        pick_mut(&mut self.open, side).ground().find_asker(bytes);
        if let Some(torn) = &mut self.torn {
            torn.find(side, bytes);
        }
    }

    /// What each side came to by asking.
    pub(crate) fn finish(mut self, over: &Over, client: Side) -> [Tally; 2] {
        self.settle_doubt();
        let torn = self.torn.take();
        let is_torn = torn.is_some();
        let hidden = torn.map(|torn| torn.finish(self.asked_first, client));
        let mut tallies = [Tally::default(); 2];
        for (side, (open, sealed)) in [Side::Opener, Side::Answerer]
            .into_iter()
            .zip(self.open.into_iter().zip(self.sealed))
        {
            let missing = *pick(&over.missing, side.other());
            let open = open.into_open(self.datagrams);
            let (mut tally, unmet) = open.finish(missing, *pick(&over.ended, side.other()));
            let mut unseen = unmet;
            if let Some(mut sealed) = sealed {
                if !*pick(&over.heard, side.other()) {
                    sealed.one_sided();
                }
                tally.add(&sealed.finish(is_torn));
                unseen = unseen.max(missing);
            }
            if let Some(hidden) = &hidden {
                tally.add(pick(hidden, side));
                unseen = unseen.max(missing);
            }
            // All that is missing of the answering side may have been answers.
            if tally.ladder > Ladder::NoEvidence {
                tally.most = tally.most.saturating_add(unseen);
            }
            *pick_mut(&mut tallies, side) = tally;
        }
        tallies
    }

    /// `slack`: so many bytes of it may be authentication.
    fn in_clear(&mut self, side: Side, raw: Raw, slack: u64) {
        let beat = open::Beat {
            start: raw.start,
            length: raw.length,
            slack: slack.min(raw.length),
            unseen: raw.lost + raw.cut,
            at: raw.at,
        };
        let kind = raw.start.map(|[kind, ..]| kind);
        if let Some(sealed) = pick_mut(&mut self.sealed, side.other())
            && sealed.goes_on()
        {
            return sealed.answer(covered(Cover::Clear, raw));
        }
        let asked = pick_mut(&mut self.open, side.other());
        let answers = asked.goes_on() || kind == Some(RESPONSE) || (kind.is_none() && asked.waits());
        if !answers {
            match kind {
                Some(REQUEST) | None => pick_mut(&mut self.open, side).speak(self.datagrams).ask(beat),
                Some(_) if self.holed && !self.datagrams => asked.speak(false).go_on_unseen(beat),
                Some(_) => {}
            }
            return;
        }
        let waits = asked.goes_on() || asked.waits();
        if !waits
            && let Some(sealed) = pick_mut(&mut self.sealed, side.other())
            && sealed.waits()
        {
            // Its keys have not changed yet, and the other side's have.
            return sealed.answer(covered(Cover::Clear, raw));
        }
        pick_mut(&mut self.open, side.other())
            .speak(self.datagrams)
            .answer(beat);
    }

    /// From here on something of the flow is missing.
    fn tear(&mut self, missing: [u64; 2], begun: bool) {
        let datagrams = self.datagrams;
        let torn = self
            .torn
            .get_or_insert_with(|| Box::new(Torn::new(missing, begun, datagrams)));
        for side in [Side::Opener, Side::Answerer] {
            if let Some(sealed) = pick_mut(&mut self.sealed, side) {
                torn.take(side, &sealed.give_up());
            }
        }
    }

    fn encrypted(&mut self, side: Side, cover: Cover, raw: Raw, heard: Heard) {
        let beat = covered(cover, raw);
        let other = side.other();
        let (early, datagrams) = (!heard.late, self.datagrams);
        let (alone, short) = (!*pick(&heard.heard, other), beat.span.most < sealed::AROUND);
        let goes_on = pick(&self.sealed, other)
            .as_ref()
            .is_some_and(|sealed| sealed.goes_on_unasked());
        // The other side is not in the capture at all: it answers what nobody saw, where it is long enough for an answer.
        if goes_on || (alone && heard.client != Some(side) && !short) {
            let pads_least = *pick(&heard.pads_least, side);
            return pick_mut(&mut self.sealed, other)
                .get_or_insert_with(|| Box::new(Sealed::new(cover, pads_least, early, datagrams)))
                .answer_unasked(beat);
        }
        if !self.holed {
            self.asked_first.get_or_insert(side);
        }
        if heard.torn || self.torn.is_some() {
            if self.torn.is_none() {
                self.tear(heard.missing, heard.begun);
            }
            if let Some(torn) = &mut self.torn {
                torn.record(side, &beat, heard.pads_least, early, cover == Cover::Compressed);
            }
            return;
        }
        let mut answers = Vec::new();
        if let Some(asked) = pick_mut(&mut self.sealed, other)
            .as_mut()
            .filter(|asked| asked.waits())
        {
            if !asked.is_rather_answered(&beat) {
                return asked.answer(beat);
            }
            answers = asked.take_back();
        }
        let pads_least = *pick(&heard.pads_least, other);
        let asking = pick_mut(&mut self.sealed, side)
            .get_or_insert_with(|| Box::new(Sealed::new(cover, pads_least, early, datagrams)));
        asking.ask(beat);
        for answer in answers {
            asking.answer(answer);
        }
    }

    /// The beginning was not captured. A body too short for any protection is in the clear, and so are a request and an answer
    /// that name the same claim: of ciphertexts one in sixteen million pairs would.
    fn either(&mut self, side: Side, cover: Cover, raw: Raw, heard: Heard) {
        // Where nobody knows the suite it may be one that encrypts nothing.
        let slack = if cover == Cover::Unknown { LONGEST_MAC } else { 0 };
        if let Some(doubt) = self.doubt.take() {
            let (asker, first, request, then) = *doubt;
            let same = match (request.start, raw.start) {
                (Some([_, a, b]), Some([RESPONSE, c, d])) => (a, b) == (c, d),
                _ => false,
            };
            if asker == side.other() && same {
                self.in_clear(asker, request, slack);
                return self.in_clear(side, raw, slack);
            }
            if raw.length < LEAST_SEALED || is_honest(&raw) {
                self.in_clear(asker, request, slack);
            } else {
                self.encrypted(asker, first, request, then);
            }
        }
        let other = side.other();
        if raw.length < LEAST_SEALED
            || is_honest(&raw)
            || pick(&self.open, other).goes_on()
            || pick(&self.open, other).waits()
            || raw.start.is_some_and(|start| {
                matches!(start, [REQUEST, ..])
                    && pick(&self.open, side)
                        .spoken()
                        .is_some_and(|open| open.was_answered(start))
            })
        {
            return self.in_clear(side, raw, slack);
        }
        if raw.start.is_some_and(|[kind, ..]| kind == REQUEST) {
            self.doubt = Some(Box::new((side, cover, raw, heard)));
            return;
        }
        self.encrypted(side, cover, raw, heard);
    }

    fn settle_doubt(&mut self) {
        if let Some(doubt) = self.doubt.take() {
            let (side, cover, raw, heard) = *doubt;
            self.encrypted(side, cover, raw, heard);
        }
    }
}

/// Whether this reads as a heartbeat in good order, with as much padding as any stack sends: one ciphertext in thirty thousand does.
fn is_honest(raw: &Raw) -> bool {
    const MOST_PADDING: u64 = 255;
    let Some([REQUEST | RESPONSE, high, low]) = raw.start else {
        return false;
    };
    let least = u64::from(u16::from_be_bytes([high, low])) + LEAST_SEALED;
    (least..=least + MOST_PADDING).contains(&raw.length)
}

fn covered(cover: Cover, raw: Raw) -> sealed::Beat {
    let span: Span = cover.span(raw.length);
    sealed::Beat {
        span,
        length: raw.length,
        lost: raw.lost,
        cut: raw.cut,
        at: raw.at,
    }
}

#[cfg(test)]
mod tests;
