//! Writes DER: the little that a question to an OCSP responder needs, and heads around what lost them.

/// An element with this head and these parts in it.
pub(crate) fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len().to_be_bytes();
    let length = crate::number::trimmed(&length);
    let mut out = vec![tag];
    match (length, u8::try_from(content.len())) {
        (_, Ok(short)) if short < 0x80 => out.push(short),
        _ => {
            out.push(0x80 | u8::try_from(length.len()).unwrap_or(8));
            out.extend(length);
        }
    }
    out.extend(content);
    out
}

/// A SEQUENCE.
pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(0x30, parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_as_short_as_can_be() {
        assert_eq!(sequence(&[]), [0x30, 0]);
        assert_eq!(element(4, &[&[7; 127]])[..2], [4, 0x7f]);
        assert_eq!(element(4, &[&[7; 200]])[..3], [4, 0x81, 200]);
        assert_eq!(element(4, &[&[7; 100], &[8; 200]])[..4], [4, 0x82, 1, 44]);
    }
}
