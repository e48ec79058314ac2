//! Objects of JSON that wait for the end of a document, to be written in the order of addresses. As JSON they take a
//! fraction of the memory that they take as values.

use std::io;
use std::ops::Range;

use serde::Serialize;

use crate::place::Place;
use crate::spelled;

/// The objects of an array.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    text: Vec<u8>,
    items: Vec<(Place, Range<usize>)>,
}

impl Waiting {
    /// Takes one.
    ///
    /// # Errors
    /// When it is no JSON.
    pub(crate) fn add(&mut self, place: Place, item: &impl Serialize) -> io::Result<()> {
        let begins = self.text.len();
        spelled::json(&mut self.text, item)?;
        self.items.push((place, begins..self.text.len()));
        Ok(())
    }

    /// Appends what stands between an array's brackets, one object a line. Those of one place keep their order.
    pub(crate) fn write(&mut self, out: &mut Vec<u8>) {
        self.items.sort_by_key(|(place, _)| *place);
        out.reserve(self.text.len() + 2 * self.items.len());
        for (index, (_, range)) in self.items.drain(..).enumerate() {
            out.extend_from_slice(if index == 0 { b"\n" } else { b",\n" });
            out.extend_from_slice(self.text.get(range).unwrap_or_default());
        }
        self.text = Vec::new();
    }
}
