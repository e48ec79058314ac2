//! Frames of cables and of what imitates one.

use super::Content;

/// Tags and labels in front of one packet, at most.
const TAGS: u8 = 16;

pub(super) fn ethernet(bytes: &[u8]) -> Option<Content<'_>> {
    let (head, rest) = bytes.split_first_chunk::<14>()?;
    let kind = u16::from_be_bytes([head[12], head[13]]);
    if kind == 0x0800 {
        return Some(Content::Ip(rest));
    }
    typed(kind, rest, 0)
}

/// What is behind an EtherType; below 0x0600 it is a length, and LLC follows.
pub(super) fn typed(mut kind: u16, mut bytes: &[u8], depth: u8) -> Option<Content<'_>> {
    for _ in depth..TAGS {
        match kind {
            0x0800 | 0x86dd => return Some(Content::Ip(bytes)),
            // VLAN tags of a customer, a provider, and of before the standard.
            0x8100 | 0x88a8 | 0x9100 | 0x9200 => {
                let ([_, _, k0, k1], rest) = bytes.split_first_chunk::<4>()?;
                (kind, bytes) = (u16::from_be_bytes([*k0, *k1]), rest);
            }
            0x8847 | 0x8848 => return mpls(bytes, depth),
            0x8864 => return pppoe(bytes),
            0x6558 => return nested(bytes, depth),
            ..0x0600 => return llc(bytes),
            _ => return Some(Content::Other),
        }
    }
    None
}

/// Ethernet within something: the depth is bounded, for a label may be followed by a frame, and that by a label.
fn nested(bytes: &[u8], depth: u8) -> Option<Content<'_>> {
    let (head, rest) = bytes.split_first_chunk::<14>()?;
    typed(u16::from_be_bytes([head[12], head[13]]), rest, depth + 1)
}

/// Logical link control: an EtherType follows where the SNAP addresses are given.
pub(super) fn llc(bytes: &[u8]) -> Option<Content<'_>> {
    match bytes.split_first_chunk::<8>() {
        Some(([0xaa, 0xaa, 3, _, _, _, k0, k1], rest)) => {
            let kind = u16::from_be_bytes([*k0, *k1]);
            if matches!(kind, 0x0800 | 0x86dd) {
                Some(Content::Ip(rest))
            } else {
                Some(Content::Other)
            }
        }
        _ => Some(Content::Other),
    }
}

/// Labels until the one that says it is the last; then IP, or Ethernet, with a control word before it (RFC 4448) or without. Nothing
/// says which: what leads to IP is believed.
fn mpls(mut bytes: &[u8], depth: u8) -> Option<Content<'_>> {
    for _ in 0..TAGS {
        let ([_, _, bottom, _], rest) = bytes.split_first_chunk::<4>()?;
        bytes = rest;
        if bottom & 1 == 1 {
            return match bytes.first()? >> 4 {
                4 | 6 if !is_cut(bytes) => Some(Content::Ip(bytes)),
                first => {
                    let behind = bytes.get(4..).filter(|_| first == 0);
                    let inner = behind.and_then(|bytes| nested(bytes, depth)).filter(is_ip);
                    let inner = inner.or_else(|| nested(bytes, depth).filter(is_ip));
                    let unknown = if matches!(first, 4 | 6) {
                        Content::Ip(bytes)
                    } else {
                        Content::Other
                    };
                    Some(inner.unwrap_or(unknown))
                }
            };
        }
    }
    None
}

/// Whether less is here than the IP packet says that it has, if it is one: a card's address can begin like one.
fn is_cut(bytes: &[u8]) -> bool {
    let says = match bytes {
        [first, _, high, low, ..] if first >> 4 == 4 => usize::from(u16::from_be_bytes([*high, *low])),
        [_, _, _, _, high, low, ..] => 40 + usize::from(u16::from_be_bytes([*high, *low])),
        _ => return true,
    };
    says > bytes.len()
}

fn is_ip(content: &Content<'_>) -> bool {
    matches!(content, Content::Ip(_))
}

pub(super) fn pppoe(bytes: &[u8]) -> Option<Content<'_>> {
    ppp(bytes.get(6..)?)
}

pub(super) fn ppp(bytes: &[u8]) -> Option<Content<'_>> {
    let bytes = bytes.strip_prefix(&[0xff, 3]).unwrap_or(bytes);
    let (kind, rest) = match bytes.split_first()? {
        // A protocol number whose first byte is odd was compressed to that byte.
        (kind, rest) if kind & 1 == 1 => (u16::from(*kind), rest),
        _ => {
            let (kind, rest) = bytes.split_first_chunk::<2>()?;
            (u16::from_be_bytes(*kind), rest)
        }
    };
    match kind {
        0x21 | 0x57 => Some(Content::Ip(rest)),
        0x281 | 0x283 => mpls(rest, 0),
        _ => Some(Content::Other),
    }
}

pub(super) fn hdlc(bytes: &[u8]) -> Option<Content<'_>> {
    let ([_, _, k0, k1], rest) = bytes.split_first_chunk::<4>()?;
    typed(u16::from_be_bytes([*k0, *k1]), rest, 0)
}

pub(super) fn cooked(bytes: &[u8]) -> Option<Content<'_>> {
    let (head, rest) = bytes.split_first_chunk::<16>()?;
    typed(u16::from_be_bytes([head[14], head[15]]), rest, 0)
}

pub(super) fn cooked2(bytes: &[u8]) -> Option<Content<'_>> {
    let (head, rest) = bytes.split_first_chunk::<20>()?;
    typed(u16::from_be_bytes([head[0], head[1]]), rest, 0)
}

/// The family is in the byte order of the machine that captured, and each system has its own number for IPv6.
pub(super) fn loopback(bytes: &[u8]) -> Option<Content<'_>> {
    let (&family, rest) = bytes.split_first_chunk::<4>()?;
    let family = match u32::from_le_bytes(family) {
        little @ ..0x1_0000 => little,
        _ => u32::from_be_bytes(family),
    };
    Some(match family {
        2 | 10 | 24 | 28 | 30 => Content::Ip(rest),
        _ => Content::Other,
    })
}

/// Attributes, each a length and a type in the capturing machine's byte order; number 9 is the packet.
pub(super) fn nflog(bytes: &[u8]) -> Option<Content<'_>> {
    let mut rest = bytes.get(4..)?;
    loop {
        let [l0, l1, t0, t1] = *rest.first_chunk::<4>()?;
        let (len, kind) = match u16::from_le_bytes([t0, t1]) & 0x7fff {
            kind @ ..0x100 => (u16::from_le_bytes([l0, l1]), kind),
            _ => (u16::from_be_bytes([l0, l1]), u16::from(t1)),
        };
        let len = usize::from(len).max(4);
        if kind == 9 {
            return Some(Content::Ip(rest.get(4..len.min(rest.len()))?));
        }
        rest = rest.get(len.next_multiple_of(4)..)?;
    }
}
