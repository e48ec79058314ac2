//! Hosts that were left alone in the middle of the scan: somebody should look after them.

use anstyle::Style;
use holter_model::LeftAlone;

use super::lines::{columns, counted};
use super::palette::painted;
use super::section::Page;
use crate::escape::terminal;

/// Of more than this only the first are named.
const FIRST: usize = 40;

impl Page<'_> {
    /// Writes what they did, and how much of them nobody knows.
    pub(crate) fn left_alone(&mut self, hosts: &[LeftAlone]) {
        if hosts.is_empty() {
            return;
        }
        self.line("");
        self.line(&painted(self.palette.open, "Left alone"));
        self.line("");
        let named = hosts.get(..FIRST).unwrap_or(hosts);
        let shown = |host: &LeftAlone| host.endpoint.address.to_string();
        let widest = named.iter().map(|host| columns(&shown(host))).max().unwrap_or(0);
        for host in named {
            let mut said = terminal(&host.why).into_owned();
            if host.not_asked > 0 {
                let count = counted(host.not_asked, "endpoint was", "endpoints were");
                said.push_str(&format!("; {count} not asked"));
            }
            self.item(&format!("  {:widest$}  ", shown(host)), Style::new(), &said);
        }
        if let Some(more @ 1..) = hosts.len().checked_sub(named.len()) {
            let more = counted(u64::try_from(more).unwrap_or(u64::MAX), "other", "others");
            self.paragraph(
                2,
                self.palette.faint,
                &format!("and {more}; -f json names them all"),
            );
        }
        let next = painted(self.palette.strong, "Next:");
        self.item(
            &format!("    {next} "),
            Style::new(),
            "See whether it still works. Then ask whoever runs it when it may be disturbed, and scan it by itself with --pace gentle.",
        );
    }
}
