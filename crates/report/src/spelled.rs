//! JSON in which no character acts on a terminal: what would is spelled out, and means the same to a program.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::escape::acts;

/// Appends `value` in one line.
///
/// # Errors
/// When it is no JSON.
pub(crate) fn json(out: &mut Vec<u8>, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Spelled))?;
    Ok(())
}

struct Spelled;

impl Formatter for Spelled {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        // Nearly all text is of this kind, and need not be looked at character by character. To the end, for then many are looked at at once.
        let plain = |all, byte| all & matches!(byte, b' '..=b'~');
        if fragment.bytes().fold(true, plain) {
            return out.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some((place, character)) = rest.char_indices().find(|(_, character)| acts(*character)) {
            let (before, from) = rest.split_at(place);
            out.write_all(before.as_bytes())?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = from.get(character.len_utf8()..).unwrap_or_default();
        }
        out.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_reads_what_a_terminal_does_not_see() {
        for text in [
            "\u{9b}2J",
            "a\u{202e}b",
            "\u{7f}",
            "\u{e0041}",
            "R\u{f6}ntgen \"1\"\n",
        ] {
            let mut out = Vec::new();
            json(&mut out, &text).unwrap();
            let written = String::from_utf8(out).unwrap();
            assert!(!written.chars().any(acts), "{written}");
            assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
        }
    }
}
