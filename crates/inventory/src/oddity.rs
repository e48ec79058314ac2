//! What was left out of a file, and why: never without a word.

use std::fmt;

/// More than so many are counted only: a file may consist of nothing else.
const MOST: usize = 1000;

/// A longer cell is quoted by its beginning.
const QUOTED: usize = 60;

/// Something in a file that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oddity {
    /// The line, counted from 1; `None` where it is about the whole file.
    pub line: Option<u64>,
    /// What was left out and why, in one line.
    pub what: String,
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

/// The oddities of one file while it is read.
#[derive(Debug, Default)]
pub(crate) struct Oddities {
    told: Vec<Oddity>,
    more: u64,
}

impl Oddities {
    /// One line's.
    pub(crate) fn at(&mut self, line: u64, what: impl Into<String>) {
        self.push(Some(line), what.into());
    }

    /// The whole file's.
    pub(crate) fn whole(&mut self, what: impl Into<String>) {
        self.push(None, what.into());
    }

    /// All of them; those that were only counted are one at the end.
    pub(crate) fn list(mut self) -> Vec<Oddity> {
        if self.more > 0 {
            let what = format!("{} more lines hold something that cannot be used", self.more);
            self.told.push(Oddity { line: None, what });
        }
        self.told
    }

    fn push(&mut self, line: Option<u64>, what: String) {
        if self.told.len() < MOST {
            self.told.push(Oddity { line, what });
        } else {
            self.more += 1;
        }
    }
}

/// A cell as it is named in an oddity: in quotation marks, with what does not print escaped, never endless.
pub(crate) fn quoted(cell: &str) -> String {
    match cell.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{:?}…", cell.get(..end).unwrap_or_default()),
        None => format!("{cell:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_nothing_else_does_not_grow_without_end() {
        let mut oddities = Oddities::default();
        for line in 1..=5000 {
            oddities.at(line, "wrong");
        }
        let list = oddities.list();
        assert_eq!(list.len(), MOST + 1);
        assert_eq!(list[0].to_string(), "line 1: wrong");
        assert!(list[MOST].to_string().starts_with("4000 more lines"));
    }

    #[test]
    fn a_long_cell_is_quoted_by_its_beginning() {
        assert_eq!(quoted("a\nb"), "\"a\\nb\"");
        assert_eq!(quoted(&"\u{e4}".repeat(1000)).chars().count(), QUOTED + 3);
    }
}
