//! What is different since an earlier run.

use anstyle::Style;
use holter_model::difference::Kind;
use holter_model::{Difference, Differences};

use super::lines::{columns, counted};
use super::palette::painted;
use super::section::{Page, flaw_named};
use crate::terminal;

/// So many of a kind are named.
const FIRST: usize = 20;

impl Page<'_> {
    /// Writes it, what matters most first.
    pub(crate) fn differences(&mut self, differences: &Differences) {
        let since = differences.since.strftime("%Y-%m-%d %H:%M");
        self.line("");
        if differences.items.is_empty() {
            let said = format!("Nothing is different since the run of {since}.");
            self.paragraph(0, self.palette.good, &said);
            return;
        }
        self.line(&painted(self.palette.strong, format!("Since the run of {since}")));
        for kind in Kind::ALL {
            let items = differences.items.iter().filter(|item| item.kind == kind);
            self.kind(kind, &items.collect::<Vec<_>>());
        }
    }

    fn kind(&mut self, kind: Kind, items: &[&Difference]) {
        if items.is_empty() {
            return;
        }
        let style = match kind {
            Kind::Affected | Kind::Back => self.palette.bad,
            Kind::Fixed => self.palette.good,
            _ => self.palette.open,
        };
        self.line("");
        self.line(&format!("  {}", painted(style, title(kind))));
        let named = items.get(..FIRST).unwrap_or(items);
        let widest = named.iter().map(|item| columns(&target(item))).max().unwrap_or(0);
        for item in named {
            let target = painted(self.palette.strong, format!("{:widest$}", target(item)));
            self.item(&format!("    {target}  "), Style::new(), &said(item));
        }
        if let Some(more @ 1..) = items.len().checked_sub(named.len()) {
            let more = u64::try_from(more).unwrap_or(u64::MAX);
            let said = format!("and {}; -f json names them all", counted(more, "more", "more"));
            self.paragraph(4, self.palette.faint, &said);
        }
    }
}

const fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Affected => "Affected, and never before:",
        Kind::Back => "Affected again:",
        Kind::Fixed => "Fixed, as measured:",
        Kind::New => "New:",
        Kind::Gone => "Gone, which is not the same as fixed:",
        Kind::Changed => "Not as it was:",
    }
}

fn said(item: &Difference) -> String {
    let words = match item.kind {
        Kind::New => item.now.clone(),
        Kind::Gone => format!("{}; it was: {}", item.now, item.was),
        _ => format!("{} → {}", item.was, item.now),
    };
    let flaw = item
        .flaw
        .as_deref()
        .map(|id| flaw_named(id).map_or_else(|| format!("{id}: "), |flaw| format!("{}: ", flaw.name)));
    terminal(&(flaw.unwrap_or_default() + &words)).into_owned()
}

fn target(item: &Difference) -> String {
    match &item.name {
        Some(name) => format!("{} ({})", item.endpoint, terminal(name)),
        None => item.endpoint.to_string(),
    }
}
