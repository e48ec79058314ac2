//! Puts IP packets together that were sent in pieces.

use std::collections::{BTreeMap, VecDeque};

use crate::ip::{Address, Datagram, Fragment};
use crate::listener::Moment;

/// A packet cannot be longer.
const LONGEST: usize = 65_535;

/// Half a minute is what a receiver waits, at most two (RFC 791, RFC 8200).
const PATIENCE: u64 = 60_000_000_000;

/// What one fragment costs beside its bytes.
const COST: usize = 96;

/// Pieces of one packet, at most: a cable's 65,535 bytes in pieces of 8 are more than anyone honest sends.
const PIECES: usize = 512;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    from: Address,
    to: Address,
    protocol: u8,
    id: u32,
}

#[derive(Debug)]
struct Parts {
    since: Moment,
    number: u64,
    pieces: BTreeMap<usize, Box<[u8]>>,
    cost: usize,
    // Where the last fragment ends, once that is known.
    end: Option<usize>,
}

/// What became of a fragment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Others are still to come.
    Waits,
    /// The whole payload.
    Whole(Vec<u8>),
}

/// Fragments that wait for the others of their packet.
#[derive(Debug, Default)]
pub(crate) struct Fragments {
    waiting: BTreeMap<Key, Parts>,
    // The oldest first; a number tells a packet from a later one with the same id.
    order: VecDeque<(Key, u64)>,
    number: u64,
    cost: usize,
    /// Packets that never became whole.
    pub(crate) lost: u64,
    /// Fragments that overlapped.
    pub(crate) overlaps: u64,
}

impl Fragments {
    /// Takes a fragment; `limit` is how many bytes may wait.
    pub(crate) fn take(
        &mut self,
        at: Moment,
        datagram: &Datagram<'_>,
        fragment: Fragment,
        limit: usize,
    ) -> Outcome {
        self.expire(at, limit);
        let whole = fragment.offset + datagram.full <= LONGEST;
        // A piece of which the snap length cut something leaves a hole that nothing fills.
        if !whole || datagram.payload.len() < datagram.full || datagram.full == 0 {
            self.lost += u64::from(fragment.offset == 0 || !whole);
            return Outcome::Waits;
        }
        let key = Key {
            from: datagram.from,
            to: datagram.to,
            protocol: if datagram.from.0 >> 32 == 0xffff {
                datagram.protocol
            } else {
                0
            },
            id: fragment.id,
        };
        let (number, order) = (&mut self.number, &mut self.order);
        let parts = self.waiting.entry(key).or_insert_with(|| {
            *number += 1;
            order.push_back((key, *number));
            Parts {
                since: at,
                number: *number,
                pieces: BTreeMap::new(),
                cost: 0,
                end: None,
            }
        });
        let (added, overlapped) = parts.add(fragment, datagram.payload);
        self.cost += added;
        self.overlaps += u64::from(overlapped);
        if parts.is_whole() {
            let bytes = parts.join();
            self.forget(&key);
            return Outcome::Whole(bytes);
        }
        Outcome::Waits
    }

    /// What waits at the end is lost.
    pub(crate) fn finish(&mut self) {
        self.lost += self.waiting.len() as u64;
        *self = Self {
            lost: self.lost,
            overlaps: self.overlaps,
            ..Self::default()
        };
    }

    fn expire(&mut self, now: Moment, limit: usize) {
        while let Some(&(key, number)) = self.order.front() {
            let parts = self.waiting.get(&key).filter(|parts| parts.number == number);
            match parts {
                Some(parts) if self.cost <= limit && now.0.saturating_sub(parts.since.0) < PATIENCE => return,
                Some(_) => {
                    self.lost += 1;
                    self.forget(&key);
                }
                None => {}
            }
            self.order.pop_front();
        }
    }

    fn forget(&mut self, key: &Key) {
        if let Some(parts) = self.waiting.remove(key) {
            self.cost = self.cost.saturating_sub(parts.cost);
        }
    }
}

impl Parts {
    /// What it costs more now, and whether something was there already. The first one to say a byte is believed.
    fn add(&mut self, fragment: Fragment, payload: &[u8]) -> (usize, bool) {
        if self.pieces.len() >= PIECES {
            return (0, false);
        }
        let (mut from, mut bytes) = (fragment.offset, payload);
        let to = from + bytes.len();
        if !fragment.more && self.end.is_none() {
            self.end = Some(to);
        }
        let mut overlapped = false;
        if let Some((&start, before)) = self.pieces.range(..=from).next_back() {
            let end = start + before.len();
            if end > from {
                overlapped = true;
                let cut = (end - from).min(bytes.len());
                bytes = bytes.get(cut..).unwrap_or_default();
                from += cut;
            }
        }
        if let Some((&start, _)) = self.pieces.range(from..).next()
            && start < to
        {
            overlapped = true;
            bytes = bytes.get(..start.saturating_sub(from)).unwrap_or_default();
        }
        if bytes.is_empty() {
            return (0, overlapped);
        }
        self.pieces.insert(from, bytes.into());
        let added = bytes.len() + COST;
        self.cost += added;
        (added, overlapped)
    }

    fn is_whole(&self) -> bool {
        let Some(end) = self.end else {
            return false;
        };
        let mut reached = 0;
        for (&start, bytes) in &self.pieces {
            if start > reached {
                return false;
            }
            reached = start + bytes.len();
        }
        reached >= end
    }

    fn join(&self) -> Vec<u8> {
        let mut all = Vec::with_capacity(self.end.unwrap_or_default());
        for bytes in self.pieces.values() {
            all.extend_from_slice(bytes);
        }
        all.truncate(self.end.unwrap_or_default());
        all
    }
}
