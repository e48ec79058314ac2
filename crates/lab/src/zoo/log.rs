//! What a running peer remembers: who came, what they sent, and whether it must end.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// A peer keeps this many bytes of what its clients sent, over all of them together.
const KEPT: usize = 4 << 20;

/// Shared by the guard and every thread of one running peer.
#[derive(Debug, Default)]
pub(crate) struct Log {
    ended: AtomicBool,
    hung: AtomicBool,
    contacts: AtomicUsize,
    open: AtomicUsize,
    peak: AtomicUsize,
    kept: AtomicUsize,
    received: Mutex<Vec<Vec<u8>>>,
}

impl Log {
    /// Whether the guard has dropped.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }

    /// Asks every thread to end.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::SeqCst);
    }

    /// Whether the device that this peer plays has locked up.
    pub(crate) fn is_hung(&self) -> bool {
        self.hung.load(Ordering::SeqCst)
    }

    /// Locks the device up, for every connection, for ever.
    pub(crate) fn hang(&self) {
        self.hung.store(true, Ordering::SeqCst);
    }

    /// Notes a new client and gives its number.
    pub(crate) fn arrive(&self) -> usize {
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        received.push(Vec::new());
        let open = self.open.fetch_add(1, Ordering::SeqCst) + 1;
        self.peak.fetch_max(open, Ordering::SeqCst);
        self.contacts.fetch_add(1, Ordering::SeqCst);
        received.len() - 1
    }

    /// Notes that a client's conversation is over.
    pub(crate) fn leave(&self) {
        self.open.fetch_sub(1, Ordering::SeqCst);
    }

    /// Notes what a client sent, up to the bound.
    pub(crate) fn hear(&self, client: usize, bytes: &[u8]) {
        let room = KEPT.saturating_sub(self.kept.load(Ordering::SeqCst));
        let bytes = bytes.get(..room).unwrap_or(bytes);
        self.kept.fetch_add(bytes.len(), Ordering::SeqCst);
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = received.get_mut(client) {
            own.extend_from_slice(bytes);
        }
    }

    /// How many clients came.
    pub(crate) fn contacts(&self) -> usize {
        self.contacts.load(Ordering::SeqCst)
    }

    /// How many conversations are not over.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    /// How many conversations there were at once, at most.
    pub(crate) fn peak(&self) -> usize {
        self.peak.load(Ordering::SeqCst)
    }

    /// What each client sent, in the order in which they came.
    pub(crate) fn conversations(&self) -> Vec<Vec<u8>> {
        self.received
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
