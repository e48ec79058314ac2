//! Distinguished names as RFC 4514 writes them.

use std::fmt::Write as _;

use crate::fields::{Element, Fields, dotted, tag};
use crate::number::hex;

/// Longer names have no reason.
const LONGEST: usize = 1024;

/// A name's text, last part first; `None` when the bytes are no name. What is too long ends in "…".
pub(crate) fn read_name(der: &[u8]) -> Option<String> {
    let mut sets = Vec::new();
    let mut fields = Fields(der).sequence()?;
    while let Some(set) = fields.take(tag::SET) {
        sets.push(set);
    }
    if !fields.0.is_empty() {
        return None;
    }
    let mut text = String::new();
    for set in sets.iter().rev() {
        let mut attributes = set.fields();
        let mut separator = if text.is_empty() { "" } else { "," };
        while let Some(mut attribute) = attributes.sequence() {
            let kind = dotted(attribute.take(tag::OID)?.content);
            text.push_str(separator);
            separator = "+";
            write_attribute(&mut text, &kind, &attribute.next()?);
            if text.len() > LONGEST {
                return Some(shortened(&text, LONGEST));
            }
        }
    }
    Some(text)
}

/// The value of the last attribute of this kind: that of a common name is 2.5.4.3.
pub(crate) fn attribute(der: &[u8], oid: &str) -> Option<String> {
    let mut fields = Fields(der).sequence()?;
    let mut found = None;
    while let Some(set) = fields.take(tag::SET) {
        let mut attributes = set.fields();
        while let Some(mut attribute) = attributes.sequence() {
            let kind = attribute.take(tag::OID)?;
            if dotted(kind.content) == oid {
                found = attribute.next().as_ref().and_then(text_of).or(found);
            }
        }
    }
    found.map(|text| shortened(&text, LONGEST))
}

/// At most so many bytes of a text, and a sign that it goes on.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = (0..=most)
        .rev()
        .find(|end| text.is_char_boundary(*end))
        .unwrap_or(0);
    format!("{}…", text.get(..end).unwrap_or_default())
}

fn write_attribute(text: &mut String, kind: &str, value: &Element<'_>) {
    let _ = match short(kind) {
        Some(name) => write!(text, "{name}="),
        None => write!(text, "{kind}="),
    };
    match text_of(value) {
        Some(value) => escape(text, &value),
        // Section 2.4: a value without a text stands in hexadecimal.
        None => {
            let _ = write!(
                text,
                "#{}",
                hex(value.whole.get(..LONGEST).unwrap_or(value.whole))
            );
        }
    }
}

/// Section 3's names, and two that everybody writes.
fn short(oid: &str) -> Option<&'static str> {
    Some(match oid {
        "2.5.4.3" => "CN",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "STREET",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "0.9.2342.19200300.100.1.1" => "UID",
        "0.9.2342.19200300.100.1.25" => "DC",
        "1.2.840.113549.1.9.1" => "emailAddress",
        _ => return None,
    })
}

fn text_of(value: &Element<'_>) -> Option<String> {
    /// Their numbers (X.680): UTF8, Numeric, Printable, Teletex, IA5, Visible, Universal, BMP.
    const UTF8: [u32; 5] = [12, 18, 19, 22, 26];
    const TELETEX: u32 = 20;
    const UNIVERSAL: u32 = 28;
    const BMP: u32 = 30;
    if UTF8.into_iter().any(|tag| value.is(tag)) {
        return std::str::from_utf8(value.content).ok().map(str::to_owned);
    }
    if value.is(TELETEX) {
        // Whoever writes it means Latin-1, as OpenSSL does.
        return Some(value.content.iter().copied().map(char::from).collect());
    }
    if value.is(BMP) {
        let (units, rest) = value.content.as_chunks::<2>();
        let units: Vec<u16> = units.iter().copied().map(u16::from_be_bytes).collect();
        return rest.is_empty().then(|| String::from_utf16(&units).ok())?;
    }
    if value.is(UNIVERSAL) {
        let (units, rest) = value.content.as_chunks::<4>();
        let text = units
            .iter()
            .copied()
            .map(|unit| char::from_u32(u32::from_be_bytes(unit)));
        return rest.is_empty().then(|| text.collect())?;
    }
    None
}

/// Section 2.4; a control character stands as its octets, so that a name is one line.
fn escape(text: &mut String, value: &str) {
    let last = value.chars().count().saturating_sub(1);
    for (index, letter) in value.chars().enumerate() {
        match letter {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => {
                text.push('\\');
                text.push(letter);
            }
            ' ' if index == 0 || index == last => text.push_str("\\ "),
            '#' if index == 0 => text.push_str("\\#"),
            _ if letter.is_control() => {
                let mut octets = [0; 4];
                for octet in letter.encode_utf8(&mut octets).bytes() {
                    let _ = write!(text, "\\{octet:02x}");
                }
            }
            _ => text.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, u8::try_from(content.len()).unwrap()], content].concat()
    }

    fn name(attributes: &[(&[u8], u8, &[u8])]) -> Vec<u8> {
        let sets: Vec<Vec<u8>> = attributes
            .iter()
            .map(|(oid, tag, value)| tlv(0x31, &tlv(0x30, &[tlv(6, oid), tlv(*tag, value)].concat())))
            .collect();
        tlv(0x30, &sets.concat())
    }

    #[test]
    fn names_are_written_as_rfc_4514_wants() {
        let der = name(&[
            (&[0x55, 4, 6], 0x13, b"US"),
            (&[0x55, 4, 10], 0x0c, b"Doe, John & \"Co\""),
            (&[0x55, 4, 3], 0x1e, &[0, 0x23, 0x20, 0xac]),
            (&[0x55, 4, 3], 0x14, b" \xfcber\n "),
            (&[0x2a, 3], 0x02, &[5]),
        ]);
        assert_eq!(
            read_name(&der).unwrap(),
            "1.2.3=#020105,CN=\\ über\\0a\\ ,CN=\\#€,O=Doe\\, John & \\\"Co\\\",C=US"
        );
        assert_eq!(attribute(&der, "2.5.4.3").unwrap(), " über\n ");
        assert_eq!(read_name(&[0x30, 0]).unwrap(), "");
        assert_eq!(read_name(&[0x30, 2, 0x05, 0]), None);
    }

    #[test]
    fn a_long_name_is_cut_at_a_letter() {
        let text = "é".repeat(600);
        let cut = shortened(&text, 1023);
        assert_eq!(cut.chars().count(), 512);
        assert!(cut.ends_with('…'));
    }
}
