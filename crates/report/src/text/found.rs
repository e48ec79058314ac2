//! What a full assessment found, the gravest first: each flaw once, however many services have it.

use anstyle::Style;
use holter_checks::catalogue::flaw;
use holter_model::{Flaw, Severity};

use super::entry::Entry;
use super::lines::columns;
use super::palette::painted;
use super::section::{Page, grouped};

/// The severities' column.
const LEFT: usize = 10;

impl Page<'_> {
    /// Writes it. Every service is named, always.
    pub(crate) fn found(&mut self, affected: &[&Entry]) {
        let mut entries = affected.to_vec();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.severity));
        let mut titled = None;
        for group in grouped(&entries, |entry| &entry.flaw) {
            let Some(first) = group.first() else { continue };
            let title = if first.severity == Severity::Info {
                "Worth knowing"
            } else {
                "Affected"
            };
            if titled != Some(title) {
                titled = Some(title);
                let style = if title == "Affected" {
                    self.palette.bad
                } else {
                    self.palette.strong
                };
                self.line("");
                self.line(&painted(style, title));
            }
            self.line("");
            self.one(first, &group);
        }
    }

    fn one(&mut self, first: &Entry, group: &[&Entry]) {
        let id = first.flaw.as_deref().unwrap_or_default();
        let known = flaw(id).map(|known| &known.flaw);
        let (style, word) = (self.weight(first.severity), first.severity.as_str());
        let left = format!("  {}", painted(style, format!("{word:LEFT$}")));
        let name = match known {
            Some(flaw) if flaw.name != id => format!("{} ({id})", flaw.name),
            _ => id.to_owned(),
        };
        self.item(&left, self.palette.strong, &format!("{name}, {}", first.sure));
        let indent = LEFT + 2;
        if let Some(flaw) = known {
            self.paragraph(indent, Style::new(), &flaw.summary);
        }
        self.places(indent, group);
        if let Some(flaw) = known {
            self.steps(indent, flaw);
        }
    }

    fn places(&mut self, indent: usize, group: &[&Entry]) {
        let widest = group
            .iter()
            .map(|entry| columns(&entry.target))
            .max()
            .unwrap_or(0)
            .min(46);
        for entry in group {
            let target = painted(self.palette.strong, format!("{:widest$}", entry.target));
            let said = format!("{}; {}", entry.protocol, entry.reason);
            self.item(&format!("{:indent$}{target}  ", ""), Style::new(), &said);
        }
    }

    /// All that is to be done where that is urgent; else the first step. `holter explain` has the rest.
    fn steps(&mut self, indent: usize, flaw: &Flaw) {
        if flaw.severity >= Severity::High {
            self.paragraph(indent, self.palette.faint, &flaw.why);
            for (index, step) in flaw.first_steps.iter().enumerate() {
                self.item(&format!("{:indent$}{}. ", "", index + 1), Style::new(), step);
            }
        } else if let Some(step) = flaw.first_steps.first() {
            let next = painted(self.palette.strong, "Next:");
            self.item(&format!("{:indent$}{next} ", ""), Style::new(), step);
        }
        let more = format!("More: holter explain {}", flaw.id);
        self.paragraph(indent, self.palette.faint, &more);
    }

    /// The colour of a severity.
    pub(crate) const fn weight(&self, severity: Severity) -> Style {
        match severity {
            Severity::Critical | Severity::High => self.palette.bad,
            Severity::Medium | Severity::Low => self.palette.open,
            Severity::Info => self.palette.strong,
        }
    }
}
