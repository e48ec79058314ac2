//! What the columns of a CSV inventory mean, whatever people call them.

use crate::oddity::quoted;
use crate::table::Row;

/// What a column says of a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    /// Its address, its range, or its name where that stands there.
    Address,
    /// Its host name.
    Name,
    /// Where it is to be asked.
    Port,
    /// What it is there for.
    Role,
    /// How much depends on it.
    Criticality,
    /// How carefully it must be touched.
    Fragility,
    /// Who answers for it.
    Owner,
    /// Where it belongs.
    Department,
}

/// Headings in lower case, without what is neither letter nor digit. Of two columns that mean the same, the cell of the
/// one that comes first here is taken first.
const CALLED: [(&str, Column); 33] = [
    ("address", Column::Address),
    ("ip", Column::Address),
    ("ipaddress", Column::Address),
    ("ipv4address", Column::Address),
    ("ipv6address", Column::Address),
    ("range", Column::Address),
    ("network", Column::Address),
    ("subnet", Column::Address),
    ("target", Column::Address),
    ("host", Column::Address),
    ("fqdn", Column::Name),
    ("hostname", Column::Name),
    ("dnsname", Column::Name),
    ("name", Column::Name),
    ("port", Column::Port),
    ("ports", Column::Port),
    ("role", Column::Role),
    ("function", Column::Role),
    ("system", Column::Role),
    ("description", Column::Role),
    ("criticality", Column::Criticality),
    ("priority", Column::Criticality),
    ("fragility", Column::Fragility),
    ("fragilityclass", Column::Fragility),
    ("care", Column::Fragility),
    ("owner", Column::Owner),
    ("contact", Column::Owner),
    ("responsible", Column::Owner),
    ("department", Column::Department),
    ("unit", Column::Department),
    ("ward", Column::Department),
    ("location", Column::Department),
    ("site", Column::Department),
];

/// The columns of one table.
#[derive(Debug)]
pub(crate) struct Columns {
    /// Where each that is read stands, in the order of [`CALLED`].
    read: Vec<(Column, usize)>,
}

impl Columns {
    /// What these headings mean.
    pub(crate) fn of(headings: &[String]) -> Self {
        let plain = |heading: &String| -> String {
            let letters = heading.chars().filter(|letter| letter.is_alphanumeric());
            letters.flat_map(char::to_lowercase).collect()
        };
        let mut read: Vec<(usize, Column, usize)> = headings
            .iter()
            .map(plain)
            .enumerate()
            .filter_map(|(place, plain)| {
                let rank = CALLED.iter().position(|(called, _)| *called == plain)?;
                CALLED.get(rank).map(|(_, column)| (rank, *column, place))
            })
            .collect();
        read.sort_by_key(|(rank, _, place)| (*rank, *place));
        Self {
            read: read
                .into_iter()
                .map(|(_, column, place)| (column, place))
                .collect(),
        }
    }

    /// Whether they say where a system is.
    pub(crate) fn can_place(&self) -> bool {
        let places = |column: &Column| matches!(column, Column::Address | Column::Name);
        self.read.iter().any(|(column, _)| places(column))
    }

    /// How many are understood.
    pub(crate) const fn known(&self) -> usize {
        self.read.len()
    }

    /// The headings that mean nothing here; `None` where there are none.
    pub(crate) fn unread(&self, headings: &[String]) -> Option<String> {
        const NAMED: usize = 8;
        let unread = |(place, _): &(usize, &String)| !self.reads(*place);
        let all: Vec<String> = headings
            .iter()
            .enumerate()
            .filter(unread)
            .map(|(_, heading)| quoted(heading))
            .collect();
        let more = if all.len() > NAMED { ", …" } else { "" };
        let first: Vec<&str> = all.iter().take(NAMED).map(String::as_str).collect();
        (!all.is_empty()).then(|| format!("{}{more}", first.join(", ")))
    }

    /// What a row has in the columns of this meaning, without empty cells.
    pub(crate) fn cells<'a>(&'a self, row: &'a Row, column: Column) -> impl Iterator<Item = &'a str> {
        self.read
            .iter()
            .filter(move |(read, _)| *read == column)
            .map(|(_, place)| row.cell(*place))
            .filter(|cell| !cell.is_empty())
    }

    /// What a row has in other columns, and beyond the last heading.
    pub(crate) fn unread_cells<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = &'a str> {
        (0..row.width())
            .filter(|place| !self.reads(*place))
            .map(|place| row.cell(place))
    }

    fn reads(&self, place: usize) -> bool {
        self.read.iter().any(|(_, read)| *read == place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(headings: &[&str]) -> Columns {
        let headings: Vec<String> = headings.iter().map(|heading| (*heading).to_owned()).collect();
        Columns::of(&headings)
    }

    #[test]
    fn headings_as_people_write_them() {
        for (heading, column) in [
            ("IP_Address", Column::Address),
            ("ip-address", Column::Address),
            ("Host", Column::Address),
            ("Host Name", Column::Name),
            ("DNS name:", Column::Name),
            ("PORTS", Column::Port),
            ("Fragility class", Column::Fragility),
        ] {
            assert_eq!(columns(&[heading]).read, [(column, 0)], "{heading}");
        }
        assert_eq!(columns(&["", "Serial", "fragilty"]).read, []);
    }

    #[test]
    fn of_two_that_mean_the_same_the_plainer_comes_first() {
        let both = columns(&["Description", "Name", "Serial", "Role", "Hostname"]);
        let places: Vec<usize> = both.read.iter().map(|(_, place)| *place).collect();
        assert_eq!(places, [4, 1, 3, 0]);
        let headings = ["Name", "Serial"].map(str::to_owned);
        assert_eq!(
            Columns::of(&headings).unread(&headings).as_deref(),
            Some("\"Serial\"")
        );
    }
}
