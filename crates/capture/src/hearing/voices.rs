//! What the listener remembers of the flows in which something was said. Apart from the table of flows, so that half-open ones cost
//! nothing of it.

use crate::flow::table::NONE;
use crate::listener::Ends;

/// One flow's.
pub(super) struct Voice<F> {
    pub(super) flow: F,
    pub(super) ends: Ends,
    pub(super) heard: [u64; 2],
    pub(super) missing: [u64; 2],
}

pub(super) struct Voices<F> {
    all: Vec<Option<Voice<F>>>,
    free: Vec<u32>,
}

impl<F> Voices<F> {
    pub(super) fn new() -> Self {
        Self {
            all: Vec::new(),
            free: Vec::new(),
        }
    }

    #[inline]
    pub(super) fn get_mut(&mut self, index: u32) -> Option<&mut Voice<F>> {
        self.all.get_mut(index as usize)?.as_mut()
    }

    pub(super) fn put(&mut self, voice: Voice<F>) -> u32 {
        if let Some(index) = self.free.pop()
            && let Some(slot) = self.all.get_mut(index as usize)
        {
            *slot = Some(voice);
            return index;
        }
        self.all.push(Some(voice));
        u32::try_from(self.all.len() - 1).unwrap_or(NONE)
    }

    pub(super) fn take(&mut self, index: u32) -> Option<Voice<F>> {
        let voice = self.all.get_mut(index as usize)?.take()?;
        self.free.push(index);
        Some(voice)
    }
}
