//! A log of sessions in CSV or JSON: which line used which session, when and from where.

use std::{
    collections::HashMap,
    io::{self, BufRead, Read},
    net::{IpAddr, SocketAddr},
};

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::{
    Use,
    columns::Columns,
    json::LONGEST_LINE,
    moment::moment,
    record::{Bounded, Budget},
};

/// More lines than this are not held; what was read until then is judged.
const MOST_USES: usize = 4_000_000;

/// Why a log cannot be read at all.
#[derive(Debug, Error)]
pub enum LogError {
    /// It broke off.
    #[error("the log cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// It has no column for one of the three.
    #[error("no column of the log says {what}; it has {names}. Name it: --columns {what}=NAME")]
    NoColumn {
        /// What is missing: `time`, `session` or `source`.
        what: &'static str,
        /// The names that are there.
        names: String,
    },
    /// It is empty.
    #[error("the log is empty")]
    Empty,
}

/// What a log holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// Uses of sessions.
    pub uses: Vec<Use>,
    /// How many different sessions.
    pub sessions: u32,
    /// Lines that could not be used, and the first of them.
    pub unused: u64,
    /// The first line that could not be used.
    pub first_unused: Option<u64>,
    /// Whether the log is longer than what was held.
    pub cut: bool,
}

/// Numbers for sessions, by the hash of their id: the id itself opens the session and must not lie about.
#[derive(Debug, Default)]
pub(super) struct Numbers(HashMap<[u8; 16], u32>);

impl Log {
    /// Reads a log: a JSON object a line where it begins with a brace, a JSON array where with a bracket, else a table with a line of
    /// headings. The "lines" of an array are the places of its objects.
    ///
    /// # Errors
    /// Where it breaks off or lacks a column.
    pub fn read(mut from: impl BufRead, columns: &Columns) -> Result<Self, LogError> {
        let start = from
            .fill_buf()?
            .iter()
            .copied()
            .find(|byte| !byte.is_ascii_whitespace() && !matches!(byte, 0xef | 0xbb | 0xbf));
        let mut log = Self::default();
        match start {
            None => return Err(LogError::Empty),
            Some(b'{') => log.lines(from, columns)?,
            Some(b'[') => log.array(from, columns)?,
            Some(_) => log.table(from, columns)?,
        }
        Ok(log)
    }

    /// When a session was first used, and when one last was.
    #[must_use]
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let moments = || self.uses.iter().map(|one| one.at);
        moments().min().zip(moments().max())
    }

    /// A table parted by commas, semicolons or tabs, whichever parts its first line most often.
    fn table(&mut self, mut from: impl BufRead, columns: &Columns) -> Result<(), LogError> {
        let mut first = Vec::new();
        from.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut first)?;
        let header = String::from_utf8_lossy(&first)
            .trim_start_matches('\u{feff}')
            .trim()
            .to_owned();
        let delimiter = *b",;\t"
            .iter()
            .max_by_key(|delimiter| header.bytes().filter(|byte| byte == *delimiter).count())
            .unwrap_or(&b',');
        let mut table = csv::ReaderBuilder::new();
        table.delimiter(delimiter).has_headers(false).flexible(true);
        let names = table
            .from_reader(header.as_bytes())
            .records()
            .next()
            .and_then(Result::ok)
            .unwrap_or_default();
        let headings: Vec<&str> = names.iter().map(str::trim).collect();
        let chosen = columns.choose(&headings)?;
        let places = chosen
            .each_ref()
            .map(|name| headings.iter().position(|heading| heading == name));
        let budget = Budget::new();
        let mut rows = table.from_reader(Bounded::new(from, budget.clone()));
        let mut numbers = Numbers::default();
        let mut row = csv::ByteRecord::new();
        loop {
            // The line of headings was read before.
            let line = rows.position().line() + 1;
            budget.renew();
            match rows.read_byte_record(&mut row) {
                Ok(false) => break,
                Ok(true) if self.full() => break,
                Ok(true) => {
                    let cell = |place: Option<usize>| {
                        String::from_utf8_lossy(place.and_then(|place| row.get(place)).unwrap_or_default())
                    };
                    let [time, session, source] = places.map(cell);
                    self.take(&mut numbers, line, &time, &session, &source);
                }
                Err(error) => match error.into_kind() {
                    csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
                        self.pass_over(line);
                        self.cut = true;
                        break;
                    }
                    csv::ErrorKind::Io(error) => return Err(error.into()),
                    _ => self.pass_over(line),
                },
            }
        }
        Ok(())
    }

    /// One line's use of a session.
    pub(super) fn take(&mut self, numbers: &mut Numbers, line: u64, time: &str, session: &str, source: &str) {
        let (Some(at), Some(source), false) = (moment(time), address(source), session.trim().is_empty())
        else {
            self.pass_over(line);
            return;
        };
        let session = numbers.of(session.trim());
        self.sessions = self.sessions.max(session.saturating_add(1));
        self.uses.push(Use {
            session,
            at,
            line,
            source,
        });
    }

    /// A line that is of no use.
    pub(super) fn pass_over(&mut self, line: u64) {
        self.unused += 1;
        self.first_unused.get_or_insert(line);
    }

    /// Whether no more can be held.
    pub(super) fn full(&mut self) -> bool {
        self.cut = self.uses.len() >= MOST_USES;
        self.cut
    }
}

impl Numbers {
    /// A session's number.
    fn of(&mut self, session: &str) -> u32 {
        let mut key = [0; 16];
        for (byte, hashed) in key.iter_mut().zip(Sha256::digest(session)) {
            *byte = hashed;
        }
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        *self.0.entry(key).or_insert(next)
    }
}

/// An address, also with a port behind it.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    text.parse()
        .ok()
        .or_else(|| text.parse().ok().map(|with_port: SocketAddr| with_port.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Log {
        Log::read(text.as_bytes(), &Columns::default()).unwrap()
    }

    #[test]
    fn tables_and_json_say_the_same() {
        let table = read(
            "Time;User;Session ID;Client IP\n2014-04-08 10:00:00;a;x1;203.0.113.5\n2014-04-08 10:00:02;a;x1;198.51.100.7:4000\n",
        );
        let lines = read(
            "{\"ts\":1396951200,\"session\":{\"id\":\"x1\"},\"src_ip\":\"203.0.113.5\"}\n{\"ts\":1396951202,\"session\":{\"id\":\"x1\"},\"src_ip\":\"198.51.100.7\"}\n",
        );
        let array = read(
            "[{\"time\":1396951200,\"sid\":\"x1\",\"src\":\"203.0.113.5\"},{\"time\":1396951202,\"sid\":\"x1\",\"src\":\"198.51.100.7\"}]",
        );
        for log in [&table, &lines, &array] {
            let seen: Vec<_> = log
                .uses
                .iter()
                .map(|one| (one.session, one.at.as_second(), one.source.to_string()))
                .collect();
            assert_eq!(
                seen,
                [
                    (0, 1_396_951_200, "203.0.113.5".into()),
                    (0, 1_396_951_202, "198.51.100.7".into())
                ]
            );
            assert_eq!((log.sessions, log.unused, log.cut), (1, 0, false));
        }
        assert_eq!(table.uses[1].line, 3);
    }

    #[test]
    fn a_column_that_is_missing_is_asked_for() {
        let error = Log::read(&b"when,who\n1,2\n"[..], &Columns::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no column of the log says time; it has when, who. Name it: --columns time=NAME"
        );
    }

    #[test]
    fn lines_that_cannot_be_used_are_counted() {
        let log = read(
            "time,session,src\nnever,x,203.0.113.5\n2014-04-08 10:00:00,,203.0.113.5\n2014-04-08 10:00:00,x,here\n2014-04-08 10:00:00,x,::1\n",
        );
        assert_eq!((log.uses.len(), log.unused, log.first_unused), (1, 3, Some(2)));
        assert!(matches!(
            Log::read(&b"\n "[..], &Columns::default()),
            Err(LogError::Empty)
        ));
    }
}
