//! How flows find room and make it: each class has its own, for flows and for what the listener holds for them, and the one that has
//! been quiet longest goes first.

use super::Hearing;
use crate::flow::table::{Class, FRESH, NONE};
use crate::listener::{Listener, Moment};

/// How long after its end something of a flow may still be under way.
const GRACE: u64 = 5_000_000_000;

/// Flows that are over and not forgotten, at most.
const CLOSING: usize = 4096;

/// Flows that one packet may end for what the listener holds for them: more than one, or a new flow with each packet would keep what is
/// held above its bound; and few, or who comes with much could push out at once all that come with little.
const RELIEF: u8 = 2;

impl<L: Listener> Hearing<L> {
    /// Puts a flow where it belongs by now, and makes room there.
    #[inline]
    pub(super) fn place(&mut self, index: u32) {
        let Some(entry) = self.table.get_mut(index) else {
            return;
        };
        let silent = entry.who.voice == NONE;
        let class = match (entry.is_over(), silent, entry.seen) {
            // Closed before anything was said: a port that is not open.
            (true, true, _) => return self.end(index),
            (true, false, _) => Class::Closing,
            (false, true, _) => Class::Silent,
            (false, false, [true, true]) if entry.who.key.is_datagrams() => Class::Datagrams,
            (false, false, [true, true]) => Class::TwoSided,
            (false, false, _) => Class::OneSided,
        };
        let number = self.coverage.packets;
        let weighs = entry.who.burden != entry.weighed;
        if class != entry.class || number - entry.listed > FRESH || weighs {
            self.table.list(index, class, number);
        }
        let room = match class {
            Class::Silent => self.limits.silent,
            Class::OneSided => self.limits.one_sided,
            Class::TwoSided => self.limits.two_sided,
            Class::Datagrams => self.limits.datagrams,
            Class::Closing => CLOSING,
        };
        while self.table.len(class) > room.max(1) {
            self.forget(self.table.quietest(class), class);
        }
        for _ in 0..RELIEF {
            if self.table.burden(class) <= self.limits.burden {
                break;
            }
            self.forget(self.table.quietest_burdened(class), class);
        }
    }

    /// What the listener holds for a flow has changed, though no packet of it came.
    pub(super) fn weigh(&mut self, index: u32) {
        if let Some(entry) = self.table.get_mut(index)
            && entry.who.burden != entry.weighed
        {
            let class = entry.class;
            self.table.list(index, class, self.coverage.packets);
        }
    }

    #[cold]
    fn forget(&mut self, quietest: Option<u32>, class: Class) {
        if let Some(quietest) = quietest {
            self.coverage.forgotten += u64::from(class != Class::Closing && class != Class::Silent);
            self.end(quietest);
        }
    }

    /// Ends what has been over for a while, without waiting for more packets to do so; where none come any more, all that is over.
    pub fn settle(&mut self, idle: bool) {
        self.sweep();
        while idle && let Some(index) = self.table.quietest(Class::Closing) {
            self.end(index);
        }
    }

    /// Forgets what has been over for a while.
    pub(super) fn sweep(&mut self) {
        let now = self.coverage.last.unwrap_or_default();
        let before = Moment(now.0.saturating_sub(GRACE));
        while let Some(index) = self.table.overdue(Class::Closing, before) {
            self.end(index);
        }
    }
}
