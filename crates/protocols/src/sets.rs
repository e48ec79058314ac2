//! Sets of ports that have a name, for `--ports`. None holds a port that must not be asked unnamed.

use std::collections::BTreeSet;

use holter_model::Transport;

use crate::{default_ports, roles};

/// A set and what is in it, in one line.
pub const SETS: [(&str, &str); 10] = [
    (
        "all-tls",
        "every port where TLS is usual, at once or later, DTLS among them",
    ),
    ("clinical", "HL7, DICOM, FHIR, audit and device gateways"),
    ("database", "SQL databases, MongoDB, InterSystems"),
    (
        "default",
        "what is asked without --ports: the ports of all protocols",
    ),
    ("directory", "LDAP and Active Directory"),
    ("dtls", "VPNs, wireless access points and others over UDP"),
    ("mail", "SMTP, IMAP, POP3, LMTP, ManageSieve"),
    ("messaging", "AMQP, MQTT, XMPP, IRC"),
    ("remote", "remote desktops, virtual desktops and VPNs"),
    ("web", "HTTPS and its other ports"),
];

/// The ports of a set, in order; `None` when there is no such set.
#[must_use]
pub fn port_set(name: &str) -> Option<Vec<(u16, Transport)>> {
    let (set, _) = SETS.iter().find(|(set, _)| *set == name)?;
    let ports = match *set {
        "default" => roster().collect(),
        "dtls" => datagrams().collect(),
        "all-tls" => roster().chain(datagrams()).chain(members(set)).collect(),
        set => members(set).collect::<BTreeSet<_>>(),
    };
    Some(ports.into_iter().collect())
}

fn roster() -> impl Iterator<Item = (u16, Transport)> {
    default_ports().into_iter().map(|port| (port, Transport::Tcp))
}

fn datagrams() -> impl Iterator<Item = (u16, Transport)> {
    members("dtls").filter(|(_, transport)| *transport == Transport::Udp)
}

fn members(set: &str) -> impl Iterator<Item = (u16, Transport)> {
    roles::entries()
        .iter()
        .filter(move |entry| entry.sets.contains(&set))
        .flat_map(|entry| entry.ports.iter().flat_map(|span| span.ports()))
}

#[cfg(test)]
mod tests {
    use holter_model::Fragility;

    use super::*;

    #[test]
    fn no_set_is_empty_or_holds_a_delicate_port() {
        assert!(SETS.is_sorted());
        for (name, _) in SETS {
            let ports = port_set(name).unwrap();
            assert!(!ports.is_empty(), "{name}");
            for (port, transport) in ports {
                let class = roles::fragility(port, transport);
                assert!(
                    class < Fragility::Fragile,
                    "{name}: {port}/{transport} is {class}"
                );
            }
        }
        assert_eq!(port_set("printers"), None);
    }

    #[test]
    fn every_set_that_a_row_names_is_there() {
        for entry in roles::entries() {
            for set in &entry.sets {
                assert!(SETS.iter().any(|(name, _)| name == set), "{}: {set}", entry.id);
            }
        }
    }

    #[test]
    fn sets_hold_what_they_are_named_for() {
        use Transport::{Tcp, Udp};
        let holds = |name, port, transport| port_set(name).unwrap().contains(&(port, transport));
        assert!(holds("clinical", 2575, Tcp) && holds("clinical", 2762, Tcp));
        assert!(holds("mail", 25, Tcp) && !holds("mail", 443, Tcp));
        assert!(holds("remote", 3389, Tcp) && holds("remote", 443, Udp));
        assert!(holds("dtls", 2083, Udp) && !holds("dtls", 2083, Tcp));
        for (port, transport) in [port_set("default").unwrap(), port_set("dtls").unwrap()].concat() {
            assert!(holds("all-tls", port, transport), "{port}/{transport}");
        }
    }
}
