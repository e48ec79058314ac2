//! `-p`: ports, ranges and sets of ports, as people write them; and what is said of those that are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use holter_model::{Fragility, Transport};
use holter_protocols::sets::{SETS, port_set};
use holter_protocols::{PortChoice, Span, roles};

/// Ports, each once, in order: those of streams first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ports(pub(crate) Vec<PortChoice>);

impl FromStr for Ports {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut ports = BTreeMap::new();
        for part in text.split(',').map(str::trim) {
            if let Some(set) = port_set(&part.to_ascii_lowercase()) {
                for (port, transport) in set {
                    ports.entry((transport, port)).or_insert(false);
                }
                continue;
            }
            // As nmap has it: every port.
            let span: Span = if part == "-" { "1-65535" } else { part }
                .parse()
                .map_err(|wrong| explained(part, wrong))?;
            for (port, transport) in span.ports() {
                *ports.entry((transport, port)).or_default() |= span.is_one();
            }
        }
        let choice = |((transport, port), named)| PortChoice {
            port,
            transport,
            named,
        };
        Ok(Self(ports.into_iter().map(choice).collect()))
    }
}

/// Who writes a word means a set.
fn explained(part: &str, wrong: String) -> String {
    if !part.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return wrong;
    }
    let sets: Vec<&str> = SETS.iter().map(|(name, _)| *name).collect();
    format!(
        "{part:?} is no set of ports: the sets are {}, and a port is a number like 443 or 443/udp",
        sets.join(", ")
    )
}

/// More of them than this are only counted.
const FIRST: usize = 6;

/// What is said of ports that are too delicate to be asked unnamed; `None` when there are none.
pub(crate) fn left_out(ports: &BTreeSet<(u16, Transport)>) -> Option<String> {
    let mut parts = Vec::new();
    for entry in roles::entries()
        .iter()
        .filter(|entry| entry.fragility >= Fragility::Fragile)
    {
        for span in &entry.ports {
            let mut within = span.ports().filter(|port| ports.contains(port));
            let Some((first, transport)) = within.next() else {
                continue;
            };
            let last = within.last().map_or(first, |(last, _)| last);
            let span = Span {
                transport,
                first,
                last,
            };
            parts.push((entry.fragility, span, format!("{span}, {}", entry.name)));
        }
    }
    parts.sort_by_key(|(fragility, span, _)| (std::cmp::Reverse(*fragility), *span));
    let (_, example, _) = parts.first()?;
    let named: Vec<&str> = parts
        .iter()
        .take(FIRST)
        .map(|(_, _, shown)| shown.as_str())
        .collect();
    let more = match parts.len().checked_sub(FIRST) {
        Some(more @ 1..) => format!("; and {more} more"),
        _ => String::new(),
    };
    let udp = if example.transport == Transport::Udp {
        "/udp"
    } else {
        ""
    };
    Some(format!(
        "left out: {}{more}. A question can disturb what is there: to ask one all the same, name one host and the port, host:{}{udp}",
        named.join("; "),
        example.first
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_as_people_write_them() {
        let ports = |text: &str| {
            let shown = |choice: PortChoice| {
                let udp = if choice.transport == Transport::Udp {
                    "/udp"
                } else {
                    ""
                };
                let named = if choice.named { "" } else { "?" };
                format!("{}{udp}{named}", choice.port)
            };
            let ports = text.parse::<Ports>()?;
            Ok::<_, String>(ports.0.into_iter().map(shown).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(ports("443").as_deref(), Ok("443"));
        assert_eq!(
            ports("8443, 443,9000-9002,9001,443/udp").as_deref(),
            Ok("443 8443 9000? 9001 9002? 443/udp")
        );
        assert_eq!(ports("directory, 636").as_deref(), Ok("389? 636 3268? 3269?"));
        assert_eq!(ports("Directory"), ports("directory"));
        for all in ["-", "1-65535"] {
            assert_eq!(all.parse::<Ports>().map(|ports| ports.0.len()), Ok(65535));
        }
        for wrong in ["", "443,", "-443", "https", "443/sctp"] {
            assert!(ports(wrong).is_err(), "{wrong}");
        }
        assert!(
            ports("443,99999")
                .unwrap_err()
                .contains("\"99999\" is not a port from 1 to 65535")
        );
        let said = ports("443,clinic").unwrap_err();
        assert!(
            said.contains("\"clinic\" is no set of ports") && said.contains(" clinical, "),
            "{said}"
        );
    }

    #[test]
    fn what_is_left_out_is_said_with_how_to_ask_it() {
        let said = |ports: &[u16]| left_out(&ports.iter().map(|port| (*port, Transport::Tcp)).collect());
        assert_eq!(said(&[]), None);
        assert_eq!(
            said(&[104, 9100, 9101]).unwrap(),
            "left out: 9100-9101, label or document printer (raw); 104, imaging device (DICOM). A question can disturb what is there: to ask one all the same, name one host and the port, host:9100"
        );
        let all: Vec<u16> = (1..=65535).collect();
        assert!(said(&all).unwrap().contains(" more. A question"));
    }
}
