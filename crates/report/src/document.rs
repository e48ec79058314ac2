//! A document that grows service by service and is closed by its sums.

use std::io;

use holter_model::{Differences, KeyKin, LeftAlone, Service};

use crate::{Preamble, Summary, csv, cyclonedx, html, json, jsonl, sarif, text};

/// The formats that a report can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// For a person.
    Text,
    /// One JSON document.
    Json,
    /// One JSON object a line, as they are decided.
    Jsonl,
    /// One row a verdict, for a spreadsheet.
    Csv,
    /// One page for people, which needs nothing else.
    Html,
    /// SARIF 2.1.0.
    Sarif,
    /// CycloneDX 1.6 with cryptographic assets.
    CycloneDx,
}

/// How text looks.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Whether to colour it.
    pub colour: bool,
    /// The longest line, in columns.
    pub width: usize,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            colour: false,
            width: 90,
        }
    }
}

/// A report in the making.
pub trait Document {
    /// Takes what holds for the whole run, before the first service. A format that is nothing but rows has no place
    /// for it.
    ///
    /// # Errors
    /// When it cannot be put into the format.
    fn begin(&mut self, _: &Preamble, _: &mut Vec<u8>) -> io::Result<()> {
        Ok(())
    }

    /// Takes one service. What can be written already is appended to `out`.
    ///
    /// # Errors
    /// When it cannot be put into the format.
    fn service(&mut self, service: &Service, out: &mut Vec<u8>) -> io::Result<()>;

    /// Takes a host that was left alone. A format of one service a line has no place for it.
    fn left_alone(&mut self, _: &LeftAlone) {}

    /// Takes what is different from an earlier run, after the last service. A format that is nothing but rows has no
    /// place for it.
    fn differences(&mut self, _: &Differences) {}

    /// Takes keys that stand in several places, after the last service. A format that is nothing but rows has no place
    /// for them.
    fn kin(&mut self, _: &[KeyKin]) {}

    /// Appends all that is still to be written.
    ///
    /// # Errors
    /// When it cannot be put into the format.
    fn end(&mut self, summary: &Summary, out: &mut Vec<u8>) -> io::Result<()>;
}

impl Format {
    /// An empty document of this format.
    #[must_use]
    pub fn document(self, look: Look) -> Box<dyn Document> {
        match self {
            Self::Text => Box::new(text::Text::new(look)),
            Self::Json => Box::<json::Json>::default(),
            Self::Jsonl => Box::new(jsonl::Jsonl),
            Self::Csv => Box::<csv::Csv>::default(),
            Self::Html => Box::<html::Html>::default(),
            Self::Sarif => Box::<sarif::Sarif>::default(),
            Self::CycloneDx => Box::<cyclonedx::CycloneDx>::default(),
        }
    }
}
