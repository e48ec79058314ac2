//! Bytes of a log, given up where one record is longer than any is: a quote that nobody closes must not fill memory with a file.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use super::json::LONGEST_LINE;

/// How much may be read before a record has to be over.
#[derive(Clone, Debug)]
pub(super) struct Budget(Rc<Cell<u64>>);

/// A log that is read within a budget.
#[derive(Debug)]
pub(super) struct Bounded<R> {
    from: R,
    budget: Budget,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self(Rc::new(Cell::new(LONGEST_LINE)))
    }

    /// A record is over.
    pub(super) fn renew(&self) {
        self.0.set(LONGEST_LINE);
    }
}

impl<R> Bounded<R> {
    pub(super) const fn new(from: R, budget: Budget) -> Self {
        Self { from, budget }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.budget.0.get();
        if left == 0 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "a record is longer than any",
            ));
        }
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.from.read(buffer.get_mut(..most).unwrap_or_default())?;
        self.budget
            .0
            .set(left.saturating_sub(u64::try_from(read).unwrap_or(left)));
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Columns, Log};

    #[test]
    fn what_has_no_end_is_given_up_and_what_came_before_it_is_kept() {
        let head = "time,session,source\n2014-04-08T10:00:00Z,abc,203.0.113.5\n";
        let table = format!("{head}\"{}", "x\n".repeat(3 << 20));
        let log = Log::read(table.as_bytes(), &Columns::default()).unwrap();
        assert_eq!((log.uses.len(), log.cut), (1, true));
        let array = format!(
            "[{{\"time\":\"2014-04-08T10:00:00Z\",\"session\":\"a\",\"source\":\"203.0.113.5\"}},{{\"x\":\"{}\"}}]",
            "x".repeat(3 << 20)
        );
        let log = Log::read(array.as_bytes(), &Columns::default()).unwrap();
        assert_eq!((log.uses.len(), log.cut), (1, true));
    }
}
