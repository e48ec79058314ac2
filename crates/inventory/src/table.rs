//! A table with a line of headings: its cells parted by commas, semicolons or tabs.

use std::ops::Range;

use csv::{ReaderBuilder, StringRecord};

use crate::ReadError;

/// What parts the cells of a table that was copied out of a spreadsheet.
pub(crate) const TAB: u8 = b'\t';

/// A table that is being read, row by row.
#[derive(Debug)]
pub(crate) struct Table<'a> {
    text: &'a str,
    rows: csv::Reader<&'a [u8]>,
    delimiter: u8,
    columns: Vec<String>,
    /// Where the next row is looked for, and the line that this is on.
    at: usize,
    line: u64,
}

/// One row.
#[derive(Debug)]
pub(crate) struct Row {
    /// The line that it begins on, counted from 1.
    pub(crate) line: u64,
    cells: StringRecord,
}

impl Row {
    /// The cell of a column, without blanks around it; empty where the row is too short.
    pub(crate) fn cell(&self, column: usize) -> &str {
        self.cells.get(column).unwrap_or_default().trim()
    }

    /// How many cells there are.
    pub(crate) fn width(&self) -> usize {
        self.cells.len()
    }
}

impl<'a> Table<'a> {
    /// The table that begins with the first line that is neither empty nor a remark; `None` where that has one column.
    pub(crate) fn of(text: &'a str) -> Option<Self> {
        let header = text
            .lines()
            .find(|line| !line.trim().is_empty() && !line.starts_with('#'))?;
        let delimiter = [b',', b';', TAB]
            .into_iter()
            .max_by_key(|delimiter| parted(header, *delimiter))?;
        Self::parted_by(text, delimiter).filter(|table| table.columns.len() > 1)
    }

    /// What parts the cells.
    pub(crate) const fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The headings, as they stand there.
    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The next row that is not empty.
    pub(crate) fn next_row(&mut self) -> Result<Option<Row>, ReadError> {
        let (line, raw) = self.skip();
        let mut cells = StringRecord::new();
        let more = self
            .rows
            .read_record(&mut cells)
            .map_err(|error| ReadError::at(line, format!("the table cannot be read here: {error}")))?;
        let end = usize::try_from(self.rows.position().byte()).unwrap_or(usize::MAX);
        let raw = self.text.get(Range { start: raw, end }).unwrap_or_default();
        if !closes(raw, self.delimiter) {
            return Err(ReadError::at(
                line,
                "a quotation mark is opened and not closed where its cell ends: close it, or write it twice within a cell",
            ));
        }
        Ok(more.then_some(Row { line, cells }))
    }

    fn parted_by(text: &'a str, delimiter: u8) -> Option<Self> {
        let rows = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .comment(Some(b'#'))
            .delimiter(delimiter)
            .from_reader(text.as_bytes());
        let mut table = Self {
            text,
            rows,
            delimiter,
            columns: Vec::new(),
            at: 0,
            line: 1,
        };
        let header = table.next_row().ok()??;
        table.columns = header.cells.iter().map(|cell| cell.trim().to_owned()).collect();
        Some(table)
    }

    /// Passes over empty lines and remarks, as the reader will: the line and the place where the row begins.
    fn skip(&mut self) -> (u64, usize) {
        let begin = usize::try_from(self.rows.position().byte()).unwrap_or(usize::MAX);
        let mut at = begin;
        loop {
            let rest = self.text.get(at..).unwrap_or_default();
            at += match rest.bytes().next() {
                Some(b'\r' | b'\n') => 1,
                Some(b'#') => rest.find('\n').map_or(rest.len(), |end| end + 1),
                _ => break,
            };
        }
        let passed = self.text.get(self.at..at).unwrap_or_default();
        self.line += passed.bytes().map(|byte| u64::from(byte == b'\n')).sum::<u64>();
        self.at = at;
        (self.line, at)
    }
}

/// How often a line has this between its cells, and not within a quoted one.
fn parted(line: &str, delimiter: u8) -> usize {
    let mut quoted = false;
    let counts = |byte: &u8| {
        quoted ^= *byte == b'"';
        !quoted && *byte == delimiter
    };
    line.as_bytes().iter().copied().filter(counts).count()
}

/// Whether every quoted cell of a row ends with a mark that closes it. A forgotten one would swallow the rows below,
/// and with them what must not be touched. Within one line, a mark in the middle of a cell does no such harm.
fn closes(row: &str, delimiter: u8) -> bool {
    let mut bytes = row.bytes().peekable();
    let mut harm = true;
    while let Some(first) = bytes.next() {
        if first != b'"' {
            // To the end of a cell that has no marks around it.
            let ends = |byte: u8| byte == delimiter || byte == b'\n' || byte == b'\r';
            let mut last = first;
            while !ends(last) {
                match bytes.next() {
                    Some(byte) => last = byte,
                    None => return true,
                }
            }
            continue;
        }
        let mut breaks = false;
        loop {
            match bytes.next() {
                None => return false,
                Some(b'"') if bytes.peek() == Some(&b'"') => {
                    bytes.next();
                }
                Some(b'"') => break,
                Some(byte) => breaks |= byte == b'\n',
            }
        }
        let closed = bytes
            .peek()
            .is_none_or(|byte| *byte == delimiter || *byte == b'\n' || *byte == b'\r');
        harm &= closed || !breaks;
        if !closed {
            // What stands behind the mark still belongs to the cell.
            while bytes
                .next_if(|byte| *byte != delimiter && *byte != b'\n')
                .is_some()
            {}
        }
        bytes.next_if(|byte| *byte == delimiter);
    }
    harm
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Result<Vec<(u64, Vec<String>)>, ReadError> {
        let mut table = Table::of(text).unwrap();
        let mut rows = Vec::new();
        while let Some(row) = table.next_row()? {
            let cells = (0..row.width()).map(|column| row.cell(column).to_owned());
            rows.push((row.line, cells.collect()));
        }
        Ok(rows)
    }

    #[test]
    fn rows_know_their_lines() {
        let text = "\n# remark\nip;name\r\n\r\n10.0.0.1; a \r\n# no, nothing\r\n\"10.0.0.2\";\"b\r\nc\"\r\n10.0.0.3\r\n";
        let row = |line, cells: &[&str]| (line, cells.iter().map(|cell| (*cell).to_owned()).collect());
        assert_eq!(
            rows(text).unwrap(),
            [
                row(5, &["10.0.0.1", "a"]),
                row(7, &["10.0.0.2", "b\r\nc"]),
                row(9, &["10.0.0.3"])
            ]
        );
    }

    #[test]
    fn what_parts_the_cells_is_seen() {
        for (text, delimiter, columns) in [
            ("a,b;c,d\n", b',', 3),
            ("a;\"b,c,d,e\";f\n", b';', 3),
            ("a\tb\n", TAB, 2),
        ] {
            let table = Table::of(text).unwrap();
            assert_eq!(
                (table.delimiter(), table.columns().len()),
                (delimiter, columns),
                "{text}"
            );
        }
        assert!(Table::of("address\n10.0.0.1\n").is_none() && Table::of("").is_none());
    }

    #[test]
    fn a_forgotten_quotation_mark_swallows_nothing() {
        for wrong in [
            "ip,name\n10.0.0.1,\"pump\n10.0.0.2,b\n10.0.0.3,c\n",
            "ip,name\n10.0.0.1,\"pump\n10.0.0.2,\"b\"\n",
            "ip,name\n10.0.0.1,\"pump\n10.0.0.2,12\" screen\n",
            "ip,name\n10.0.0.1,\"pump",
        ] {
            let error = rows(wrong).unwrap_err();
            assert_eq!(error.line, Some(2), "{wrong}");
            assert!(error.what.contains("quotation mark"), "{error}");
        }
        for right in [
            "ip,name\n10.0.0.1,12\" screen\n10.0.0.2,b\n",
            "ip,name\n10.0.0.1,\"12\"\" screen\"\n10.0.0.2,b\n",
            "ip,name\n10.0.0.1,\"12\" screen\n10.0.0.2,b\n",
            "ip,name\n10.0.0.1,\"two\nlines, \"\"quoted\"\"\"\n10.0.0.2,b\n",
            "ip,name\n\"10.0.0.1\",\"\"\n\"10.0.0.2\",\"b\"",
        ] {
            assert_eq!(rows(right).unwrap().len(), 2, "{right}");
        }
    }
}
