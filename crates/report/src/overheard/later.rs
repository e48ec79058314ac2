//! Items of a JSON array that stands behind another one, and come before that one is over.

use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

use serde::Serialize;
use tempfile::SpooledTempFile;

use crate::spelled;

/// So many bytes wait in memory; more of them, in a file without a name, which is gone with this process however that ends.
const IN_MEMORY: usize = 1 << 20;

/// So many bytes are handed on at once.
const PIECE: usize = 1 << 16;

/// What waits.
#[derive(Debug)]
pub(super) struct Later {
    spool: SpooledTempFile,
    /// Those that came last.
    last: Vec<u8>,
    any: bool,
}

impl Default for Later {
    fn default() -> Self {
        Self {
            spool: SpooledTempFile::new(IN_MEMORY),
            last: Vec::new(),
            any: false,
        }
    }
}

impl Later {
    /// One more.
    pub(super) fn take(&mut self, item: &impl Serialize) -> io::Result<()> {
        self.last.extend_from_slice(if self.any { b",\n" } else { b"\n" });
        self.any = true;
        spelled::json(&mut self.last, item)?;
        if self.last.len() < PIECE {
            return Ok(());
        }
        self.spool.write_all(&self.last)?;
        self.last.clear();
        Ok(())
    }

    /// All of them, piece by piece, each of which is to be written before the next comes.
    pub(super) fn give<E: From<io::Error>>(
        &mut self,
        out: &mut Vec<u8>,
        write: &mut impl FnMut(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.spool.seek(SeekFrom::Start(0))?;
        let piece = u64::try_from(PIECE).unwrap_or(u64::MAX);
        while io::Read::by_ref(&mut self.spool).take(piece).read_to_end(out)? > 0 {
            write(out)?;
        }
        out.append(&mut self.last);
        Ok(())
    }
}
