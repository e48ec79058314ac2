//! The listener that knows TLS: it hears flows and remembers what they show.

use std::time::Duration;

use holter_model::Transport;

use crate::Moment;
use crate::book::visit::Visit;
use crate::book::{Beyond, Book, Bounds, Pair};
use crate::clear::{Clear, Clinical};
use crate::heard::telling::{Rest, Teller};
use crate::heard::{Heard, Part};
use crate::listener::{Ending, Ends, Listener, Side};
use crate::subject::{InterfaceSeen, Subject};
use crate::tls::{Course, Datagrams, Stream, likely_ends};

/// Hears every flow of a capture, or of several, and says at the end what was heard.
#[derive(Debug)]
pub struct Listening {
    book: Book,
    teller: Teller,
    span: Option<(Moment, Moment)>,
}

/// What is remembered of one flow.
#[derive(Debug)]
pub struct Flow(State);

#[derive(Debug)]
enum State {
    Stream(Box<Stream>),
    Datagrams(Box<Datagrams>),
    Clear(Box<Clear>),
    Nothing,
}

impl Listening {
    /// Remembers as much as these bounds allow.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self {
            book: Book::new(bounds),
            teller: Teller::default(),
            span: None,
        }
    }

    /// Whether something was handed on to make room. Where it is not told soon, the next one finds none.
    #[must_use]
    pub const fn has_handed_on(&self) -> bool {
        !self.book.aside.is_empty()
    }

    /// What was handed on to make room, and is remembered no longer.
    pub fn handed_on(&mut self) -> impl Iterator<Item = Part> {
        let seconds = self.seconds();
        self.teller.handed_on(&mut self.book, seconds)
    }

    /// What is known by now of subjects of which more is known than when this was asked last. It will all be told again.
    pub fn news(&mut self) -> impl Iterator<Item = Subject> {
        let seconds = self.seconds();
        self.teller.news(&mut self.book, seconds, self.span)
    }

    /// Who talks to whom, of those that are still remembered, as far as it is known by now. It will all be told again.
    pub fn ways(&self) -> impl Iterator<Item = InterfaceSeen> {
        self.book.ways()
    }

    /// What the bounds kept from being remembered so far.
    #[must_use]
    pub const fn beyond(&self) -> Beyond {
        self.book.beyond
    }

    /// All that has not been told, one after the other.
    #[must_use]
    pub fn rest(self) -> Rest {
        let seconds = self.seconds();
        self.teller.rest(self.book, seconds, self.span)
    }

    /// The same, gathered.
    #[must_use]
    pub fn finish(self) -> Heard {
        let mut rest = self.rest();
        let mut heard = Heard::default();
        rest.by_ref().for_each(|part| heard.take(part));
        heard.totals = rest.totals();
        heard.beyond = rest.beyond();
        heard
    }

    fn seconds(&self) -> f64 {
        self.span.map_or(0.0, |(first, last)| {
            Duration::from_nanos(last.0.saturating_sub(first.0)).as_secs_f64()
        })
    }

    fn turn(&mut self, flow: &mut Flow, ends: &Ends, side: Side, at: Moment, bytes: &[u8], course: Course) {
        let state = match course {
            Course::Stays => return,
            Course::Nothing => State::Nothing,
            Course::Clear(tongue) => {
                let mut clear = Box::new(Clear::new(tongue, at));
                clear.hear(side, bytes);
                self.begin_clinical(&mut clear, ends, at);
                State::Clear(clear)
            }
        };
        let before = std::mem::replace(&mut flow.0, state);
        let ending = Ending {
            at,
            seen: [true; 2],
            heard: [0; 2],
            missing: [0; 2],
            closed: false,
            ended: [false; 2],
        };
        self.over(before, ends, ending);
    }

    fn over(&mut self, state: State, ends: &Ends, ending: Ending) {
        match state {
            State::Stream(stream) => stream.end(&mut self.book, ends, ending),
            State::Datagrams(datagrams) => datagrams.end(&mut self.book, ends, ending),
            State::Clear(mut clear) => self.end_clinical(&mut clear, ending),
            State::Nothing => {}
        }
    }

    /// Clinical messages pass in the clear: that is known at once, for such conversations can last for months.
    fn begin_clinical(&mut self, clear: &mut Clear, ends: &Ends, at: Moment) {
        let (client, server) = likely_ends(ends);
        let pair = Pair {
            client: client.ip(),
            server,
            transport: Transport::Tcp,
        };
        self.book.totals.clear_clinical += 1;
        self.book.passed(pair, clear.first, clear.tongue.id(), false);
        let id = self.book.server(server, Transport::Tcp, clear.first, true);
        let Some(known) = id.and_then(|id| self.book.at(id)) else {
            return;
        };
        known.begin(client.ip(), clear.first);
        known.protocol.get_or_insert(clear.tongue.id());
        let clinical = known.clinical.get_or_insert_with(|| {
            Box::new(Clinical {
                tongue: clear.tongue,
                messages: 0,
                sessions: 0,
                first: clear.first,
                last: at,
            })
        });
        clinical.messages += clear.take_messages();
        clinical.sessions += 1;
        clinical.first = clinical.first.min(clear.first);
        clinical.last = clinical.last.max(at);
        clear.visit = Visit::at(id);
    }

    fn end_clinical(&mut self, clear: &mut Clear, ending: Ending) {
        clear.visit.closed(&mut self.book, true);
        let Some(known) = clear.visit.server(&mut self.book) else {
            return;
        };
        known.close(&ending, false);
        if let Some(clinical) = &mut known.clinical {
            clinical.messages += clear.take_messages();
            clinical.last = clinical.last.max(ending.at);
        }
    }
}

impl Listener for Listening {
    type Flow = Flow;

    fn begin(&mut self, ends: &Ends, at: Moment) -> Flow {
        self.book.totals.flows += 1;
        let (first, last) = self.span.get_or_insert((at, at));
        *first = (*first).min(at);
        *last = (*last).max(at);
        Flow(match ends.transport {
            Transport::Tcp => State::Stream(Box::new(Stream::new())),
            Transport::Udp => State::Datagrams(Box::new(Datagrams::new())),
        })
    }

    fn begun_late(&mut self, flow: &mut Flow, _: &Ends) {
        if let State::Stream(stream) = &mut flow.0 {
            stream.begun_late(&mut self.book);
        }
    }

    fn burden(&self, flow: &Flow) -> usize {
        match &flow.0 {
            State::Stream(stream) => stream.burden(),
            State::Datagrams(datagrams) => datagrams.burden(),
            State::Clear(_) | State::Nothing => 0,
        }
    }

    fn closed(&mut self, flow: &mut Flow, _: &Ends, over: bool) {
        match &mut flow.0 {
            State::Stream(stream) => stream.closed(&mut self.book, over),
            State::Clear(clear) => clear.visit.closed(&mut self.book, over),
            State::Datagrams(_) | State::Nothing => {}
        }
    }

    fn hear(&mut self, flow: &mut Flow, ends: &Ends, side: Side, at: Moment, bytes: &[u8]) {
        let course = match &mut flow.0 {
            State::Stream(stream) => stream.hear(&mut self.book, ends, side, at, bytes),
            State::Datagrams(datagrams) => datagrams.hear(&mut self.book, ends, side, at, bytes),
            State::Clear(clear) => return clear.hear(side, bytes),
            State::Nothing => return,
        };
        self.turn(flow, ends, side, at, bytes, course);
    }

    fn miss(&mut self, flow: &mut Flow, ends: &Ends, side: Side, at: Moment, bytes: u64) {
        match &mut flow.0 {
            State::Stream(stream) => stream.miss(&mut self.book, ends, side, at, bytes),
            State::Clear(clear) => clear.miss(side, bytes),
            State::Datagrams(_) | State::Nothing => {}
        }
    }

    fn end(&mut self, flow: Flow, ends: &Ends, ending: Ending) {
        if let Some((_, last)) = &mut self.span {
            *last = (*last).max(ending.at);
        }
        self.over(flow.0, ends, ending);
    }
}
