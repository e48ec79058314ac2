//! 802.11: data frames that are not encrypted, or that were decrypted before they were captured.

use super::{Content, frames};

pub(super) fn radiotap(bytes: &[u8]) -> Option<Content<'_>> {
    let [_, _, l0, l1, p0, _, p2, _] = *bytes.first_chunk::<8>()?;
    let len = usize::from(u16::from_le_bytes([l0, l1]));
    // Flags come first, behind an 8-byte clock where that is present; 0x20 of them says that the header is padded to 4.
    let at = if p2 & 0x80 == 0 && p0 & 1 == 0 { 8 } else { 16 };
    let padded = p0 & 2 != 0 && p2 & 0x80 == 0 && bytes.get(at)? & 0x20 != 0;
    frame(bytes.get(len..)?, padded)
}

pub(super) fn frame(bytes: &[u8], padded: bool) -> Option<Content<'_>> {
    let [kind, flags] = *bytes.first_chunk::<2>()?;
    // Data, of the subtypes that carry some.
    if kind & 0x0f != 0x08 || kind & 0x40 != 0 || flags & 0x40 != 0 {
        return Some(Content::Other);
    }
    let mut len = 24;
    if flags & 3 == 3 {
        len += 6;
    }
    if kind & 0x80 != 0 {
        len += 2;
        if flags & 0x80 != 0 {
            len += 4;
        }
    }
    if padded {
        len = usize::next_multiple_of(len, 4);
    }
    frames::llc(bytes.get(len..)?)
}
