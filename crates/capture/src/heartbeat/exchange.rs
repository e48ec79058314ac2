//! One heartbeat that was asked for in the clear, one that was answered, and what each says by itself.

use holter_wire::heartbeat::LEAST_PADDING;

use crate::Moment;

/// Bytes before the payload.
pub(super) const HEADER: u64 = 3;

/// The least that a heartbeat takes beside its payload.
pub(super) const AROUND: u64 = HEADER + LEAST_PADDING as u64;

/// A request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) length: u64,
    pub(super) slack: u64,
    pub(super) claimed: u64,
    /// The asker has gone on speaking.
    pub(super) spoken: bool,
    /// And the other side after that.
    pub(super) passed: bool,
}

/// An answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given {
    pub(super) claimed: u64,
    pub(super) sent: u64,
    pub(super) seen: u64,
    pub(super) slack: u64,
    pub(super) first: u64,
    /// No more of it will come, and all that came is in the capture.
    pub(super) over: bool,
    /// So many requests had come before it.
    pub(super) after: usize,
    pub(super) at: Moment,
}

impl Asked {
    /// What RFC 6520 section 4 forbids, and what the remedy of OpenSSL 1.0.1g drops.
    pub(super) const fn is_forbidden(&self) -> bool {
        self.length < AROUND || self.claimed + AROUND > self.length
    }

    /// Bytes that it brought behind its header, at most.
    pub(super) const fn brought(&self) -> u64 {
        self.length.saturating_sub(HEADER)
    }

    /// What it asks for beyond what it brought, at most.
    pub(super) const fn greed(&self) -> u64 {
        self.claimed
            .saturating_sub(self.brought().saturating_sub(self.slack))
    }

    /// Whether an answer with this claim may be its: one that is too short to hold its claim is answered by what lies behind it in
    /// memory, and can have claimed anything.
    pub(super) const fn claims(&self, claimed: u64) -> bool {
        self.claimed == claimed || self.length < HEADER
    }
}

impl Given {
    /// Bytes of payload that are in the capture.
    pub(super) fn there(&self) -> u64 {
        let slack = if self.is_bare() { 0 } else { self.slack };
        self.claimed.min(self.seen.saturating_sub(HEADER + slack))
    }

    /// Bytes that went out and were not brought, as far as they are in the capture.
    pub(super) fn least(&self, brought: u64) -> u64 {
        self.there().saturating_sub(brought)
    }

    /// Whether all of it came, and nothing around it: nor was anything around its request then.
    pub(super) const fn is_bare(&self) -> bool {
        self.sent == self.claimed + AROUND
    }

    /// Bytes of payload that went out, at most.
    pub(super) fn carried(&self) -> u64 {
        if self.over {
            self.claimed.min(self.seen.saturating_sub(HEADER))
        } else {
            self.claimed
        }
    }

    pub(super) fn most(&self, asked: &Asked) -> u64 {
        let slack = if self.is_bare() { 0 } else { asked.slack };
        let carried = if asked.length < HEADER || self.over {
            self.carried()
        } else {
            asked.claimed
        };
        carried.saturating_sub(asked.brought().saturating_sub(slack))
    }
}
