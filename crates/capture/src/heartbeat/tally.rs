//! What came of heartbeats, summed up: of one connection, of a service, of all that one peer did.

use super::Ladder;
use crate::Moment;

/// Requests, answers and the bytes between them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// The gravest step reached.
    pub(crate) ladder: Ladder,
    /// Records of type 24, whatever they were.
    pub(crate) heartbeats: u64,
    /// Requests that were forbidden or may have been.
    pub(crate) attempts: u64,
    /// Answers to those.
    pub(crate) answers: u64,
    /// At least so many bytes went out that no request had brought.
    pub(crate) least: u64,
    /// And at most so many.
    pub(crate) most: u64,
    /// Compression hides how many.
    pub(crate) unbounded: bool,
    /// A forbidden request was passed over, and the connection went on.
    pub(crate) ignored: bool,
    /// Requests that asked for no byte that they had not brought: only their padding was short.
    pub(crate) harmless: u64,
    /// The most bytes that one request asked for beyond what it brought; 0 where that is encrypted.
    pub(crate) greed: u64,
    /// The forbidden requests that the greed is known of.
    pub(crate) clear_attempts: u64,
    /// A datagram server cannot answer so much, and aborts: so many requests asked for it.
    pub(crate) crashes: u64,
    /// When bytes first went out.
    pub(crate) first_leak: Option<Moment>,
    /// When they last did.
    pub(crate) last_leak: Option<Moment>,
}

impl Tally {
    /// Adds another.
    pub(crate) fn add(&mut self, other: &Self) {
        self.ladder = self.ladder.max(other.ladder);
        for (to, from) in [
            (&mut self.heartbeats, other.heartbeats),
            (&mut self.attempts, other.attempts),
            (&mut self.answers, other.answers),
            (&mut self.least, other.least),
            (&mut self.most, other.most),
            (&mut self.harmless, other.harmless),
            (&mut self.clear_attempts, other.clear_attempts),
            (&mut self.crashes, other.crashes),
        ] {
            *to = to.saturating_add(from);
        }
        self.unbounded |= other.unbounded;
        self.ignored |= other.ignored;
        self.greed = self.greed.max(other.greed);
        self.first_leak = earlier(self.first_leak, other.first_leak);
        self.last_leak = self.last_leak.max(other.last_leak);
    }

    /// Notes a leak of so many bytes at some moment.
    pub(crate) fn leak(&mut self, at: Moment, least: u64, most: u64) {
        self.least = self.least.saturating_add(least);
        self.most = self.most.saturating_add(most.max(least));
        if least > 0 {
            self.first_leak = earlier(self.first_leak, Some(at));
            self.last_leak = self.last_leak.max(Some(at));
        }
    }
}

/// The earlier of two moments that may not be there.
fn earlier(a: Option<Moment>, b: Option<Moment>) -> Option<Moment> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
