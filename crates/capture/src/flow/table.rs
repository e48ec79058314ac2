//! The flows that are remembered: bounded by class, and the one that has been quiet longest goes first.

use hashbrown::HashTable;

use super::key::{Key, KeyHasher};
use super::stream::Stream;
use crate::listener::Moment;

/// What a flow is, as far as room goes: each class has its own, so that a flood of one kind pushes out no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Nobody has said anything yet.
    Silent,
    /// One side has been heard.
    OneSided,
    /// Both have.
    TwoSided,
    /// Both have, by datagrams.
    Datagrams,
    /// It is over; what is still under way is waited for.
    Closing,
}

impl Class {
    pub(crate) const ALL: [Self; 5] = [
        Self::Silent,
        Self::OneSided,
        Self::TwoSided,
        Self::Datagrams,
        Self::Closing,
    ];
}

/// A flow goes to the end of its list only once so many packets have come since it last did: otherwise every packet would touch
/// three flows. Packets are counted and not time, for a capture's clock may say anything.
pub(crate) const FRESH: u64 = 1024;

/// No index.
pub(crate) const NONE: u32 = u32::MAX;

/// What is remembered of a flow, apart from what its listener does.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) who: Who,
    pub(crate) last: Moment,
    /// The number of the packet at which it was put where it stands in its list.
    pub(crate) listed: u64,
    /// What its listener held for it then.
    pub(crate) weighed: u32,
    before: u32,
    behind: u32,
    /// The opener's side and the answerer's.
    pub(crate) streams: [Stream; 2],
    pub(crate) class: Class,
    /// Of which sides packets were captured.
    pub(crate) seen: [bool; 2],
    /// Whether both sides have closed it.
    pub(crate) closed: bool,
    /// Whether one side has reset it, and nothing has come since.
    pub(crate) reset: bool,
}

impl Entry {
    /// Whether it is over.
    pub(crate) fn is_over(&self) -> bool {
        self.closed || self.reset
    }
}

/// Between whom it runs, and where its listener's part is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Who {
    pub(crate) key: Key,
    /// [`NONE`] while nothing has been heard.
    pub(crate) voice: u32,
    /// How many bytes the listener holds for it, beyond the little that each takes.
    pub(crate) burden: u32,
    /// Whether the lower end of the key opened it.
    pub(crate) low_opened: bool,
    /// Whether its beginning was captured.
    pub(crate) begun: bool,
}

#[derive(Clone, Copy, Debug)]
struct List {
    first: u32,
    last: u32,
    len: usize,
    burden: usize,
}

const EMPTY: List = List {
    first: NONE,
    last: NONE,
    len: 0,
    burden: 0,
};

/// A class has two lists: one of the flows for which the listener holds nothing beyond the little that each takes, and one of those
/// for which it holds more, since only to end one of these frees that.
type Lists = [List; 2];

/// All flows.
pub(crate) struct Table {
    index: HashTable<u32>,
    entries: Vec<Entry>,
    free: Vec<u32>,
    lists: [Lists; 5],
    hasher: KeyHasher,
}

impl Table {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            index: HashTable::new(),
            entries: Vec::new(),
            free: Vec::new(),
            lists: [[EMPTY; 2]; 5],
            hasher: KeyHasher::new(seed),
        }
    }

    #[inline]
    pub(crate) fn find(&self, key: &Key) -> Option<u32> {
        let entries = &self.entries;
        let same = |&index: &u32| {
            entries
                .get(index as usize)
                .is_some_and(|entry| entry.who.key == *key)
        };
        self.index.find(self.hasher.hash(key), same).copied()
    }

    /// A new flow. The key must not be there yet.
    pub(crate) fn open(&mut self, key: Key, at: Moment, low_opened: bool, begun: bool) -> u32 {
        let entry = Entry {
            who: Who {
                key,
                voice: NONE,
                burden: 0,
                low_opened,
                begun,
            },
            last: at,
            listed: 0,
            weighed: 0,
            before: NONE,
            behind: NONE,
            streams: [Stream::NEW; 2],
            class: Class::Silent,
            seen: [false; 2],
            closed: false,
            reset: false,
        };
        let index = match self.free.pop() {
            Some(index) => {
                if let Some(slot) = self.entries.get_mut(index as usize) {
                    *slot = entry;
                }
                index
            }
            None => {
                self.entries.push(entry);
                u32::try_from(self.entries.len() - 1).unwrap_or(NONE)
            }
        };
        let (entries, hasher) = (&self.entries, &self.hasher);
        let rehash = |&index: &u32| {
            entries
                .get(index as usize)
                .map_or(0, |entry| hasher.hash(&entry.who.key))
        };
        self.index.insert_unique(hasher.hash(&key), index, rehash);
        self.append(index);
        index
    }

    /// Forgets a flow and gives what was known of it.
    pub(crate) fn close(&mut self, index: u32) -> Option<Entry> {
        let entry = self.entries.get(index as usize)?.clone();
        let found = self
            .index
            .find_entry(self.hasher.hash(&entry.who.key), |&other| other == index);
        found.ok()?.remove();
        self.detach(index);
        self.free.push(index);
        Some(entry)
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, index: u32) -> Option<&mut Entry> {
        self.entries.get_mut(index as usize)
    }

    pub(crate) fn len(&self, class: Class) -> usize {
        let lists = self.lists.get(class as usize);
        lists.map_or(0, |lists| lists.iter().map(|list| list.len).sum())
    }

    /// How many bytes the listener holds for the flows of that class.
    pub(crate) fn burden(&self, class: Class) -> usize {
        let [_, burdened] = self.lists.get(class as usize).unwrap_or(&[EMPTY; 2]);
        burdened.burden
    }

    /// Puts a flow at the end of that class, at the packet of that number, with what its listener holds for it.
    pub(crate) fn list(&mut self, index: u32, class: Class, number: u64) {
        self.detach(index);
        if let Some(entry) = self.entries.get_mut(index as usize) {
            entry.class = class;
            entry.listed = number;
            entry.weighed = entry.who.burden;
        }
        self.append(index);
    }

    /// The one that has been quiet longest, as far as the order goes: see [`FRESH`].
    pub(crate) fn quietest(&self, class: Class) -> Option<u32> {
        let firsts = self.lists.get(class as usize)?.iter().map(|list| list.first);
        let listed = |first: u32| Some((self.entries.get(first as usize)?.listed, first));
        firsts.filter_map(listed).min().map(|(_, first)| first)
    }

    /// The one of several for which the listener holds something that has been quiet longest.
    pub(crate) fn quietest_burdened(&self, class: Class) -> Option<u32> {
        let [_, burdened] = self.lists.get(class as usize)?;
        (burdened.len > 1).then_some(burdened.first)
    }

    /// The quietest, when it has been quiet since before then.
    pub(crate) fn overdue(&self, class: Class, before: Moment) -> Option<u32> {
        let index = self.quietest(class)?;
        let entry = self.entries.get(index as usize)?;
        (entry.last < before).then_some(index)
    }

    fn append(&mut self, index: u32) {
        let Some(entry) = self.entries.get_mut(index as usize) else {
            return;
        };
        let Some(list) = list_of(&mut self.lists, entry) else {
            return;
        };
        (entry.before, entry.behind) = (list.last, NONE);
        let last = std::mem::replace(&mut list.last, index);
        list.len += 1;
        list.burden += entry.weighed as usize;
        if last == NONE {
            list.first = index;
        } else if let Some(entry) = self.entries.get_mut(last as usize) {
            entry.behind = index;
        }
    }

    fn detach(&mut self, index: u32) {
        let Some(entry) = self.entries.get(index as usize) else {
            return;
        };
        let (before, behind) = (entry.before, entry.behind);
        let Some(list) = list_of(&mut self.lists, entry) else {
            return;
        };
        list.len -= 1;
        list.burden -= entry.weighed as usize;
        match self.entries.get_mut(before as usize) {
            Some(entry) => entry.behind = behind,
            None => list.first = behind,
        }
        match self.entries.get_mut(behind as usize) {
            Some(entry) => entry.before = before,
            None => list.last = before,
        }
    }
}

/// The list in which a flow stands.
fn list_of<'a>(lists: &'a mut [Lists; 5], entry: &Entry) -> Option<&'a mut List> {
    let [free, burdened] = lists.get_mut(entry.class as usize)?;
    Some(if entry.weighed == 0 { free } else { burdened })
}
