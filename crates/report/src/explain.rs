//! `holter explain`: what is known of flaws, for a person who has to do something about them, or as JSON.

mod entry;
mod search;

use std::io;

use anstyle::Style;
use holter_capture::flaws::{self, CHECKS, Overheard};
use holter_checks::Check;
use holter_checks::catalogue::Known;
use holter_model::{Flaw, Severity};
use serde::Serialize;

pub use self::entry::Entry;
pub use self::search::{Answer, search};
use crate::text::{Page, Palette, painted};
use crate::{Look, spelled};

/// One flaw in the shape `holter.explain/1`. A field is never renamed.
#[derive(Serialize)]
struct Explained<'a> {
    id: &'a str,
    name: &'a str,
    check: Asked,
    severity: Severity,
    disclosed: String,
    summary: &'a str,
    why: &'a str,
    asks: &'a str,
    first_steps: &'a [String],
    instructions: Vec<Instructed<'a>>,
    unchangeable: &'a str,
    also: &'a [String],
    cwe: &'a [u32],
    references: &'a [String],
}

#[derive(Serialize)]
struct Asked {
    id: &'static str,
    name: &'static str,
    about: &'static str,
    profile: &'static str,
}

#[derive(Serialize)]
struct Instructed<'a> {
    product: &'a str,
    text: &'a str,
    lines: &'a [String],
}

#[derive(Serialize)]
struct Whole<'a> {
    schema: &'static str,
    flaws: Vec<Explained<'a>>,
}

/// All that is known of these flaws, one after the other.
#[must_use]
pub fn explain(flaws: &[&Entry], look: Look) -> Vec<u8> {
    let mut out = Vec::new();
    let mut page = Page::new(&mut out, Palette::new(look.colour), look.width);
    for (index, known) in flaws.iter().enumerate() {
        if index > 0 {
            page.line("");
        }
        page.explained(known);
    }
    out
}

/// Every check with the flaws that it decides.
#[must_use]
pub fn list(look: Look) -> Vec<u8> {
    let mut out = Vec::new();
    let mut page = Page::new(&mut out, Palette::new(look.colour), look.width);
    for check in holter_checks::ALL {
        page.checked(check);
    }
    for check in &CHECKS {
        page.overheard(check);
    }
    page.line("");
    page.paragraph(
        0,
        page.palette.faint,
        "holter explain ID says what to do about one of them.",
    );
    out
}

/// The same as one JSON document.
///
/// # Errors
/// When it cannot be put into JSON, which does not happen.
pub fn explain_json(flaws: &[&Entry]) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let whole = Whole {
        schema: "holter.explain/1",
        flaws: flaws.iter().map(|known| Explained::of(known)).collect(),
    };
    spelled::json(&mut out, &whole)?;
    out.push(b'\n');
    Ok(out)
}

impl Explained<'static> {
    fn of(known: &Entry) -> Self {
        let flaw = known.flaw;
        let [id, name, about] = known.check();
        Self {
            id: &flaw.id,
            name: &flaw.name,
            check: Asked {
                id,
                name,
                about,
                profile: known.profile(),
            },
            severity: flaw.severity,
            disclosed: flaw.disclosed.to_string(),
            summary: &flaw.summary,
            why: &flaw.why,
            asks: &flaw.asks,
            first_steps: &flaw.first_steps,
            instructions: flaw
                .instructions
                .iter()
                .map(|instruction| Instructed {
                    product: &instruction.product,
                    text: &instruction.text,
                    lines: &instruction.lines,
                })
                .collect(),
            unchangeable: &flaw.unchangeable,
            also: &flaw.also,
            cwe: &flaw.cwe,
            references: &flaw.references,
        }
    }
}

impl Page<'_> {
    fn checked(&mut self, check: &Check) {
        let id = painted(self.palette.strong, check.id);
        self.item(&format!("{id}  "), self.palette.faint, check.about);
        let of = |known: &&Known| known.check.id == check.id;
        for known in holter_checks::catalogue::known().iter().filter(of) {
            self.decided(&known.flaw);
        }
    }

    fn overheard(&mut self, check: &Overheard) {
        let id = painted(self.palette.strong, check.id);
        self.item(&format!("{id}  "), self.palette.faint, check.about);
        for flaw in check.flaws.iter().filter_map(|id| flaws::flaw(id)) {
            self.decided(flaw);
        }
    }

    fn decided(&mut self, flaw: &Flaw) {
        let word = painted(
            self.weight(flaw.severity),
            format!("{:8}", flaw.severity.as_str()),
        );
        let name = if flaw.name == flaw.id {
            ""
        } else {
            flaw.name.as_str()
        };
        self.item(&format!("    {word}  {:26}  ", flaw.id), Style::new(), name);
    }

    fn explained(&mut self, known: &Entry) {
        let flaw = known.flaw;
        let [_, _, about] = known.check();
        let title = if flaw.name == flaw.id {
            flaw.id.clone()
        } else {
            format!("{} ({})", flaw.name, flaw.id)
        };
        self.paragraph(0, self.palette.strong, &title);
        let word = painted(self.weight(flaw.severity), flaw.severity.as_str());
        self.line(&format!("{word}, public since {}", flaw.disclosed));
        self.line("");
        self.paragraph(0, Style::new(), &flaw.summary);
        self.chapter("Why it matters to a hospital", &flaw.why);
        let asks = if flaw.asks.is_empty() { about } else { &flaw.asks };
        self.chapter("What Holter asks", asks);
        self.paragraph(2, self.palette.faint, &known.how());
        self.remedy(flaw);
        self.chapter("Where the device cannot be changed", &flaw.unchangeable);
        self.sources(flaw);
    }

    fn remedy(&mut self, flaw: &Flaw) {
        self.heading("What to do first");
        for (index, step) in flaw.first_steps.iter().enumerate() {
            self.item(&format!("  {}. ", index + 1), Style::new(), step);
        }
        for instruction in &flaw.instructions {
            self.chapter(&instruction.product, &instruction.text);
            if !instruction.lines.is_empty() {
                self.line("");
            }
            // Lines of a configuration are copied: they are not broken.
            for line in &instruction.lines {
                self.line(format!("      {line}").trim_end());
            }
        }
    }

    fn sources(&mut self, flaw: &Flaw) {
        if flaw.references.is_empty() && flaw.also.is_empty() && flaw.cwe.is_empty() {
            return;
        }
        self.heading("More");
        for reference in &flaw.references {
            self.line(&format!("  {reference}"));
        }
        let numbers: Vec<String> = flaw.cwe.iter().map(|number| format!("CWE-{number}")).collect();
        let known_as: Vec<String> = flaw.also.iter().cloned().chain(numbers).collect();
        if !known_as.is_empty() {
            self.item("  See also ", self.palette.faint, &known_as.join(", "));
        }
    }

    fn chapter(&mut self, title: &str, text: &str) {
        if !text.is_empty() {
            self.heading(title);
            self.paragraph(2, Style::new(), text);
        }
    }

    fn heading(&mut self, title: &str) {
        self.line("");
        self.line(&painted(self.palette.strong, title));
    }
}
