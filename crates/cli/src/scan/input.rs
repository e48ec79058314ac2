//! The bytes of files and of standard input.

use std::io::{self, IsTerminal as _, Read};
use std::path::Path;

use anyhow::Context as _;

use crate::bounded;
use crate::exit::complain;

/// A longer file is no list and no inventory: four million addresses fit into it.
const MOST: u64 = 64 << 20;

/// A file as it was read.
#[derive(Debug)]
pub(crate) struct Input {
    /// What to call it.
    pub(crate) place: String,
    pub(crate) bytes: Vec<u8>,
}

/// Reads a file, or standard input for `-`. `quiet` leaves out the word to who sits before a silent terminal.
pub(crate) fn read(path: &Path, quiet: bool) -> anyhow::Result<Input> {
    if path == Path::new("-") {
        if io::stdin().is_terminal() && !quiet {
            complain("reading targets from the keyboard, one a line; Ctrl-D ends the list");
        }
        return whole("standard input".to_owned(), io::stdin());
    }
    let place = path.display().to_string();
    let file = bounded::open(path).with_context(|| format!("{place} cannot be read"))?;
    whole(place, file)
}

fn whole(place: String, from: impl Read) -> anyhow::Result<Input> {
    let bytes = bounded::whole(from, MOST).with_context(|| format!("{place} cannot be read"))?;
    Ok(Input { place, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_without_end_is_given_up() {
        let said = format!("{:#}", whole("zeros".to_owned(), io::repeat(0)).unwrap_err());
        assert!(said.contains("zeros cannot be read: it is longer"), "{said}");
    }
}
