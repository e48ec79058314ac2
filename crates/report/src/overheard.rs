//! What came of listening, in every format. Whatever a person reads is made of a digest; the forms for programs are written as
//! the parts come, so that no form needs memory for all of them.

mod csv;
mod digest;
mod gaps;
mod html;
mod json;
mod later;
mod sums;
mod text;
mod words;

use std::io;

use holter_capture::subject::Said;
use holter_capture::{Captured, Ladder, Origin, Part, SessionLog, Sink, Subject, flaws};
use holter_model::Verdict;
use jiff::Timestamp;
use serde::Serialize;

use digest::Digest;
pub use sums::{Heed, Sums};

use crate::{Format, Look};

/// All that was listened to, and what it is written as.
#[derive(Debug)]
pub struct Overheard {
    form: Form,
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

/// What it is written as, and what that takes.
#[derive(Debug)]
enum Form {
    Text(Digest),
    Html(Digest),
    Csv(csv::Table),
    Json(json::Document),
    Jsonl,
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
        let form = match format {
            Format::Text => Form::Text(Digest::default()),
            Format::Html => Form::Html(Digest::default()),
            Format::Csv => Form::Csv(csv::Table::default()),
            Format::Json => Form::Json(json::Document::default()),
            Format::Jsonl => Form::Jsonl,
            _ => return None,
        };
        Some(Self {
            form,
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

    /// Ends the report. All of it is handed to `write`, in pieces that it empties.
    ///
    /// # Errors
    /// When it cannot be put into the format, and what `write` says.
    pub fn end<E: From<io::Error>>(
        &mut self,
        mut write: impl FnMut(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut out = std::mem::take(&mut self.out);
        match &mut self.form {
            Form::Json(document) => {
                let ending = json::Ending {
                    captures: &self.captures,
                    unread: &self.unread,
                    sessions: &self.sessions,
                    sums: &self.sums,
                };
                document.end(&ending, &mut out, &mut write)?;
            }
            Form::Csv(table) => table.end(&mut out)?,
            Form::Html(digest) => {
                let digest = std::mem::take(digest);
                out.extend_from_slice(html::page(self, &digest).into_string().as_bytes());
            }
            Form::Text(digest) => {
                let digest = std::mem::take(digest);
                text::page(self, &digest, &mut out);
            }
            Form::Jsonl => {}
        }
        write(&mut out)
    }
}

impl Sink for Overheard {
    type Error = io::Error;

    fn part(&mut self, part: Part, sources: &[Origin]) -> io::Result<()> {
        self.sums.part(&part, self.heed);
        match (&mut self.form, &part) {
            (Form::Text(digest) | Form::Html(digest), Part::Subject(subject)) => digest.take(subject),
            (Form::Csv(table), Part::Subject(subject)) => table.subject(subject, &mut self.out)?,
            (Form::Jsonl, Part::Subject(subject)) => json::line(subject, sources, &mut self.out)?,
            (Form::Json(document), part) => document.part(part, sources, &mut self.out)?,
            // Clients and interfaces are counted.
            _ => {}
        }
        Ok(())
    }

    fn so_far(&mut self, subject: Subject, sources: &[Origin]) -> io::Result<()> {
        match self.form {
            Form::Jsonl => json::line(&subject, sources, &mut self.out),
            // A document has one end.
            _ => Ok(()),
        }
    }

    fn captured(&mut self, captured: Captured) -> io::Result<()> {
        self.sums.add(&captured);
        self.captures.push(captured);
        Ok(())
    }

    fn sessions(&mut self, log: &SessionLog) -> io::Result<()> {
        self.sums.add_sessions(log, self.heed);
        match &mut self.form {
            Form::Jsonl => json::session_line(log, &mut self.out),
            Form::Csv(table) => table.sessions(log, &mut self.out),
            _ => {
                self.sessions.push(log.clone());
                Ok(())
            }
        }
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
