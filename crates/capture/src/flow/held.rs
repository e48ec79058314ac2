//! Segments that came before what they follow on: they wait, bounded, one flow's and all flows' together.

use std::collections::{BTreeMap, VecDeque};

use crate::listener::{Moment, Side};

/// What a waiting segment costs beside its bytes.
const COST: usize = 96;

/// One that waits.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) at: Moment,
    /// What was captured.
    pub(crate) bytes: Box<[u8]>,
    /// How long it was.
    pub(crate) full: u32,
    /// Up to where its sender had received the other side.
    pub(crate) ack: Option<u32>,
}

/// What waits on one side of one flow, by its place in the stream.
#[derive(Debug)]
struct Queue {
    segments: BTreeMap<u64, Segment>,
    // The sequence number and the place that the stream has reached.
    next: u32,
    place: u64,
    cost: usize,
    owner: Owner,
    number: u64,
}

/// Whose segments wait: the flow's place in the table and its side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) flow: u32,
    pub(crate) side: Side,
}

/// Which queue; none is most streams' state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket(u32);

impl Ticket {
    pub(crate) const NONE: Self = Self(u32::MAX);

    #[inline]
    pub(crate) fn is_none(self) -> bool {
        self == Self::NONE
    }
}

/// All that waits.
#[derive(Debug, Default)]
pub(crate) struct Held {
    queues: Vec<Option<Queue>>,
    free: Vec<u32>,
    // The longest waiting first; its number tells a queue from a later one in the same place.
    order: VecDeque<(u32, u64)>,
    number: u64,
    cost: usize,
}

impl Held {
    /// Whether more waits than may.
    pub(crate) fn is_over(&self, limit: usize) -> bool {
        self.cost > limit
    }

    /// Who has waited longest.
    pub(crate) fn oldest(&mut self) -> Option<Owner> {
        while let Some(&(index, number)) = self.order.front() {
            if let Some(queue) = self.at(Ticket(index)).filter(|queue| queue.number == number) {
                return Some(queue.owner);
            }
            self.order.pop_front();
        }
        None
    }

    /// What waits there, in bytes and their cost.
    pub(crate) fn cost(&self, ticket: Ticket) -> usize {
        self.at(ticket).map_or(0, |queue| queue.cost)
    }

    /// How far away the first one that waits is, from the sequence number that the stream has reached.
    pub(crate) fn distance(&mut self, ticket: Ticket, next: u32) -> Option<u64> {
        let queue = self.at_mut(ticket)?;
        queue.move_to(next);
        let (&first, _) = queue.segments.first_key_value()?;
        Some(first.saturating_sub(queue.place))
    }

    /// What the first one that waits had received of the other side.
    pub(crate) fn first_ack(&self, ticket: Ticket) -> Option<u32> {
        let (_, segment) = self.at(ticket)?.segments.first_key_value()?;
        segment.ack
    }

    /// A segment waits: `ahead` bytes beyond what the stream has reached. True when it contradicts one that waits already; the first
    /// one is believed.
    pub(crate) fn put(
        &mut self,
        ticket: &mut Ticket,
        owner: Owner,
        next: u32,
        ahead: u32,
        segment: &Segment,
    ) -> bool {
        if ticket.is_none() {
            *ticket = self.open(owner, next);
        }
        let Some(queue) = self.at_mut(*ticket) else {
            return false;
        };
        queue.move_to(next);
        let before = queue.cost;
        let contradicts = queue.insert(queue.place + u64::from(ahead), segment);
        let added = queue.cost - before;
        self.cost += added;
        contradicts
    }

    /// The first one that waits, with its distance; the queue is closed with its last.
    pub(crate) fn pop(&mut self, ticket: &mut Ticket, next: u32) -> Option<(i64, Segment)> {
        let queue = self.at_mut(*ticket)?;
        queue.move_to(next);
        let popped = queue.segments.pop_first();
        let place = queue.place;
        let empty = queue.segments.is_empty();
        if let Some((_, segment)) = &popped {
            let cost = segment.bytes.len() + COST;
            queue.cost = queue.cost.saturating_sub(cost);
            self.cost = self.cost.saturating_sub(cost);
        }
        if empty {
            self.close(ticket);
        }
        let (first, segment) = popped?;
        Some((first.cast_signed().wrapping_sub(place.cast_signed()), segment))
    }

    fn open(&mut self, owner: Owner, next: u32) -> Ticket {
        self.number += 1;
        let queue = Queue {
            segments: BTreeMap::new(),
            next,
            place: 0,
            cost: 0,
            owner,
            number: self.number,
        };
        let index = self.free.pop().unwrap_or_else(|| {
            self.queues.push(None);
            u32::try_from(self.queues.len() - 1).unwrap_or(u32::MAX)
        });
        if let Some(slot) = self.queues.get_mut(index as usize) {
            *slot = Some(queue);
        }
        // What is closed is only struck out here once it comes to the front, or when there is too much of it.
        if self.order.len() > 1024 + 4 * self.queues.len() {
            let queues = &self.queues;
            self.order.retain(|&(index, number)| {
                matches!(queues.get(index as usize), Some(Some(queue)) if queue.number == number)
            });
        }
        self.order.push_back((index, self.number));
        Ticket(index)
    }

    fn close(&mut self, ticket: &mut Ticket) {
        if let Some(slot) = self.queues.get_mut(ticket.0 as usize) {
            *slot = None;
            self.free.push(ticket.0);
        }
        *ticket = Ticket::NONE;
    }

    fn at(&self, ticket: Ticket) -> Option<&Queue> {
        self.queues.get(ticket.0 as usize)?.as_ref()
    }

    fn at_mut(&mut self, ticket: Ticket) -> Option<&mut Queue> {
        self.queues.get_mut(ticket.0 as usize)?.as_mut()
    }
}

impl Queue {
    fn move_to(&mut self, next: u32) {
        self.place += u64::from(next.wrapping_sub(self.next));
        self.next = next;
    }

    fn insert(&mut self, from: u64, segment: &Segment) -> bool {
        let to = from + u64::from(segment.full);
        let mut contradicts = false;
        let mut at = from;
        // The gaps between what is there already take the parts of the new one.
        while at < to {
            let before = self.segments.range(..=at).next_back();
            if let Some((&start, old)) = before
                && start + u64::from(old.full) > at
            {
                let end = (start + u64::from(old.full)).min(to);
                contradicts |= part(&old.bytes, start, at, end) != part(&segment.bytes, from, at, end)
                    && part(&old.bytes, start, at, end).len() == part(&segment.bytes, from, at, end).len();
                at = end;
                continue;
            }
            let end = self.segments.range(at..to).next().map_or(to, |(&start, _)| start);
            let bytes: Box<[u8]> = part(&segment.bytes, from, at, end).into();
            self.cost += bytes.len() + COST;
            self.segments.insert(
                at,
                Segment {
                    at: segment.at,
                    bytes,
                    full: u32::try_from(end - at).unwrap_or(u32::MAX),
                    ack: segment.ack,
                },
            );
            at = end;
        }
        contradicts
    }
}

/// Those bytes of a segment that lie between two places, as far as they were captured.
fn part(bytes: &[u8], start: u64, from: u64, to: u64) -> &[u8] {
    let place = |at: u64| usize::try_from(at - start).unwrap_or(usize::MAX).min(bytes.len());
    bytes.get(place(from)..place(to)).unwrap_or_default()
}
