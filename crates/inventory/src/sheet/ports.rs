//! The ports of a row: `443`, `443/udp`, several of them parted by blanks, bars, commas or semicolons.

use std::collections::BTreeSet;

use holter_model::Transport;

use super::columns::{Column, Columns};
use crate::table::Row;

/// What a row says of ports.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Ports {
    /// Each once, in order.
    pub(crate) open: Vec<(u16, Transport)>,
    /// The first that is none.
    pub(crate) wrong: Option<String>,
}

impl Ports {
    /// The ports of a row.
    pub(crate) fn of(row: &Row, columns: &Columns) -> Self {
        Self::parse(columns.cells(row, Column::Port))
    }

    /// The numbers alone, each once, in order.
    pub(crate) fn numbers(&self) -> Vec<u16> {
        let mut numbers: Vec<u16> = self.open.iter().map(|(port, _)| *port).collect();
        numbers.dedup();
        numbers
    }

    fn parse<'a>(cells: impl Iterator<Item = &'a str>) -> Self {
        let mut all = BTreeSet::new();
        let mut wrong = None;
        let words = cells.flat_map(|cell| cell.split([' ', '|', ',', ';', '\n', '\r', '\t']));
        for word in words.filter(|word| !word.is_empty()) {
            match port(word) {
                Some((port, transport)) => {
                    all.insert((port, transport == Transport::Udp));
                }
                None if wrong.is_none() => wrong = Some(word.to_owned()),
                None => {}
            }
        }
        let transport = |udp| if udp { Transport::Udp } else { Transport::Tcp };
        Self {
            open: all
                .into_iter()
                .map(|(port, udp)| (port, transport(udp)))
                .collect(),
            wrong,
        }
    }
}

fn port(word: &str) -> Option<(u16, Transport)> {
    let (digits, transport) = match word.split_once('/') {
        None => (word, Transport::Tcp),
        Some((digits, over)) if over.eq_ignore_ascii_case("tcp") => (digits, Transport::Tcp),
        Some((digits, over)) if over.eq_ignore_ascii_case("udp") => (digits, Transport::Udp),
        Some(_) => return None,
    };
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let port = digits.parse().ok().filter(|port| plain && *port > 0)?;
    Some((port, transport))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_as_people_write_them() {
        let (tcp, udp) = (Transport::Tcp, Transport::Udp);
        let ports = |cell: &str| Ports::parse([cell].into_iter());
        assert_eq!(ports("443").open, [(443, tcp)]);
        assert_eq!(
            ports("8443|443/UDP 443, 443").open,
            [(443, tcp), (443, udp), (8443, tcp)]
        );
        assert_eq!(ports("443/udp 443").numbers(), [443]);
        assert_eq!(ports(""), Ports::default());
        for (cell, wrong) in [
            ("https", "https"),
            ("443 0 x", "0"),
            ("+443", "+443"),
            ("9-10", "9-10"),
            ("1/sctp", "1/sctp"),
        ] {
            assert_eq!(ports(cell).wrong.as_deref(), Some(wrong), "{cell}");
        }
        assert_eq!(ports("443 x").open, [(443, tcp)]);
    }
}
