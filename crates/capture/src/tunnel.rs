//! Packets within packets: what a switch mirrors to a far sensor, what a phone network and a data centre carry.

use crate::link::{self, Content, Link};

/// Tunnels within tunnels, at most.
pub(crate) const DEPTH: u8 = 6;

/// What a payload of that IP protocol carries, where it is a tunnel's.
pub(crate) fn within_ip(protocol: u8, payload: &[u8]) -> Option<Content<'_>> {
    match protocol {
        4 | 41 => Some(Content::Ip(payload)),
        47 => Some(gre(payload).unwrap_or(Content::Other)),
        97 => Some(match payload.get(2..) {
            Some(frame) => link::content(Link::Ethernet, frame),
            None => Content::Malformed,
        }),
        _ => None,
    }
}

/// What a datagram to that port carries, where it is a tunnel's; a port alone proves nothing, so the header must fit.
pub(crate) fn within_udp(ports: [u16; 2], data: &[u8]) -> Option<Content<'_>> {
    let content = match ports {
        [2152, _] | [_, 2152] => gtp(data)?,
        [_, 4789] => vxlan(data)?,
        [_, 6081] => geneve(data)?,
        _ => return None,
    };
    Some(content).filter(|content| matches!(content, Content::Ip(_)))
}

/// GRE (RFC 2784, 2890), version 0, and PPTP's version 1; ERSPAN, by which switches mirror traffic, is a kind of it.
fn gre(bytes: &[u8]) -> Option<Content<'_>> {
    let (&[flags, version, k0, k1], mut rest) = bytes.split_first_chunk::<4>()?;
    let kind = u16::from_be_bytes([k0, k1]);
    let sequenced = flags & 0x10 != 0;
    let mut skip = 0;
    for (flag, len) in [(0x80, 4), (0x20, 4), (0x10, 4)] {
        if flags & flag != 0 {
            skip += len;
        }
    }
    if version & 0x80 != 0 {
        skip += 4;
    }
    // Routing was never used and is deprecated.
    if flags & 0x40 != 0 {
        return None;
    }
    rest = rest.get(skip..)?;
    Some(match kind {
        0x88be if sequenced => link::content(Link::Ethernet, rest.get(8..)?),
        0x88be => link::content(Link::Ethernet, rest),
        0x22eb => {
            let optional = if rest.get(11)? & 1 == 1 { 8 } else { 0 };
            link::content(Link::Ethernet, rest.get(12 + optional..)?)
        }
        0x880b => link::content(Link::Ppp, rest),
        kind => link::typed(kind, rest),
    })
}

/// GTP version 1, a user's packet (3GPP TS 29.281).
fn gtp(bytes: &[u8]) -> Option<Content<'_>> {
    let (&[flags, 0xff, ..], mut rest) = bytes.split_first_chunk::<8>()? else {
        return None;
    };
    if flags & 0xf0 != 0x30 {
        return None;
    }
    if flags & 7 != 0 {
        let (&[_, _, _, mut next], behind) = rest.split_first_chunk::<4>()?;
        rest = behind;
        for _ in 0..8 {
            if flags & 4 == 0 || next == 0 {
                break;
            }
            let len = usize::from(*rest.first()?) * 4;
            next = *rest.get(len.checked_sub(1)?)?;
            rest = rest.get(len..)?;
        }
    }
    matches!(rest.first()? >> 4, 4 | 6).then_some(Content::Ip(rest))
}

fn vxlan(bytes: &[u8]) -> Option<Content<'_>> {
    let (&[flags, _, _, _, _, _, _, 0], rest) = bytes.split_first_chunk::<8>()? else {
        return None;
    };
    (flags & 8 != 0).then(|| link::content(Link::Ethernet, rest))
}

fn geneve(bytes: &[u8]) -> Option<Content<'_>> {
    let (&[first, _, k0, k1, _, _, _, _], rest) = bytes.split_first_chunk::<8>()?;
    if first >> 6 != 0 {
        return None;
    }
    let rest = rest.get(usize::from(first & 0x3f) * 4..)?;
    Some(link::typed(u16::from_be_bytes([k0, k1]), rest))
}
