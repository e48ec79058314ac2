//! A window onto what is read, in large blocks: packets are borrowed from it and never copied one by one.

use std::io::{ErrorKind, Read};

/// What is read at once: enough that the system call costs nothing, little enough that it stays in the processor's cache.
const BLOCK: usize = 256 * 1024;

/// What has been read and is not consumed yet.
pub(super) struct Buffer<R> {
    source: R,
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    // Bytes of the source before `start`.
    offset: u64,
    // To be stepped over before anything else is read.
    skip: u64,
    failed: Option<ErrorKind>,
}

impl<R: Read> Buffer<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source,
            bytes: vec![0; 2 * BLOCK],
            start: 0,
            end: 0,
            offset: 0,
            skip: 0,
            failed: None,
        }
    }

    /// The next so many bytes, which stay; none when the source does not have them (yet).
    pub(super) fn peek(&mut self, len: usize) -> Option<&[u8]> {
        if self.end - self.start < len {
            self.fill(len)?;
        }
        self.bytes.get(self.start..self.start + len)
    }

    /// So many bytes, so far from the beginning, of what has been peeked at.
    pub(super) fn slice(&self, from: usize, len: usize) -> &[u8] {
        let from = self.start + from;
        self.bytes.get(from..from + len).unwrap_or_default()
    }

    /// So many bytes are done with.
    pub(super) fn consume(&mut self, len: usize) {
        let len = len.min(self.end - self.start);
        self.start += len;
        self.offset += len as u64;
    }

    /// So many bytes are of no interest, also when they are more than any memory.
    pub(super) fn pass(&mut self, len: u64) {
        let here = usize::try_from(len)
            .unwrap_or(usize::MAX)
            .min(self.end - self.start);
        self.consume(here);
        self.skip += len - here as u64;
    }

    /// Whether something has been read that is not consumed, or something is still to be passed.
    pub(super) fn is_within(&self) -> bool {
        self.start < self.end || self.skip > 0
    }

    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Why the source gives no more, where that is not its end.
    pub(super) fn failed(&self) -> Option<ErrorKind> {
        self.failed
    }

    pub(super) fn source_mut(&mut self) -> &mut R {
        &mut self.source
    }

    fn fill(&mut self, len: usize) -> Option<()> {
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.bytes.len() < len {
            self.bytes.resize(len + BLOCK, 0);
        }
        while self.end < len {
            let room = self.bytes.get_mut(self.end..).unwrap_or_default();
            let most = room.len().min(BLOCK);
            match self.source.read(room.get_mut(..most).unwrap_or_default()) {
                Ok(0) => return None,
                Ok(count) => {
                    self.end += count.min(most);
                    if self.skip > 0 {
                        let skip = std::mem::take(&mut self.skip);
                        self.pass(skip);
                        if self.start == self.end {
                            (self.start, self.end) = (0, 0);
                        } else if self.start > 0 {
                            self.bytes.copy_within(self.start..self.end, 0);
                            self.end -= self.start;
                            self.start = 0;
                        }
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failed = Some(error.kind());
                    return None;
                }
            }
        }
        Some(())
    }
}
