//! `-f text`: a person's answer. What is affected and how sure that is, why it matters, what to do first; then
//! what is not affected, and what could not be assessed and how to go on there. In a repeated scan what is different
//! comes before all this.

mod advice;
mod difference;
mod entry;
mod head;
mod left_alone;
mod lines;
mod palette;
mod section;

use std::io;

use holter_model::{Differences, LeftAlone, Service};

pub(crate) use self::advice::next;
use self::entry::{Answer, Entry};
pub use self::lines::number;
use self::palette::Palette;
use self::section::Page;
use crate::{Document, Look, Preamble, Summary};

/// What a person reads. It is written at the end: the most important thing first.
#[derive(Debug)]
pub(crate) struct Text {
    look: Look,
    preamble: Preamble,
    entries: Vec<Entry>,
    differences: Option<Differences>,
    left_alone: Vec<LeftAlone>,
}

impl Text {
    /// Nothing yet.
    pub(crate) fn new(look: Look) -> Self {
        Self {
            look,
            preamble: Preamble::default(),
            entries: Vec::new(),
            differences: None,
            left_alone: Vec::new(),
        }
    }
}

impl Document for Text {
    fn begin(&mut self, preamble: &Preamble, _: &mut Vec<u8>) -> io::Result<()> {
        self.preamble = preamble.clone();
        Ok(())
    }

    fn service(&mut self, service: &Service, _: &mut Vec<u8>) -> io::Result<()> {
        Entry::add_all(service, &mut self.entries);
        Ok(())
    }

    fn left_alone(&mut self, left: &LeftAlone) {
        self.left_alone.push(left.clone());
    }

    fn differences(&mut self, differences: &Differences) {
        self.differences = Some(differences.clone());
    }

    fn end(&mut self, summary: &Summary, out: &mut Vec<u8>) -> io::Result<()> {
        self.entries.sort_by_key(Entry::place);
        let of = |answer| -> Vec<&Entry> {
            self.entries
                .iter()
                .filter(|entry| entry.answer == answer)
                .collect()
        };
        let affected = of(Answer::Affected);
        let mut page = Page::new(out, Palette::new(self.look.colour), self.look.width);
        page.head(summary, &self.entries);
        page.preamble(&self.preamble);
        if let Some(differences) = &self.differences {
            page.differences(differences);
        }
        page.affected(&affected);
        page.flaws(&affected);
        page.not_affected(&of(Answer::NotAffected));
        page.not_assessed(&of(Answer::NotAssessed));
        page.left_alone(&self.left_alone);
        Ok(())
    }
}
