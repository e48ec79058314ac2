//! The lines of a log, of which none is held that is too long to be one.

use std::io::{self, BufRead, Read as _};

/// Longer lines are no events.
const LONGEST: u64 = 1 << 20;

/// Line after line.
pub(super) struct Lines<R> {
    from: R,
    line: Vec<u8>,
    number: u64,
    trouble: Option<io::Error>,
}

impl<R: BufRead> Lines<R> {
    pub(super) const fn new(from: R) -> Self {
        Self {
            from,
            line: Vec::new(),
            number: 0,
            trouble: None,
        }
    }

    /// The next line that is not empty; nothing in it where it is too long. `None` at the end.
    #[expect(clippy::option_option, reason = "a line, a line that is none, and no line")]
    pub(super) fn line(&mut self) -> Option<Option<&[u8]>> {
        loop {
            self.line.clear();
            let read = self.from.by_ref().take(LONGEST).read_until(b'\n', &mut self.line);
            match read {
                Ok(0) => return None,
                Ok(_) => self.number += 1,
                Err(error) => {
                    self.trouble = Some(error);
                    return None;
                }
            }
            if self.line.len() as u64 == LONGEST && !self.line.ends_with(b"\n") {
                self.pass_over();
                return Some(None);
            }
            if !self.line.trim_ascii().is_empty() {
                return Some(Some(self.line.trim_ascii_end()));
            }
        }
    }

    /// The number of the line that was given last, from 1.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// What the system says, where it broke off.
    pub(super) const fn trouble(&self) -> Option<&io::Error> {
        self.trouble.as_ref()
    }

    /// Reads what is left of a line, a piece at a time.
    fn pass_over(&mut self) {
        while !self.line.ends_with(b"\n") {
            self.line.clear();
            match self.from.by_ref().take(LONGEST).read_until(b'\n', &mut self.line) {
                Ok(1..) => {}
                _ => return,
            }
        }
    }
}
