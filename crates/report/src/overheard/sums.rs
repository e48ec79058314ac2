//! The sums of what was heard, and with which code listening ends.

use std::collections::BTreeSet;
use std::net::IpAddr;

use holter_capture::flaws::severity;
use holter_capture::subject::{Said, Subject};
use holter_capture::{Captured, Ladder, Part, SessionLog};
use holter_model::{Basis, Severity, Verdict};
use jiff::Timestamp;
use serde::Serialize;

/// How grave something affected must be to end listening with code 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heed(pub Severity);

impl Default for Heed {
    fn default() -> Self {
        Self(Severity::Low)
    }
}

/// The sums.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sums {
    /// Files and interfaces that were listened to.
    pub sources: u64,
    /// Those that were named and could not be.
    pub unread: u64,
    /// Those that broke off or are damaged.
    pub damaged: u64,
    /// Packets, and lines of logs.
    pub packets: u64,
    /// Bytes of what was read.
    pub bytes: u64,
    /// The earliest packet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Timestamp>,
    /// The latest one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Timestamp>,
    /// Services and clients judged.
    pub subjects: u64,
    /// Such as are affected by something.
    pub affected: u64,
    /// Such as are not, and somebody tried or may have tried something on them.
    pub suspicious: u64,
    /// Such as gave away memory.
    pub leaked_from: u64,
    /// Such as answered what only an affected one answers, with no byte given away as far as is shown.
    pub answered: u64,
    /// Forbidden heartbeats, or such as may be.
    pub attempts: u64,
    /// Answers to them.
    pub answers: u64,
    /// Bytes that went out that nobody had brought, at least.
    pub leaked_min: u64,
    /// And at most.
    pub leaked_max: u64,
    /// Addresses that got them.
    pub takers: u64,
    /// Services that speak clinical protocols without encryption.
    pub clear_clinical: u64,
    /// Clients seen.
    pub clients: u64,
    /// Pairs of who talks to whom.
    pub interfaces: u64,
    /// Sessions in logs that were taken over.
    pub sessions_taken_over: u64,
    /// Captures of which something could not be heard.
    pub incomplete: u64,
    /// Whether it was stopped before its end.
    pub interrupted: bool,
    /// The code that listening ends with.
    pub exit: u8,
    #[serde(skip)]
    failing: bool,
    #[serde(skip)]
    addresses: BTreeSet<IpAddr>,
}

/// As many addresses are told apart; more are counted as that many.
const ADDRESSES: usize = 65_536;

impl Sums {
    /// One part more.
    pub(super) fn part(&mut self, part: &Part, heed: Heed) {
        match part {
            Part::Subject(subject) => self.subject(subject, heed),
            Part::Client(_) => self.clients += 1,
            Part::Interface(_) => self.interfaces += 1,
        }
    }

    /// A capture, whose parts have come.
    pub(super) fn add(&mut self, captured: &Captured) {
        for source in &captured.sources {
            self.sources += 1;
            self.damaged += u64::from(source.trouble.is_some());
            self.packets += source.packets;
            self.bytes += source.bytes;
            self.first = [self.first, source.first].into_iter().flatten().min();
            self.last = [self.last, source.last].into_iter().flatten().max();
        }
        self.incomplete += u64::from(!captured.is_whole());
        self.settle();
    }

    fn subject(&mut self, subject: &Subject, heed: Heed) {
        self.subjects += 1;
        let affected = || subject.verdicts.iter().filter(|said| counts(said));
        self.affected += u64::from(affected().next().is_some());
        self.failing |= affected().any(|said| severity(&said.flaw) >= heed.0);
        let open = subject.verdicts.iter().any(is_open);
        self.suspicious += u64::from(open && affected().next().is_none());
        for said in &subject.verdicts {
            self.clear_clinical += u64::from(said.check == "clear-clinical");
            // Another tool's word may be of what a capture shows, too.
            if let Some(weight) = said.weight.filter(|_| said.basis != Basis::Statement) {
                self.leaked_from += u64::from(weight.ladder.is_leak());
                self.answered += u64::from(weight.ladder == Ladder::AnsweredNoLeak);
                self.attempts += weight.attempts;
                self.answers += weight.answers;
                if weight.ladder.is_leak() {
                    self.leaked_min += weight.leaked_min;
                    self.leaked_max += weight.leaked_max;
                }
            }
            for asker in said.by.iter().filter(|asker| asker.leaked_min > 0) {
                if self.addresses.len() < ADDRESSES {
                    self.addresses.insert(asker.address);
                }
            }
        }
        self.takers = count(self.addresses.len());
    }

    pub(super) fn add_sessions(&mut self, log: &SessionLog, heed: Heed) {
        self.sources += 1;
        self.packets += log.uses;
        let taken = log
            .flips
            .iter()
            .filter(|flips| flips.verdict == Verdict::Affected);
        let taken = count(taken.count());
        self.sessions_taken_over += taken;
        self.failing |= taken > 0 && severity("SESSION-TAKEOVER") >= heed.0;
        self.suspicious += count(log.flips.len()) - taken;
        self.incomplete += u64::from(log.cut || log.unused > 0);
        self.settle();
    }

    /// With which code it ends: 1 where something is affected; else 3 where somebody tried or may have tried something, or not
    /// all could be heard; else 0, which speaks of what was captured and of nothing else.
    pub(super) fn settle(&mut self) {
        let open = self.suspicious > 0
            || self.unread > 0
            || self.incomplete > 0
            || self.interrupted
            || self.sources == 0;
        self.exit = match (self.failing, open) {
            (true, _) => 1,
            (false, true) => 3,
            (false, false) => 0,
        };
    }
}

/// Whether it makes something affected. What is only worth knowing does not.
pub(super) fn counts(said: &Said) -> bool {
    said.verdict == Verdict::Affected && severity(&said.flaw) > Severity::Info
}

/// Whether somebody tried or may have tried something, and what came of it is not known.
pub(super) fn is_open(said: &Said) -> bool {
    said.verdict == Verdict::Inconclusive
        && said
            .weight
            .is_none_or(|weight| weight.ladder >= Ladder::Suspicious)
}

pub(super) fn count(of: usize) -> u64 {
    u64::try_from(of).unwrap_or(u64::MAX)
}
