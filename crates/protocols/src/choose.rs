//! Which protocol to speak: the one asked for, the one its port suggests, or the one that answers.

use crate::{ALL, Protocol};

/// A protocol and how it begins there.
#[derive(Clone, Copy, Debug)]
pub struct Chosen {
    /// The protocol.
    pub protocol: &'static Protocol,
    /// How it begins.
    pub start: Start,
}

/// Whether TLS comes at once or after the protocol's own preamble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At once.
    Direct,
    /// After [`Protocol::open`].
    Upgrade,
}

impl Chosen {
    /// The id under which this is reported: "imaps" where IMAP begins with TLS.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self.start {
            Start::Direct => self.protocol.direct_id.unwrap_or(self.protocol.id),
            Start::Upgrade => self.protocol.id,
        }
    }
}

/// The protocol with this id, on this port if it is known: `smtp` on 465 begins with TLS all the same.
#[must_use]
pub fn by_id(id: &str, port: u16) -> Option<Chosen> {
    ALL.iter().find_map(|protocol| {
        let start = if protocol.direct_id == Some(id)
            || protocol.open.is_none()
            || protocol.direct_ports.contains(&port)
        {
            Start::Direct
        } else {
            Start::Upgrade
        };
        (protocol.id == id || protocol.direct_id == Some(id)).then_some(Chosen { protocol, start })
    })
}

/// The protocol that this port usually means.
#[must_use]
pub fn by_port(port: u16) -> Option<Chosen> {
    ALL.iter().find_map(|protocol| {
        let start = match (
            protocol.direct_ports.contains(&port),
            protocol.upgrade_ports.contains(&port),
        ) {
            (true, _) => Start::Direct,
            (_, true) => Start::Upgrade,
            _ => return None,
        };
        Some(Chosen { protocol, start })
    })
}

/// The protocol whose words these are, with its own way to TLS; `None` unless exactly one claims them.
#[must_use]
pub fn by_words(words: &[u8]) -> Option<Chosen> {
    let mut claims = ALL
        .iter()
        .filter(|protocol| protocol.open.is_some() && (protocol.recognise)(words));
    match (claims.next(), claims.next()) {
        (Some(protocol), None) => Some(Chosen {
            protocol,
            start: Start::Upgrade,
        }),
        _ => None,
    }
}

/// The ports that are asked when a target names none: every port of the roster, in order.
#[must_use]
pub fn default_ports() -> Vec<u16> {
    let mut ports: Vec<u16> = ALL
        .iter()
        .flat_map(|protocol| protocol.upgrade_ports.iter().chain(protocol.direct_ports))
        .copied()
        .collect();
    ports.sort_unstable();
    ports
}
