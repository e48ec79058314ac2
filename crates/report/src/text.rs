//! `-f text`: a person's answer. What is affected and how sure that is, why it matters, what to do first; then
//! what is not affected, and what could not be assessed and how to go on there. In a repeated scan what is different
//! comes before all this.

mod advice;
mod block;
mod difference;
mod entry;
mod found;
mod head;
mod kin;
mod left_alone;
mod lines;
mod palette;
mod section;

use std::io;

use holter_checks::Profile;
use holter_checks::catalogue::flaw;
use holter_model::{Differences, Judgement, KeyKin, LeftAlone, Service};

pub(crate) use self::advice::next;
use self::block::Block;
use self::entry::{Answer, Entry};
pub(crate) use self::kin::said;
pub(crate) use self::lines::columns;
pub use self::lines::{counted, number};
pub(crate) use self::palette::{Palette, painted};
pub(crate) use self::section::Page;
use crate::sentence::Tally;
use crate::{Document, Look, Preamble, Summary};

/// What a person reads. It is written at the end: the most important thing first.
#[derive(Debug)]
pub(crate) struct Text {
    look: Look,
    preamble: Preamble,
    entries: Vec<Entry>,
    /// Services of which more was asked than whether memory leaks.
    blocks: Vec<Block>,
    /// What those that are affected are affected by.
    tally: Tally,
    differences: Option<Differences>,
    left_alone: Vec<LeftAlone>,
    kin: Vec<KeyKin>,
}

impl Text {
    /// Nothing yet.
    pub(crate) fn new(look: Look) -> Self {
        Self {
            look,
            preamble: Preamble::default(),
            entries: Vec::new(),
            blocks: Vec::new(),
            tally: Tally::default(),
            differences: None,
            left_alone: Vec::new(),
            kin: Vec::new(),
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
        self.blocks.extend(Block::of(service));
        self.tally.add(service);
        Ok(())
    }

    fn left_alone(&mut self, left: &LeftAlone) {
        self.left_alone.push(left.clone());
    }

    fn kin(&mut self, kin: &[KeyKin]) {
        self.kin = kin.to_vec();
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
        let broad = !self.blocks.is_empty();
        if broad {
            page.answer(summary, &self.tally, &self.entries);
        } else {
            page.head(summary, &self.entries);
        }
        page.preamble(&self.preamble);
        if let Some(differences) = &self.differences {
            page.differences(differences);
        }
        if broad {
            page.found(&affected);
            self.blocks.sort_by_key(Block::place);
            page.kin(&self.kin);
            page.blocks(&self.blocks);
            // The rest stands in its service's block.
            let rest = |answer| -> Vec<&Entry> {
                let entries = of(answer).into_iter();
                entries.filter(|entry| !entry.told).collect()
            };
            page.not_affected(&rest(Answer::NotAffected));
            page.not_assessed(&rest(Answer::NotAssessed));
            page.left_alone(&self.left_alone);
            return Ok(());
        }
        page.affected(&affected);
        page.flaws(&affected);
        page.not_affected(&of(Answer::NotAffected));
        page.not_assessed(&of(Answer::NotAssessed));
        page.left_alone(&self.left_alone);
        Ok(())
    }
}

/// Whether a verdict is about something else than whether memory leaks: then nothing may speak of leaking alone.
fn is_broad(judgement: &Judgement) -> bool {
    flaw(&judgement.flaw).is_none_or(|known| known.check.profile > Profile::Heartbleed)
}
