//! Who was heard: servers with what they spoke, clients, and who talks to whom.

use anstyle::Style;
use holter_capture::subject::Subject;

use super::super::Sums;
use super::super::digest::Digest;
use super::super::sums::count;
use super::super::words::place;
use crate::escape::terminal;
use crate::text::{Page, columns, counted};

/// As many servers are named.
const MOST: usize = 30;

impl Page<'_> {
    /// The inventory.
    pub(super) fn inventory(&mut self, digest: &Digest, sums: &Sums) {
        let servers = &digest.servers;
        if servers.all == 0 && sums.clients == 0 {
            return;
        }
        let strong = self.palette.strong;
        self.titled(strong, "Who was heard");
        let said = format!(
            "{}, {}, {} between them; -f json has them all with what they offer.",
            counted(count(servers.all), "server", "servers"),
            counted(sums.clients, "client", "clients"),
            counted(sums.interfaces, "interface", "interfaces"),
        );
        self.paragraph(2, Style::new(), &said);
        let named = servers.told.get(..MOST).unwrap_or(&servers.told);
        let widest = named
            .iter()
            .map(|subject| columns(&place(subject)))
            .max()
            .unwrap_or(0);
        for subject in named {
            let left = format!("  {:widest$}  ", place(subject));
            self.item(&left, Style::new(), &spoken(subject));
        }
        self.more(servers.all, MOST);
    }
}

/// What a server spoke.
fn spoken(subject: &Subject) -> String {
    let inventory = &subject.inventory;
    let mut parts = Vec::new();
    parts.extend(subject.protocol.clone());
    if inventory.versions.is_empty() {
        parts.push("no TLS chosen in what was heard".to_owned());
    } else {
        parts.push(inventory.versions.join(", "));
    }
    if let Some(name) = inventory.names.first() {
        parts.push(terminal(name).into_owned());
    }
    if inventory.heartbeat_sessions > 0 {
        parts.push("agrees to heartbeats".to_owned());
    }
    parts.push(counted(subject.coverage.sessions, "session", "sessions"));
    parts.join("; ")
}
