//! The sections of the text.

use std::collections::HashMap;
use std::hash::Hash;

use anstyle::Style;
use holter_model::Flaw;

use super::entry::Entry;
use super::lines::{columns, counted, wrapped};
use super::palette::{Palette, painted};

/// More entries than this are gathered by their reason, and of each reason only the first are named.
const MANY: usize = 40;

/// So many are named then.
const FIRST: usize = 10;

/// The widest first column; a longer target pushes its own line only.
const WIDEST: usize = 46;

/// The text as it grows.
pub(crate) struct Page<'a> {
    out: &'a mut Vec<u8>,
    pub(crate) palette: Palette,
    width: usize,
}

/// What is known of the flaw with this id.
pub(crate) fn flaw_named(id: &str) -> Option<&'static Flaw> {
    holter_checks::catalogue::flaw(id).map(|known| &known.flaw)
}

impl<'a> Page<'a> {
    /// An empty page.
    pub(crate) const fn new(out: &'a mut Vec<u8>, palette: Palette, width: usize) -> Self {
        Self { out, palette, width }
    }

    /// What is affected, and how sure that is. All of them are named, always.
    pub(crate) fn affected(&mut self, entries: &[&Entry]) {
        self.title(entries, self.palette.bad, "Affected");
        for group in grouped(entries, |entry| (&entry.flaw, &entry.reason)) {
            let (place, protocol) = widths(&group, |entry| &entry.protocol);
            for entry in &group {
                let target = painted(self.palette.strong, format!("{:place$}", entry.target));
                let left = format!("  {target}  {:protocol$}  ", entry.protocol);
                self.item(&left, self.palette.faint, &entry.about);
            }
            let Some(first) = group.first() else { continue };
            let id = first.flaw.as_deref().unwrap_or_default();
            let name = flaw_named(id).map_or_else(String::new, |flaw| format!("{} ", flaw.name));
            let said = format!("{name}({id}), {}.", first.sure);
            self.paragraph(4, Style::new(), &said);
            self.item(
                "    Measured: ",
                self.palette.faint,
                &format!("{}.", first.reason),
            );
            self.line("");
        }
        self.unspaced();
    }

    /// Why each flaw found matters, and what to do first: once, however many services have it.
    pub(crate) fn flaws(&mut self, affected: &[&Entry]) {
        for group in grouped(affected, |entry| &entry.flaw) {
            let Some(flaw) = group.first().and_then(|entry| flaw_named(entry.flaw.as_deref()?)) else {
                continue;
            };
            self.line("");
            self.line(&painted(
                self.palette.strong,
                "Why this matters to patients' records",
            ));
            self.line("");
            self.paragraph(2, Style::new(), &flaw.why);
            self.line("");
            self.line(&painted(self.palette.strong, "What to do first"));
            self.line("");
            for (index, step) in flaw.first_steps.iter().enumerate() {
                self.item(&format!("  {}. ", index + 1), Style::new(), step);
            }
            if let Some(reference) = flaw.references.iter().find(|text| text.starts_with("https://")) {
                self.line("");
                let more = format!("More: {reference}");
                self.paragraph(2, self.palette.faint, &more);
            }
        }
    }

    /// What is not affected, and why that can be said.
    pub(crate) fn not_affected(&mut self, entries: &[&Entry]) {
        self.title(entries, self.palette.good, "Not affected");
        self.table(entries);
    }

    /// What could not be assessed, why, and how to go on.
    pub(crate) fn not_assessed(&mut self, entries: &[&Entry]) {
        self.title(entries, self.palette.open, "Could not be assessed");
        for (index, group) in grouped(entries, |entry| entry.next).into_iter().enumerate() {
            if index > 0 {
                self.line("");
            }
            self.table(&group);
            if let Some(first) = group.first() {
                let next = painted(self.palette.strong, "Next:");
                self.item(&format!("    {next} "), Style::new(), first.next);
            }
        }
    }

    /// Text in lines, `indent` columns from the left.
    pub(crate) fn paragraph(&mut self, indent: usize, style: Style, text: &str) {
        for line in wrapped(text, self.width.saturating_sub(indent)) {
            self.line(&format!("{:indent$}{}", "", painted(style, line)));
        }
    }

    /// One line.
    pub(crate) fn line(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
        self.out.push(b'\n');
    }

    fn title(&mut self, entries: &[&Entry], style: Style, text: &str) {
        if !entries.is_empty() {
            self.line("");
            self.line(&painted(style, text));
            self.line("");
        }
    }

    /// Takes the empty line at the end away.
    fn unspaced(&mut self) {
        if self.out.ends_with(b"\n\n") {
            self.out.pop();
        }
    }

    /// Target, protocol, reason; the reason keeps to its column.
    fn table(&mut self, entries: &[&Entry]) {
        if entries.len() <= MANY {
            self.rows(entries);
            return;
        }
        for group in grouped(entries, |entry| &entry.reason) {
            let named = group.get(..FIRST).unwrap_or(&group);
            self.rows(named);
            if let Some(more @ 1..) = group.len().checked_sub(named.len()) {
                let more = counted(u64::try_from(more).unwrap_or(u64::MAX), "other", "others");
                let said = format!("and {more} for the same reason; -f csv names them all");
                self.paragraph(2, self.palette.faint, &said);
            }
        }
    }

    fn rows(&mut self, entries: &[&Entry]) {
        let (place, protocol) = widths(entries, |entry| &entry.short);
        for entry in entries {
            let left = format!("  {:place$}  {:protocol$}  ", entry.target, entry.short);
            self.item(&left, Style::new(), &entry.reason);
        }
    }

    /// Text behind `left`, its further lines under its first. Where too little room is left, on lines of its own.
    pub(crate) fn item(&mut self, left: &str, style: Style, text: &str) {
        let from = columns(&plain(left));
        let (from, own_lines) = if from + 24 > self.width {
            (6, true)
        } else {
            (from, false)
        };
        let lines = wrapped(text, self.width.saturating_sub(from));
        if own_lines || lines.is_empty() {
            self.line(left.trim_end());
        }
        for (index, line) in lines.iter().enumerate() {
            let line = painted(style, line);
            if index == 0 && !own_lines {
                self.line(&format!("{left}{line}"));
            } else {
                self.line(&format!("{:from$}{line}", ""));
            }
        }
    }
}

/// Entries with the same key together, in the order in which each key first comes.
pub(crate) fn grouped<'e, K: Hash + Eq>(
    entries: &[&'e Entry],
    key: impl Fn(&'e Entry) -> K,
) -> Vec<Vec<&'e Entry>> {
    let mut places = HashMap::new();
    let mut groups: Vec<Vec<&Entry>> = Vec::new();
    for entry in entries {
        let place = *places.entry(key(entry)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(entry),
            None => groups.push(vec![entry]),
        }
    }
    groups
}

fn widths(entries: &[&Entry], protocol: fn(&Entry) -> &str) -> (usize, usize) {
    let widest = |of: fn(&Entry) -> &str| entries.iter().map(|entry| columns(of(entry))).max();
    (
        widest(|entry| &entry.target).unwrap_or(0).min(WIDEST),
        widest(protocol).unwrap_or(0),
    )
}

/// Without styles: what takes up columns.
fn plain(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, styled)) = rest.split_once('\u{1b}') {
        shown.push_str(before);
        rest = styled.split_once('m').map_or("", |(_, after)| after);
    }
    shown.push_str(rest);
    shown
}
