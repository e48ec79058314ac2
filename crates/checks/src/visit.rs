//! A visit to one service: hands out lines that stand where TLS begins, and notes what was heard.

mod budget;
mod inside;
mod questions;
mod waits;

use std::collections::BTreeSet;
use std::time::Duration;

use holter_handshake::resumption::Resumption;
use holter_model::seam::{Clock, Dice};
use holter_model::{Attempt, Endpoint, Fact, Method, Observation};
use holter_net::{Care, DialError, Dialer, Framing, Line};
use holter_protocols::marks::{Mark, recognise_words};
use holter_protocols::{Asking, Chosen, Opening, Start, in_clear};
use jiff::Timestamp;

use self::budget::Budget;
pub(crate) use self::budget::Later;
pub(crate) use self::questions::PHONE_OUT;
pub use self::questions::Questions;
use crate::survey::Rest;

/// An answer within this is no sign of trouble, however fast the ones before were.
const SLOW: Duration = Duration::from_secs(2);

/// How a service is approached.
#[derive(Debug)]
pub struct Approach {
    /// The protocol to speak.
    pub chosen: Chosen,
    /// Whether that is a guess, so that what the service says counts more.
    pub guessed: bool,
    /// Whether the user named this very endpoint: only then is a delicate system sent a heartbeat.
    pub named: bool,
    /// How carefully the host is touched.
    pub care: Care,
    /// A line that is open already: the one that found the port open.
    pub line: Option<Line>,
}

/// One service being asked.
pub struct Visit<'a> {
    /// Where it is.
    pub endpoint: Endpoint,
    /// The name for SNI and for protocols that want one.
    pub name: Option<&'a str>,
    /// What the user asked for.
    pub questions: &'a Questions,
    /// Randomness.
    pub dice: &'a dyn Dice,
    dialer: &'a Dialer,
    clock: &'a dyn Clock,
    chosen: Chosen,
    care: Care,
    /// A line that stands open, before any that is dialled.
    first: Option<Line>,
    /// The last one. It is ended before the next is dialled.
    last: Option<Line>,
    /// How long the lines so far stood open.
    open_for: Duration,
    /// Whether no other is worth opening.
    given_up: bool,
    /// The slowest answer on the first line: what is usual here.
    usual: Option<Duration>,
    /// The slowest answer on the lines of late: what is at work there now.
    lately: Duration,
    /// How often another protocol may still be tried when this one is not spoken. A peer that says something
    /// else each time must not lead on for ever.
    may_choose: u8,
    guessed: bool,
    /// Whether some check wants to know what TLS carries.
    looks_inside: bool,
    named: bool,
    /// What it may cost, once it is surveyed.
    budget: Option<Budget>,
    /// What is asked when all else was.
    later: Vec<Later>,
    /// What the survey has yet to ask.
    unsurveyed: Option<Box<Rest>>,
    in_session: bool,
    /// By what the session goes on that is begun when all else was asked.
    last_session: Option<Resumption>,
    /// The most delicate thing that it gave itself away as.
    mark: Option<&'static Mark>,
    notes: Notes,
}

/// What a visit brings home.
#[derive(Debug)]
pub struct Notes {
    /// The protocol that was spoken in the end.
    pub chosen: Chosen,
    /// What was heard.
    pub observations: Vec<Observation>,
    /// What was strange.
    pub oddities: BTreeSet<String>,
    /// What it gave itself away as.
    pub mark: Option<&'static Mark>,
    /// How far it came.
    pub attempt: Attempt,
    /// More about an attempt that broke off.
    pub trouble: Option<String>,
    /// Connections opened.
    pub connections: u32,
    /// Bytes sent.
    pub sent: u64,
    /// Bytes received.
    pub received: u64,
    /// What the host did that it should be left alone for: it stopped answering what it had answered before.
    pub suffers: Option<String>,
    /// How carefully it is to be touched from now on.
    pub care: Care,
    /// The last line, to be ended before anybody dials the host again.
    pub last: Option<Line>,
}

impl<'a> Visit<'a> {
    /// A visit that has not asked anything yet.
    pub fn new(
        endpoint: Endpoint,
        name: Option<&'a str>,
        approach: Approach,
        questions: &'a Questions,
        dialer: &'a Dialer,
        (clock, dice): (&'a dyn Clock, &'a dyn Dice),
    ) -> Self {
        let Approach {
            chosen,
            guessed,
            named,
            care,
            line,
        } = approach;
        let notes = Notes {
            chosen,
            observations: Vec::new(),
            oddities: BTreeSet::new(),
            mark: None,
            attempt: Attempt::Completed,
            trouble: None,
            connections: 0,
            sent: 0,
            received: 0,
            suffers: None,
            care,
            last: None,
        };
        Self {
            endpoint,
            name,
            questions,
            dice,
            dialer,
            clock,
            chosen,
            care,
            first: line,
            last: None,
            open_for: Duration::ZERO,
            given_up: false,
            usual: None,
            lately: Duration::ZERO,
            may_choose: if guessed { 2 } else { 0 },
            guessed,
            looks_inside: false,
            named,
            budget: None,
            later: Vec::new(),
            unsurveyed: None,
            in_session: false,
            last_session: None,
            mark: None,
            notes,
        }
    }

    /// Ends the visit.
    #[must_use]
    pub fn leave(mut self) -> Notes {
        self.notes.chosen = self.chosen;
        self.notes.care = self.care;
        self.notes.last = self.last;
        self.notes.mark = self.mark;
        self.notes
    }

    /// A new line at the point where TLS begins. `None` when there is none to be had; why is noted.
    pub async fn open(&mut self) -> Option<Line> {
        loop {
            if self.is_over() {
                let why = format!("it was given up after {:.0} s", self.open_for.as_secs_f64());
                self.broke(Attempt::TimedOut, Some(why));
                return None;
            }
            if !self.has_room() {
                return None;
            }
            let mut line = match self.dial().await {
                Ok(line) => line,
                Err(error) => {
                    self.not_open(&error);
                    return None;
                }
            };
            self.notes.connections += 1;
            let (Start::Upgrade, Some(open)) = (self.chosen.start, self.chosen.protocol.open) else {
                return Some(line);
            };
            // Who is known by address only is asked for by address, as XMPP clients do.
            let address = self.endpoint.address.to_string();
            let asking = Asking {
                name: Some(self.questions.sni.as_deref().or(self.name).unwrap_or(&address)),
            };
            let Err(opening) = open(&mut line, &asking).await else {
                return Some(line);
            };
            let words = line.pending().to_vec();
            self.done(line);
            self.recognised(recognise_words(&words));
            let another = match opening {
                Opening::Declined(_) | Opening::TurnedAway(_) | Opening::Misbehaved(_) => false,
                _ => self.choose_by(&words),
            };
            if another {
                continue;
            }
            self.broke(opening.attempt(), Some(opening.to_string()));
            return None;
        }
    }

    /// As [`Self::open`], once, with a framing that sees what is said on the way to TLS, and may add to it. A way that then
    /// does not come to its end says nothing of others. `None` when there was no line, or TLS begins at once.
    pub(crate) async fn open_through(&mut self, framing: Box<dyn Framing>) -> Option<Result<Line, Opening>> {
        let (Start::Upgrade, Some(open)) = (self.chosen.start, self.chosen.protocol.open) else {
            return None;
        };
        if !self.has_room() {
            return None;
        }
        let mut line = match self.dial().await {
            Ok(line) => line,
            Err(error) => {
                self.not_open(&error);
                return None;
            }
        };
        self.notes.connections += 1;
        line.frame(framing);
        let address = self.endpoint.address.to_string();
        let asking = Asking {
            name: Some(self.questions.sni.as_deref().or(self.name).unwrap_or(&address)),
        };
        Some(match open(&mut line, &asking).await {
            Ok(()) => Ok(line),
            Err(opening) => {
                self.provoked(line);
                Err(opening)
            }
        })
    }

    /// Counts a line's bytes and is done with it. A peer that answered and now resets, or answers ever more slowly, is
    /// touched more carefully from then on.
    pub fn done(&mut self, line: Line) {
        self.end(line, false);
    }

    /// As [`Self::done`], after a question that a peer in good order may well answer with a reset: that is no sign of
    /// trouble then.
    pub(crate) fn provoked(&mut self, line: Line) {
        self.end(line, true);
    }

    fn end(&mut self, line: Line, provoked: bool) {
        line.take_leave();
        let answered = self.notes.received > 0;
        self.notes.sent += line.sent();
        self.notes.received += line.received();
        self.open_for += line.age();
        let usual = *self.usual.get_or_insert(line.slowest());
        self.lately = line.slowest().max(self.lately * 3 / 4);
        let slower = line.slowest() > SLOW && line.slowest() > usual * 4;
        // Whole families of servers reset what they do not speak, so that alone is no sign of more than a little trouble.
        let reset = answered && line.was_reset() && !provoked && self.care == Care::ROBUST;
        if slower || reset {
            self.care = self.care.more();
        }
        self.last = Some(line);
    }

    /// Notes that the host stopped answering what it had answered before. It is left alone from then on.
    pub fn suffers(&mut self, why: &str) {
        self.notes.suffers.get_or_insert_with(|| why.to_owned());
    }

    /// Something that is not TLS came where TLS should begin. Whether another protocol was recognised in it
    /// and a new line is worth opening.
    pub fn not_tls(&mut self, words: &[u8]) -> bool {
        self.recognised(recognise_words(words));
        if self.choose_by(words) {
            return true;
        }
        self.broke(Attempt::NotSpoken, in_clear(words));
        false
    }

    /// Notes what the service gave itself away as. A less delicate mark beside one that is known says nothing new.
    pub fn recognised(&mut self, mark: Option<&'static Mark>) {
        let delicate = |mark: Option<&Mark>| mark.map(|mark| mark.fragility);
        if delicate(mark) <= delicate(self.mark) {
            return;
        }
        self.mark = mark;
        if let Some(mark) = mark {
            let mark = mark.id.to_owned();
            self.heard(Fact::Recognised { mark });
        }
    }

    /// Whether this is a delicate system that nobody named: it is left alone as soon as that is known.
    #[must_use]
    pub fn is_spared(&self) -> bool {
        !self.named && self.mark.is_some_and(Mark::is_delicate)
    }

    /// Whether the survey has been made. The first to ask makes it: `false` once.
    pub(crate) fn survey_begins(&mut self) -> bool {
        let begins = self.budget.is_none();
        self.budget.get_or_insert_default();
        begins
    }

    /// Keeps what the survey has yet to ask.
    pub(crate) fn survey_rests(&mut self, rest: Rest) {
        self.unsurveyed = Some(Box::new(rest));
    }

    /// What the survey has yet to ask.
    pub(crate) fn survey_goes_on(&mut self) -> Option<Rest> {
        self.unsurveyed.take().map(|rest| *rest)
    }

    /// Whether what the survey found can be built upon.
    pub(crate) const fn is_surveyed(&self) -> bool {
        self.budget.is_some()
    }

    /// Whether the sessions that checks share have been begun. The first to ask begins them: `true` once.
    pub(crate) const fn sessions_begin(&mut self) -> bool {
        !std::mem::replace(&mut self.in_session, true)
    }

    /// Keeps by what a last session is to go on, and a connection for it.
    pub(crate) fn keep_last_session(&mut self, ticket: Resumption) {
        self.last_session = Some(ticket);
    }

    /// By what the last session goes on; once.
    pub(crate) const fn last_session_begins(&mut self) -> Option<Resumption> {
        self.last_session.take()
    }

    /// Whether Holter cannot or will not ask on, which says nothing of the host.
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        self.is_over() || self.notes.attempt == Attempt::OurFault
    }

    /// The protocol that is spoken.
    pub(crate) const fn chosen(&self) -> Chosen {
        self.chosen
    }

    /// The time of day.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Notes a fact.
    pub fn heard(&mut self, fact: Fact) {
        let (at, subject) = (self.clock.now(), self.endpoint);
        self.notes.observations.push(Observation {
            at,
            method: Method::Active,
            subject,
            fact,
        });
    }

    /// Notes something strange.
    pub fn odd(&mut self, what: impl ToString) {
        // A hostile peer must not fill memory with strangeness.
        if self.notes.oddities.len() < 20 {
            self.notes.oddities.insert(what.to_string());
        }
    }

    /// Notes that asking broke off. The first reason stands.
    pub fn broke(&mut self, attempt: Attempt, why: Option<String>) {
        if self.notes.attempt == Attempt::Completed {
            self.notes.attempt = attempt;
            self.notes.trouble = why;
        }
    }

    /// How asking broke off; `None`: it did not.
    pub(crate) fn has_broken_off(&self) -> Option<Attempt> {
        Some(self.notes.attempt).filter(|attempt| *attempt != Attempt::Completed)
    }

    /// What was heard so far.
    #[must_use]
    pub fn observations(&self) -> &[Observation] {
        &self.notes.observations
    }

    /// The line that is open already, or a new one; none to a host that suffers.
    async fn dial(&mut self) -> Result<Line, DialError> {
        if let Some(last) = self.last.take() {
            last.end().await;
        }
        match self.first.take() {
            Some(line) => Ok(line),
            None if self.notes.suffers.is_some() => Err(DialError::Silent),
            None => self.dialer.dial(self.endpoint, self.care).await,
        }
    }

    /// How many connections were opened.
    pub(crate) const fn connections(&self) -> u32 {
        self.notes.connections
    }

    fn not_open(&mut self, error: &DialError) {
        if matches!(error, DialError::LeftAlone) {
            self.suffers("it stopped answering under another name");
        }
        let gone = matches!(
            error,
            DialError::Refused | DialError::Silent | DialError::NoRoute(_)
        );
        if gone && self.notes.connections > 0 {
            // It was there before: it crashed, or somebody on the way shut us out.
            self.suffers(match error {
                DialError::Refused => "it accepted connections, and then refused one",
                _ => "it accepted connections, and then answered none any more",
            });
            self.broke(Attempt::Closed, Some(error.to_string()));
        } else {
            self.broke(error.attempt(), Some(error.to_string()));
        }
    }

    /// Takes the protocol that these words lead to; `false` when there is none, or none may be taken.
    fn choose_by(&mut self, words: &[u8]) -> bool {
        let Some(another) = self.chosen.instead(words).filter(|_| self.may_choose > 0) else {
            return false;
        };
        self.may_choose -= 1;
        self.chosen = another;
        true
    }
}
