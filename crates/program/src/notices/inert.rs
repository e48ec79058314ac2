//! Words of peers, files and people on their way into a message: nothing in them ends a line, steers a terminal or
//! turns the direction of writing. What a channel's own form would obey (markup, quotes) is the channel's to escape.

/// No name is longer.
const MOST: usize = 200;

/// One line of it, with what acts spelled out.
#[must_use]
pub fn line(text: &str) -> String {
    let mut shown = String::new();
    for letter in text.trim().chars().take(MOST) {
        if acts(letter) {
            shown.extend(letter.escape_unicode());
        } else {
            shown.push(letter);
        }
    }
    if text.trim().chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}

/// Controls, separators of lines, and what is not seen or turns the direction of writing.
fn acts(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_line_or_turns_it() {
        let hostile = "gone\r\nBcc: all@example.org\u{202e}evil\u{2028}x\u{0}";
        let shown = line(hostile);
        assert!(!shown.chars().any(acts), "{shown:?}");
        assert!(shown.contains("Bcc"), "it is shown, not hidden");
        assert_eq!(line(" Röntgen 3 "), "Röntgen 3");
        assert!(line(&"x".repeat(9000)).chars().count() == MOST + 1);
    }
}
