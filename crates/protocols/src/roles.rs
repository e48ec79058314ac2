//! What a service is to the hospital, as far as its port, its protocol and what it shows tell: `registry/roles.tsv`.
//!
//! ```text
//! mark in its certificate or words ──▶ protocol that it speaks ──▶ port
//!                          the first that knows something, wins
//! ```

use std::sync::LazyLock;

use holter_model::role::Source;
use holter_model::{Criticality, Endpoint, Fragility, Role, Transport};

use crate::marks::Mark;
use crate::port::Span;
use crate::{ALL, Protocol};

/// One row of the registry.
#[derive(Debug)]
pub struct Entry {
    /// Its id; a protocol's where the row is about one protocol.
    pub id: &'static str,
    /// Where such a service usually listens.
    pub ports: Vec<Span>,
    /// What it is there for, for people.
    pub name: &'static str,
    /// How much depends on it.
    pub criticality: Criticality,
    /// How carefully it must be touched.
    pub fragility: Fragility,
    /// The sets of ports that it is in.
    pub sets: Vec<&'static str>,
}

/// Every row, in the order of the ids.
#[must_use]
pub fn entries() -> &'static [Entry] {
    &ENTRIES
}

/// What this port usually means.
#[must_use]
pub fn by_port(port: u16, transport: Transport) -> Option<&'static Entry> {
    let after = SPANS.partition_point(|(span, _)| (span.transport, span.first) <= (transport, port));
    let (span, entry) = SPANS.get(after.checked_sub(1)?)?;
    (span.transport == transport && port <= span.last).then_some(*entry)
}

/// How carefully this port must be touched. One that nobody knows: carefully.
#[must_use]
pub fn fragility(port: u16, transport: Transport) -> Fragility {
    by_port(port, transport).map_or(Fragility::Careful, |entry| entry.fragility)
}

/// What this service is there for, where `protocol` is the id of what it speaks and `mark` what gave it away. A
/// guess never makes a service less delicate than its port says.
#[must_use]
pub fn role(endpoint: Endpoint, protocol: &str, mark: Option<&Mark>) -> Option<Role> {
    let here = by_port(endpoint.port, endpoint.transport);
    let least = here.map_or(Fragility::Robust, |entry| entry.fragility);
    if let Some(mark) = mark {
        return Some(Role {
            name: mark.name.to_owned(),
            criticality: mark.criticality,
            fragility: mark.fragility.max(least),
            source: Source::Recognised,
        });
    }
    let (entry, source) = match by_protocol(protocol, endpoint.port) {
        Some(entry) => (entry, Source::Recognised),
        None => (here?, Source::Port),
    };
    Some(Role {
        name: entry.name.to_owned(),
        criticality: entry.criticality,
        fragility: entry.fragility.max(least),
        source,
    })
}

/// The row of a protocol that is spoken on a port other than its own: there the port says nothing.
fn by_protocol(id: &str, port: u16) -> Option<&'static Entry> {
    let protocol = ALL
        .iter()
        .find(|protocol| protocol.id == id || protocol.direct_id == Some(id))?;
    if ports(protocol).any(|own| own == port) {
        return None;
    }
    ENTRIES
        .iter()
        .find(|entry| entry.id == protocol.id)
        .or_else(|| by_port(ports(protocol).next()?, Transport::Tcp))
}

fn ports(protocol: &Protocol) -> impl Iterator<Item = u16> {
    protocol
        .upgrade_ports
        .iter()
        .chain(protocol.direct_ports)
        .copied()
}

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| rows().filter_map(entry).collect());

/// Every span with its row, in order, for a quick look-up.
static SPANS: LazyLock<Vec<(Span, &'static Entry)>> = LazyLock::new(|| {
    let mut spans: Vec<(Span, &'static Entry)> = ENTRIES
        .iter()
        .flat_map(|entry| entry.ports.iter().map(move |span| (*span, entry)))
        .collect();
    spans.sort_unstable_by_key(|(span, _)| *span);
    spans
});

fn rows() -> impl Iterator<Item = &'static str> {
    include_str!("../../../registry/roles.tsv")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
}

fn entry(row: &'static str) -> Option<Entry> {
    let cells: Vec<&str> = row.split('\t').collect();
    let &[id, ports, name, criticality, fragility, sets, _source] = cells.as_slice() else {
        return None;
    };
    let listed = |cell: &'static str| cell.split(',').filter(|text| *text != "-");
    Some(Entry {
        id,
        ports: listed(ports)
            .map(|text| text.parse().ok())
            .collect::<Option<_>>()?,
        name,
        criticality: criticality.parse().ok()?,
        fragility: fragility.parse().ok()?,
        sets: listed(sets).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::default_ports;

    #[test]
    fn every_row_is_read() {
        for row in rows() {
            assert!(entry(row).is_some(), "{row}");
        }
        assert_eq!(entries().len(), rows().count());
    }

    #[test]
    fn no_port_has_two_rows() {
        for pair in SPANS.windows(2) {
            let [(one, first), (other, second)] = pair else {
                panic!()
            };
            assert!(
                one.transport != other.transport || one.last < other.first,
                "{} and {} both have {other}",
                first.id,
                second.id
            );
        }
    }

    #[test]
    fn every_port_of_a_protocol_has_a_row() {
        for port in default_ports() {
            assert!(by_port(port, Transport::Tcp).is_some(), "{port}");
        }
    }

    #[test]
    fn ports_have_their_class() {
        use Fragility::{Careful, DoNotTouch, Fragile, Robust};
        use Transport::{Tcp, Udp};
        for (port, transport, class) in [
            (443, Tcp, Robust),
            (2575, Tcp, Careful),
            (2762, Tcp, Careful),
            (11112, Tcp, Careful),
            (104, Tcp, Fragile),
            (631, Tcp, Fragile),
            (502, Tcp, Fragile),
            (4840, Tcp, Fragile),
            (47808, Udp, Fragile),
            (3702, Udp, Fragile),
            (24105, Udp, Fragile),
            (24999, Tcp, Fragile),
            (515, Tcp, DoNotTouch),
            (623, Tcp, DoNotTouch),
            (623, Udp, DoNotTouch),
            (9100, Tcp, DoNotTouch),
            (9116, Tcp, DoNotTouch),
            (17988, Tcp, DoNotTouch),
            (17990, Tcp, DoNotTouch),
            (9117, Tcp, Careful),
            (9100, Udp, Careful),
            (1, Tcp, Careful),
            (65535, Udp, Careful),
        ] {
            assert_eq!(fragility(port, transport), class, "{port}/{transport}");
        }
    }

    #[test]
    fn the_protocol_spoken_wins_over_the_port_and_never_makes_it_robust() {
        let role = |port, transport, protocol| {
            let endpoint = Endpoint {
                address: [127, 0, 0, 1].into(),
                port,
                transport,
            };
            let role = role(endpoint, protocol, None)?;
            Some((role.name, role.fragility, role.source))
        };
        let check = |port, protocol, name: &str, fragility, source| {
            let expected = Some((name.to_owned(), fragility, source));
            assert_eq!(
                role(port, Transport::Tcp, protocol),
                expected,
                "{port} {protocol}"
            );
        };
        use Fragility::{Careful, Fragile, Robust};
        check(443, "https", "portal or interface (HTTPS)", Robust, Source::Port);
        check(11112, "dicom", "imaging archive (DICOM)", Careful, Source::Port);
        check(30000, "mllp", "HL7 v2 feed (MLLP)", Careful, Source::Recognised);
        check(
            30000,
            "fhir",
            "record interface (FHIR)",
            Robust,
            Source::Recognised,
        );
        check(30000, "imaps", "mailboxes (IMAP)", Robust, Source::Recognised);
        check(
            104,
            "https",
            "portal or interface (HTTPS)",
            Fragile,
            Source::Recognised,
        );
        check(2762, "tls", "imaging (DICOM over TLS)", Careful, Source::Port);
        assert_eq!(role(30000, Transport::Tcp, "tls"), None);
        let vpn = role(443, Transport::Udp, "tls").unwrap();
        assert_eq!(vpn.0, "remote access (VPN)");
    }
}
