//! Lines and replies of the text dialects (RFC 5321 section 4.2, RFC 959 section 4.2, RFC 3977 section 3.1).
//!
//! ```text
//! coded:   250-mail.example        tagged:   * OK ready
//!          250-SIZE 1000                     * CAPABILITY …
//!          250 STARTTLS  ◀ last              a1 OK begin    ◀ the row that is sought
//! ```

use holter_net::Line;

use crate::packet::{self, Packet};
use crate::{Opening, Protocol, choose};

/// A reply of one or more rows, under the code of its first.
pub(crate) struct Reply {
    /// Three digits.
    pub(crate) code: u16,
    rows: Vec<Vec<u8>>,
}

impl Reply {
    /// Whether a row is this keyword, alone or with parameters.
    pub(crate) fn lists(&self, keyword: &str) -> bool {
        self.rows.iter().any(|row| {
            let rest = row.get(4..).unwrap_or_default();
            rest.split(|byte| byte.is_ascii_whitespace())
                .find(|word| !word.is_empty())
                .is_some_and(|word| word.eq_ignore_ascii_case(keyword.as_bytes()))
        })
    }
}

/// The greeting of a protocol whose greetings have these codes; [`Opening::NotSpoken`] when it is none, or
/// another's.
pub(crate) async fn greeting(line: &mut Line, mine: &Protocol, codes: &[u16]) -> Result<Reply, Opening> {
    let first = first_row(line, mine, |row| has_code(row, codes)).await?;
    rest(line, first).await
}

/// Sends a command and reads its coded reply.
pub(crate) async fn ask(line: &mut Line, command: &str) -> Result<Reply, Opening> {
    line.send(format!("{command}\r\n").as_bytes()).await?;
    let first = packet::next(line, row).await?;
    rest(line, first).await
}

/// The first row that a server says, without its end. One that is not `fit`, or that exactly one other
/// protocol claims, is [`Opening::NotSpoken`]; everything said then stays pending.
pub(crate) async fn first_row(
    line: &mut Line,
    mine: &Protocol,
    fit: impl Fn(&[u8]) -> bool + Send,
) -> Result<Vec<u8>, Opening> {
    packet::first(line, move |bytes| match row(bytes) {
        Packet::Whole(row, _)
            if !fit(&row) || choose::speaker(bytes).is_some_and(|speaker| !std::ptr::eq(speaker, mine)) =>
        {
            Packet::Foreign
        }
        other => other,
    })
    .await
}

/// What the first row for which `found` has something says; the rows before it are passed over.
pub(crate) async fn seek<T>(
    line: &mut Line,
    mut found: impl FnMut(&[u8]) -> Option<T> + Send,
) -> Result<T, Opening> {
    for _ in 0..MOST_ROWS {
        if let Some(it) = found(&packet::next(line, row).await?) {
            return Ok(it);
        }
    }
    Err(ENDLESS)
}

/// Whether `row` begins with `word` and then ends or has a space, whatever the case.
pub(crate) fn begins(row: &[u8], word: &str) -> bool {
    row.split_at_checked(word.len()).is_some_and(|(head, rest)| {
        head.eq_ignore_ascii_case(word.as_bytes()) && matches!(rest.first(), None | Some(b' '))
    })
}

/// Whether the text of a greeting names a protocol: a word contains `name` and is no host's or file's name,
/// which would have a dot in it: "(vsFTPd" names FTP, "ftp.example.org" does not.
pub(crate) fn names(words: &[u8], name: &str) -> bool {
    words
        .get(3..)
        .unwrap_or_default()
        .split(|byte| byte.is_ascii_whitespace() || *byte == b'-' || *byte == b'/')
        .map(<[u8]>::trim_ascii)
        .map(|word| word.strip_suffix(b".").unwrap_or(word))
        .filter(|word| !word.contains(&b'.'))
        .any(|word| {
            word.windows(name.len())
                .any(|window| window.eq_ignore_ascii_case(name.as_bytes()))
        })
}

/// Whether words begin with one of these codes, as a reply does.
pub(crate) fn has_code(words: &[u8], codes: &[u16]) -> bool {
    code(words).is_some_and(|code| codes.contains(&code))
}

const LONGEST_ROW: usize = 2048;
const MOST_ROWS: usize = 100;
const ENDLESS: Opening = Opening::Misbehaved("its reply does not end");

async fn rest(line: &mut Line, first: Vec<u8>) -> Result<Reply, Opening> {
    let Some(code) = code(&first) else {
        return Err(Opening::Misbehaved("its reply has no code"));
    };
    let mut rows = vec![first];
    // Between "220-" and "220 " FTP allows any text.
    let last = |row: &[u8]| row.get(3) != Some(&b'-') && self::code(row) == Some(code);
    while !rows.last().is_some_and(|row| last(row)) {
        if rows.len() >= MOST_ROWS {
            return Err(ENDLESS);
        }
        rows.push(packet::next(line, row).await?);
    }
    Ok(Reply { code, rows })
}

/// A row of text without its end. No text protocol says NUL, or begins as Telnet does, so those need no wait.
fn row(bytes: &[u8]) -> Packet<Vec<u8>> {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let row = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
    if row.len() > LONGEST_ROW || row.contains(&0) || row.first() == Some(&0xff) {
        return Packet::Foreign;
    }
    match end {
        Some(end) => Packet::Whole(row.strip_suffix(b"\r").unwrap_or(row).to_vec(), end + 1),
        None => Packet::Part,
    }
}

fn code(row: &[u8]) -> Option<u16> {
    let (digits, rest) = row.split_first_chunk::<3>()?;
    let fit = digits.iter().all(u8::is_ascii_digit)
        && matches!(rest.first(), None | Some(b' ' | b'-' | b'\r' | b'\n'));
    fit.then(|| {
        digits
            .iter()
            .fold(0, |code, digit| code * 10 + u16::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_whole_at_its_end_and_foreign_as_soon_as_it_can_be_none() {
        let check = |bytes: &[u8], expected: Packet<&[u8]>| match (row(bytes), expected) {
            (Packet::Whole(row, count), Packet::Whole(text, length)) => {
                assert_eq!((row.as_slice(), count), (text, length));
            }
            (Packet::Part, Packet::Part) | (Packet::Foreign, Packet::Foreign) => {}
            (row, _) => panic!("{bytes:?} was read as {row:?}"),
        };
        check(b"", Packet::Part);
        check(b"220 here", Packet::Part);
        check(b"220 here\r\n250", Packet::Whole(b"220 here", 10));
        check(b"+OK\n", Packet::Whole(b"+OK", 4));
        check(b"J\0\0\0\x0a5.7", Packet::Foreign);
        check(b"\xff\xfd\x25", Packet::Foreign);
        check(&[b'x'; LONGEST_ROW + 1], Packet::Foreign);
    }

    #[test]
    fn a_greeting_names_a_protocol_by_a_word_but_not_by_a_host() {
        let check = |words: &str, name: &str| names(words.as_bytes(), name);
        assert!(check("220 mail.example ESMTP Postfix", "SMTP"));
        assert!(check("220 (vsFTPd 3.0.3)", "FTP"));
        assert!(check("220---------- Welcome to Pure-FTPd [TLS] ----", "FTP"));
        assert!(check("220 device SMTP/smap Ready.", "SMTP"));
        assert!(!check("220 smtp.ftp.example ready", "FTP"));
    }

    #[test]
    fn a_code_is_three_digits_and_no_more() {
        assert_eq!(code(b"220-a"), Some(220));
        assert_eq!(code(b"220"), Some(220));
        assert_eq!(code(b"2200"), None);
        assert_eq!(code(b"22"), None);
    }
}
