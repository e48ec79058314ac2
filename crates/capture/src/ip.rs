//! IPv4 and IPv6 headers, as far as they say who speaks to whom, what follows and where it ends.

/// What an IP packet carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Datagram<'a> {
    pub(crate) from: Address,
    pub(crate) to: Address,
    /// The protocol of the payload: 6 is TCP.
    pub(crate) protocol: u8,
    /// What was captured of the payload.
    pub(crate) payload: &'a [u8],
    /// How long the payload was on the wire.
    pub(crate) full: usize,
    pub(crate) fragment: Option<Fragment>,
}

/// An address of either version; IPv4's are mapped into IPv6's, as ::ffff:192.0.2.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Address(pub(crate) u128);

impl Address {
    pub(crate) const fn v4(bytes: [u8; 4]) -> Self {
        Self(0xffff_0000_0000 | u32::from_be_bytes(bytes) as u128)
    }

    pub(crate) fn ip(self) -> std::net::IpAddr {
        std::net::Ipv6Addr::from_bits(self.0).to_canonical()
    }
}

/// Which part of a packet this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fragment {
    pub(crate) id: u32,
    /// Where in the payload it belongs.
    pub(crate) offset: usize,
    /// Whether another one follows.
    pub(crate) more: bool,
}

/// Extension headers in a row, at most.
const EXTENSIONS: u8 = 16;

/// The payload and what the header says of it; none when this is no IP header.
pub(crate) fn parse(bytes: &[u8]) -> Option<Datagram<'_>> {
    match bytes.first()? >> 4 {
        4 => v4(bytes),
        6 => v6(bytes),
        _ => None,
    }
}

fn v4(bytes: &[u8]) -> Option<Datagram<'_>> {
    let &[
        first,
        _,
        t0,
        t1,
        i0,
        i1,
        o0,
        o1,
        _,
        protocol,
        _,
        _,
        f0,
        f1,
        f2,
        f3,
        d0,
        d1,
        d2,
        d3,
    ] = bytes.first_chunk::<20>()?;
    let header = usize::from(first & 15) * 4;
    let total = match usize::from(u16::from_be_bytes([t0, t1])) {
        // The network card was to cut it into pieces later, and this was captured before.
        0 => bytes.len(),
        total => total,
    };
    if header < 20 || total < header {
        return None;
    }
    let offset = u16::from_be_bytes([o0, o1]);
    let more = offset & 0x2000 != 0;
    let offset = usize::from(offset & 0x1fff) * 8;
    Some(Datagram {
        from: Address::v4([f0, f1, f2, f3]),
        to: Address::v4([d0, d1, d2, d3]),
        protocol,
        payload: bytes.get(header..total.min(bytes.len()))?,
        full: total - header,
        fragment: (more || offset > 0).then(|| Fragment {
            id: u32::from(u16::from_be_bytes([i0, i1])),
            offset,
            more,
        }),
    })
}

fn v6(bytes: &[u8]) -> Option<Datagram<'_>> {
    let (head, rest) = bytes.split_first_chunk::<40>()?;
    let address = |at: usize| {
        let bytes = head.get(at..)?.first_chunk::<16>()?;
        Some(Address(u128::from_be_bytes(*bytes)))
    };
    let full = match usize::from(u16::from_be_bytes([head[4], head[5]])) {
        // A jumbogram, or cut into pieces after the capture.
        0 => rest.len(),
        full => full,
    };
    let mut datagram = Datagram {
        from: address(8)?,
        to: address(24)?,
        protocol: head[6],
        payload: rest.get(..full).unwrap_or(rest),
        full,
        fragment: None,
    };
    for _ in 0..EXTENSIONS {
        let len = match (datagram.protocol, datagram.payload) {
            (0 | 43 | 60 | 135 | 139 | 140, &[_, len, ..]) => (usize::from(len) + 1) * 8,
            (51, &[_, len, ..]) => (usize::from(len) + 2) * 4,
            (44, &[_, _, o0, o1, i0, i1, i2, i3, ..]) => {
                let place = u16::from_be_bytes([o0, o1]);
                let (offset, more) = (usize::from(place & 0xfff8), place & 1 == 1);
                // A packet that is its own only fragment (RFC 6946) is whole.
                datagram.fragment = (more || offset > 0).then(|| Fragment {
                    id: u32::from_be_bytes([i0, i1, i2, i3]),
                    offset,
                    more,
                });
                8
            }
            (0 | 43 | 44 | 51 | 60 | 135 | 139 | 140, _) => return None,
            _ => return Some(datagram),
        };
        datagram.protocol = *datagram.payload.first()?;
        datagram.payload = datagram.payload.get(len..)?;
        datagram.full = datagram.full.checked_sub(len)?;
        if datagram.fragment.is_some() {
            // What follows belongs to the whole packet, and may not even be here.
            return Some(datagram);
        }
    }
    None
}

/// The same payload's protocol and rest, where a reassembled IPv6 packet begins with more extension headers.
pub(crate) fn after_extensions(mut protocol: u8, mut payload: &[u8]) -> Option<(u8, &[u8])> {
    for _ in 0..EXTENSIONS {
        let len = match (protocol, payload) {
            (0 | 43 | 60 | 135 | 139 | 140, &[_, len, ..]) => (usize::from(len) + 1) * 8,
            (51, &[_, len, ..]) => (usize::from(len) + 2) * 4,
            (0 | 43 | 51 | 60 | 135 | 139 | 140, _) => return None,
            _ => return Some((protocol, payload)),
        };
        protocol = *payload.first()?;
        payload = payload.get(len..)?;
    }
    None
}
