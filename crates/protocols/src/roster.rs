//! What a protocol is to Holter, and the list of them all.

use holter_net::Line;

use crate::{Asking, Opened};

/// One protocol.
#[derive(Debug)]
pub struct Protocol {
    /// Its id: lower case, as in `--protocol`.
    pub id: &'static str,
    /// The id under which TLS begins at once, where the protocol can do both: "imaps" beside "imap". A protocol
    /// that only ever begins with TLS has none.
    pub direct_id: Option<&'static str>,
    /// Its name for people.
    pub name: &'static str,
    /// What people call it where it comes without TLS: HTTP for HTTPS.
    pub clear_name: &'static str,
    /// What it carries in a hospital, in a few words.
    pub about: &'static str,
    /// Ports on which it is spoken and TLS comes later. Empty for a protocol that begins with TLS.
    pub upgrade_ports: &'static [u16],
    /// Ports on which TLS begins at once.
    pub direct_ports: &'static [u16],
    /// Brings a line to the point where the next bytes are TLS records; `None` when they are from the start.
    pub open: Option<for<'a> fn(&'a mut Line, &'a Asking<'a>) -> Opened<'a>>,
    /// Whether a server's first words, or its answer to something that is not its protocol, are this
    /// protocol's. Must not guess: text that several protocols say belongs to none.
    pub recognise: fn(&[u8]) -> bool,
}

/// Declares the protocols: a module each, and [`crate::ALL`], sorted by id.
macro_rules! roster {
    ($($module:ident),* $(,)?) => {
        $(mod $module;)*

        /// Every protocol, in the order of their ids.
        pub static ALL: &[&Protocol] = &[$(&$module::PROTOCOL),*];
    };
}
pub(crate) use roster;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crate::ALL;

    #[test]
    fn ids_are_unique_and_in_order() {
        assert!(ALL.is_sorted_by(|a, b| a.id.replace('-', "_") < b.id.replace('-', "_")));
        let ids: Vec<_> = ALL
            .iter()
            .flat_map(|protocol| [Some(protocol.id), protocol.direct_id])
            .flatten()
            .collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
    }

    #[test]
    fn no_port_is_claimed_twice() {
        let mut seen = HashSet::new();
        for protocol in ALL {
            for port in protocol.upgrade_ports.iter().chain(protocol.direct_ports) {
                assert!(
                    seen.insert(port),
                    "port {port} of {} is another's already",
                    protocol.id
                );
            }
        }
    }

    #[test]
    fn a_protocol_can_be_reached_the_way_its_ports_say() {
        for protocol in ALL {
            assert_eq!(
                protocol.open.is_none(),
                protocol.upgrade_ports.is_empty(),
                "{}",
                protocol.id
            );
            assert!(
                protocol.open.is_some() || protocol.direct_id.is_none(),
                "{}",
                protocol.id
            );
        }
    }
}
