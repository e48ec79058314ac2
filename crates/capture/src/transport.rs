//! TCP and UDP headers.

/// A TCP segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment<'a> {
    pub(crate) ports: [u16; 2],
    pub(crate) seq: u32,
    pub(crate) ack: Option<u32>,
    pub(crate) syn: bool,
    pub(crate) fin: bool,
    pub(crate) rst: bool,
    /// What was captured of its data.
    pub(crate) data: &'a [u8],
    /// How much data it carried.
    pub(crate) full: usize,
}

/// Reads a segment of which `full` bytes were on the wire; none when it is none.
pub(crate) fn segment(bytes: &[u8], full: usize) -> Option<Segment<'_>> {
    let &[
        f0,
        f1,
        t0,
        t1,
        s0,
        s1,
        s2,
        s3,
        a0,
        a1,
        a2,
        a3,
        offset,
        flags,
        _,
        _,
        _,
        _,
        _,
        _,
    ] = bytes.first_chunk::<20>()?;
    let header = usize::from(offset >> 4) * 4;
    if header < 20 {
        return None;
    }
    Some(Segment {
        ports: [u16::from_be_bytes([f0, f1]), u16::from_be_bytes([t0, t1])],
        seq: u32::from_be_bytes([s0, s1, s2, s3]),
        ack: (flags & 0x10 != 0).then(|| u32::from_be_bytes([a0, a1, a2, a3])),
        syn: flags & 2 != 0,
        fin: flags & 1 != 0,
        rst: flags & 4 != 0,
        data: bytes.get(header..).unwrap_or_default(),
        full: full.checked_sub(header)?,
    })
}

/// A UDP datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Datagram<'a> {
    pub(crate) ports: [u16; 2],
    pub(crate) data: &'a [u8],
    pub(crate) full: usize,
}

/// Reads a datagram of which `full` bytes were on the wire; none when it is none.
pub(crate) fn datagram(bytes: &[u8], full: usize) -> Option<Datagram<'_>> {
    let (&[f0, f1, t0, t1, l0, l1, _, _], rest) = bytes.split_first_chunk::<8>()?;
    // A length of 0 is a jumbogram's, or stands there before the card fills it in.
    let full = match usize::from(u16::from_be_bytes([l0, l1])) {
        0 => full.checked_sub(8)?,
        len => len.min(full).checked_sub(8)?,
    };
    Some(Datagram {
        ports: [u16::from_be_bytes([f0, f1]), u16::from_be_bytes([t0, t1])],
        data: rest.get(..full).unwrap_or(rest),
        full,
    })
}
