//! Breaking text into lines.

/// Words that a number belongs to: "TLS 1.2" is one word to a reader.
const NUMBERED: [&str; 3] = ["TLS", "DTLS", "RFC"];

/// `text` in lines of at most `width` columns, broken at spaces. A word longer than that stands alone.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let mut word = word.to_owned();
        let number = |next: &&str| next.starts_with(|first: char| first.is_ascii_digit());
        if NUMBERED.contains(&word.trim_start_matches('('))
            && let Some(number) = words.next_if(number)
        {
            word = format!("{word} {number}");
        }
        if !line.is_empty() && columns(&line) + 1 + columns(&word) > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// How many columns a terminal needs for `text`.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().count()
}

/// 4096 as "4,096".
#[must_use]
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "1 service", "2 services".
#[must_use]
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_never_inside_a_word() {
        assert_eq!(wrapped("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrapped("a verylongword b", 5), ["a", "verylongword", "b"]);
        assert_eq!(
            wrapped("in TLS 1.2, TLS 1.1", 14),
            ["in TLS 1.2,", "TLS 1.1"].map(str::to_owned)
        );
        assert!(wrapped("  ", 5).is_empty());
    }

    #[test]
    fn large_numbers_are_readable() {
        assert_eq!(
            [0, 999, 4096, 16_777_216].map(number),
            ["0", "999", "4,096", "16,777,216"]
        );
    }
}
