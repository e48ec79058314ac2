//! What came from a peer or a file is shown, never obeyed: by a terminal or by a spreadsheet.

use std::borrow::Cow;

/// Text that a terminal shows and does not act on: control characters, escape sequences and characters that
/// turn the direction of writing are spelled out.
#[must_use]
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if acts(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// Text that a spreadsheet does not take for a formula. A leading `'` makes it text.
#[must_use]
pub fn cell(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// JSON, written without blanks between its parts, in which no character acts on a terminal: what would is spelled out,
/// and means the same to a program.
#[must_use]
pub fn spelled(json: &str) -> Cow<'_, str> {
    if !json.contains(acts) {
        return Cow::Borrowed(json);
    }
    let mut shown = String::with_capacity(json.len() + 8);
    for character in json.chars() {
        if acts(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                shown.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// Controls (C0, DEL, C1), line and paragraph separators, zero-width and bidirectional characters.
pub(crate) fn acts(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_banner_cannot_steer_the_terminal() {
        assert_eq!(terminal("Ünïcode is fine"), "Ünïcode is fine");
        assert_eq!(
            terminal("\u{1b}[2Jgone\r\n\u{9b}31m"),
            "\\u{1b}[2Jgone\\u{d}\\u{a}\\u{9b}31m"
        );
        assert_eq!(terminal("not\u{202e}detceffa"), "not\\u{202e}detceffa");
    }

    #[test]
    fn json_means_the_same_when_it_is_spelled_out() {
        let said = [
            "\u{9b}2J",
            "\u{202e}evil",
            "\u{7f}\u{e0041}",
            "R\u{f6}ntgen \"1\"\n",
        ];
        let json = serde_json::to_string(&said).unwrap();
        let shown = spelled(&json);
        assert!(!shown.contains(acts), "{shown}");
        assert_eq!(serde_json::from_str::<[String; 4]>(&shown).unwrap(), said);
        assert!(matches!(spelled("[\"R\u{f6}ntgen\"]"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_name_cannot_become_a_formula() {
        for text in ["=cmd|'/c calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(cell(text), format!("'{text}"));
        }
        assert_eq!(cell("10.0.0.1:443"), "10.0.0.1:443");
    }
}
