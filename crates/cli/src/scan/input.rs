//! Lists of targets from files and from standard input, as editors on every system leave them.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::path::Path;

use anyhow::{Context as _, bail};

use crate::exit::complain;

/// A longer list is not one: four million addresses fit into it.
const MOST: u64 = 64 << 20;

/// A list as it was read.
#[derive(Debug)]
pub(crate) struct List {
    /// What to call it.
    pub(crate) place: String,
    pub(crate) text: String,
}

/// Reads a file, or standard input for `-`. `quiet` leaves out the word to who sits before a silent terminal.
pub(crate) fn read(path: &Path, quiet: bool) -> anyhow::Result<List> {
    if path == Path::new("-") {
        if io::stdin().is_terminal() && !quiet {
            complain("reading targets from the keyboard, one a line; Ctrl-D ends the list");
        }
        return list("standard input".to_owned(), io::stdin());
    }
    let place = path.display().to_string();
    let file = File::open(path).with_context(|| format!("{place} cannot be read"))?;
    list(place, file)
}

fn list(place: String, from: impl Read) -> anyhow::Result<List> {
    let mut bytes = Vec::new();
    from.take(MOST + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("{place} cannot be read"))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MOST {
        bail!(
            "{place} is longer than {} MiB, which no list of targets is",
            MOST >> 20
        );
    }
    let text = text(&bytes)
        .with_context(|| format!("{place} is not text in UTF-8: save it as plain text, one target a line"))?;
    Ok(List { place, text })
}

/// UTF-8, or what Windows' editors and shells call Unicode: a mark, then 16 bits a character.
fn text(bytes: &[u8]) -> Option<String> {
    let wide = |from: fn([u8; 2]) -> u16, bytes: &[u8]| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().copied().map(from).collect();
        String::from_utf16(&units).ok().filter(|_| rest.is_empty())
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => wide(u16::from_be_bytes, rest),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        _ => String::from_utf8(bytes.to_vec()).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_editors_text_is_read() {
        let expected = Some("a\r\n".to_owned());
        assert_eq!(text(b"a\r\n"), expected);
        assert_eq!(text(b"\xef\xbb\xbfa\r\n"), expected);
        assert_eq!(text(b"\xff\xfea\0\r\0\n\0"), expected);
        assert_eq!(text(b"\xfe\xff\0a\0\r\0\n"), expected);
        assert_eq!(text(b"\xff\xfea\0\r"), None);
        assert_eq!(text(b"caf\xe9"), None);
    }

    #[test]
    fn a_stream_without_end_is_given_up() {
        let said = list("zeros".to_owned(), io::repeat(0)).unwrap_err().to_string();
        assert!(said.contains("zeros is longer"), "{said}");
    }
}
