//! What came of listening, in every format. Captures are taken as they are over; only `-f jsonl` writes them at once.

mod csv;
mod gaps;
mod html;
mod json;
mod sums;
mod text;
mod words;

use std::io;

use holter_capture::subject::Said;
use holter_capture::{Captured, Ladder, SessionLog, Sink, flaws};
use holter_model::Verdict;
use jiff::Timestamp;
use serde::Serialize;

pub use sums::{Heed, Sums};

use crate::{Format, Look};

/// All that was listened to, and what it is written as.
#[derive(Debug)]
pub struct Overheard {
    format: Format,
    look: Look,
    heed: Heed,
    captures: Vec<Captured>,
    sessions: Vec<SessionLog>,
    unread: Vec<Unread>,
    made: Option<Timestamp>,
    sums: Sums,
    /// What can be written already.
    out: Vec<u8>,
}

/// What was named and could not be listened to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// Its path.
    pub file: String,
    /// Why, in one sentence.
    pub why: String,
}

impl Overheard {
    /// Nothing yet. Listening knows five of the formats; `None` for the others.
    #[must_use]
    pub fn new(format: Format, look: Look, heed: Heed) -> Option<Self> {
        let known = matches!(
            format,
            Format::Text | Format::Json | Format::Jsonl | Format::Csv | Format::Html
        );
        known.then(|| Self {
            format,
            look,
            heed,
            captures: Vec::new(),
            sessions: Vec::new(),
            unread: Vec::new(),
            made: None,
            sums: Sums::default(),
            out: Vec::new(),
        })
    }

    /// Something could not be listened to.
    pub fn unread(&mut self, unread: Unread) {
        self.sums.unread += 1;
        self.sums.settle();
        self.unread.push(unread);
    }

    /// When the report is made.
    pub const fn made(&mut self, at: Timestamp) {
        self.made = Some(at);
    }

    /// The user stopped it before its end.
    pub fn interrupted(&mut self) {
        self.sums.interrupted = true;
        self.sums.settle();
    }

    /// What can be written already, and is not yet.
    pub const fn out(&mut self) -> &mut Vec<u8> {
        &mut self.out
    }

    /// The sums so far.
    #[must_use]
    pub const fn sums(&self) -> &Sums {
        &self.sums
    }

    /// Appends all that is still to be written.
    ///
    /// # Errors
    /// When it cannot be put into the format.
    pub fn end(&mut self) -> io::Result<()> {
        let mut out = std::mem::take(&mut self.out);
        match self.format {
            Format::Json => json::document(self, &mut out)?,
            Format::Csv => csv::table(self, &mut out)?,
            Format::Html => out.extend_from_slice(html::page(self).into_string().as_bytes()),
            Format::Text => text::page(self, &mut out),
            _ => {}
        }
        self.out = out;
        Ok(())
    }
}

impl Sink for Overheard {
    type Error = io::Error;

    fn captured(&mut self, mut captured: Captured) -> io::Result<()> {
        self.sums.add(&captured, self.heed);
        if self.format == Format::Jsonl {
            return json::lines(&captured, &mut self.out);
        }
        // What was measured has been judged; no format shows it.
        for subject in &mut captured.heard.subjects {
            subject.observations = Vec::new();
        }
        self.captures.push(captured);
        Ok(())
    }

    fn sessions(&mut self, log: &SessionLog) -> io::Result<()> {
        self.sums.add_sessions(log, self.heed);
        if self.format == Format::Jsonl {
            return json::session_line(log, &mut self.out);
        }
        self.sessions.push(log.clone());
        Ok(())
    }
}

/// What attackers do, as against what a configuration is.
fn is_attack(said: &Said) -> bool {
    said.weight.is_some() || said.check == "ccs-heard"
}

/// Whether an attack, or what may be one, is worth a place of its own. One that was refused is: somebody tried.
fn is_told(said: &Said) -> bool {
    let refused = said.verdict == Verdict::NotAffected
        && said
            .weight
            .is_none_or(|weight| weight.ladder == Ladder::AttemptUnanswered);
    is_attack(said) && (sums::counts(said) || sums::is_open(said) || refused)
}

/// Whether it is a weakness of a configuration that counts.
fn is_weakness(said: &Said) -> bool {
    sums::counts(said) && !is_attack(said) && said.flaw != flaws::CLEAR_CLINICAL
}
