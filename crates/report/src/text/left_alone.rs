//! Hosts that Holter went away from.

use anstyle::Style;
use holter_model::LeftAlone;

use super::lines::{columns, counted};
use super::palette::painted;
use super::section::Page;
use crate::terminal;

/// So many are named; the summary counts them all.
const FIRST: usize = 100;

impl Page<'_> {
    /// Writes which, why, and what to do.
    pub(crate) fn left_alone(&mut self, hosts: &[LeftAlone]) {
        if hosts.is_empty() {
            return;
        }
        self.line("");
        self.line(&painted(self.palette.open, "Left alone"));
        self.line("");
        let named = hosts.get(..FIRST).unwrap_or(hosts);
        let place = |left: &LeftAlone| left.endpoint.address.to_string();
        let widest = named.iter().map(|left| columns(&place(left))).max().unwrap_or(0);
        for left in named {
            let left_out = match left.not_asked {
                0 => String::new(),
                more => format!("; {} not asked", counted(more, "endpoint was", "endpoints were")),
            };
            let said = format!("{} (port {}){left_out}", terminal(&left.why), left.endpoint.port);
            self.item(&format!("  {:widest$}  ", place(left)), Style::new(), &said);
        }
        if let Some(more @ 1..) = hosts.len().checked_sub(named.len()) {
            let more = u64::try_from(more).unwrap_or(u64::MAX);
            let said = format!("and {}; -f json names them all", counted(more, "other", "others"));
            self.paragraph(2, self.palette.faint, &said);
        }
        let next = painted(self.palette.strong, "Next:");
        let advice = "Look at the device before it is asked again.";
        self.item(&format!("    {next} "), Style::new(), advice);
    }
}
