//! From a file's bytes to text, as editors, spreadsheets and shells on every system leave it.

use std::borrow::Cow;

/// UTF-8, or what Windows' editors and shells call Unicode: a mark, then 16 bits a character. `None` where it is
/// neither; without the mark it looks like text with a zero in every other place.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let wide = |from: fn([u8; 2]) -> u16, bytes: &[u8]| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units = pairs.iter().copied().map(from);
        let text: Option<String> = char::decode_utf16(units).collect::<Result<_, _>>().ok();
        text.filter(|_| rest.is_empty()).map(Cow::Owned)
    };
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => wide(u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => wide(u16::from_be_bytes, rest),
        [0xef, 0xbb, 0xbf, rest @ ..] | rest => str::from_utf8(rest).ok().map(Cow::Borrowed),
    };
    text.filter(|text| !text.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_editors_text_is_read() {
        let expected = Some(Cow::from("a\r\n"));
        assert_eq!(decode(b"a\r\n"), expected);
        assert_eq!(decode(b"\xef\xbb\xbfa\r\n"), expected);
        assert_eq!(decode(b"\xff\xfea\0\r\0\n\0"), expected);
        assert_eq!(decode(b"\xfe\xff\0a\0\r\0\n"), expected);
        assert_eq!(decode(b"\xff\xfea\0\r"), None);
        assert_eq!(decode(b"caf\xe9"), None);
        assert_eq!(decode(b"a\0\r\0\n\0"), None);
    }
}
