//! One direction of asking in the clear. In most flows with heartbeats nothing is said in one of them, and whoever floods a service
//! makes many flows.

use super::open::{Ground, Open};

/// One direction.
#[derive(Debug, Default)]
pub(super) struct Direction {
    /// What was missing of it before anything was said.
    before: Ground,
    open: Option<Box<Open>>,
}

impl Direction {
    /// As far as anything has been said in it.
    pub(super) fn spoken(&self) -> Option<&Open> {
        self.open.as_deref()
    }

    /// The same, to change it.
    pub(super) fn spoken_mut(&mut self) -> Option<&mut Open> {
        self.open.as_deref_mut()
    }

    /// Something is said in it now.
    pub(super) fn speak(&mut self, datagrams: bool) -> &mut Open {
        let before = self.before;
        self.open
            .get_or_insert_with(|| Box::new(Open::on(before, datagrams)))
    }

    /// All that came of it, for the end.
    pub(super) fn into_open(self, datagrams: bool) -> Open {
        let before = self.before;
        self.open
            .map_or_else(|| Open::on(before, datagrams), |open| *open)
    }

    /// What is missing of it.
    pub(super) fn ground(&mut self) -> &mut Ground {
        match &mut self.open {
            Some(open) => open.ground(),
            None => &mut self.before,
        }
    }

    /// Bytes of the answering side are missing.
    pub(super) fn miss_answerer(&mut self) {
        match &mut self.open {
            Some(open) => open.miss_answerer(),
            None => self.before.miss_answerer(),
        }
    }

    /// How many bytes it takes beside itself.
    pub(super) fn size(&self) -> usize {
        self.spoken().map_or(0, Open::size)
    }

    pub(super) fn goes_on(&self) -> bool {
        self.spoken().is_some_and(Open::goes_on)
    }

    pub(super) fn waits(&self) -> bool {
        self.spoken().is_some_and(Open::waits)
    }
}
