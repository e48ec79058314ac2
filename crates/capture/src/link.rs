//! What a captured packet begins with, and where in it the IP packet lies.

mod frames;
mod wireless;

/// What a capture says that its packets begin with: a link type of the tcpdump project's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Link {
    /// Four bytes that name the address family, in the byte order of whoever captured, and those of OpenBSD.
    Loopback,
    /// Ethernet.
    Ethernet,
    /// PPP, with or without its HDLC framing.
    Ppp,
    /// A PPPoE session without the Ethernet around it.
    Pppoe,
    /// An IP packet, of either version.
    Ip,
    /// Cisco's HDLC.
    Hdlc,
    /// 802.11.
    Wireless,
    /// 802.11 behind a radiotap header.
    Radiotap,
    /// 802.11 behind a PRISM header.
    Prism,
    /// Linux's "any" interface.
    Cooked,
    /// The same, of today.
    Cooked2,
    /// A netfilter log.
    Nflog,
    /// Anything else: its packets are counted and not read.
    Other(u16),
}

impl From<u16> for Link {
    fn from(number: u16) -> Self {
        match number {
            0 | 108 => Self::Loopback,
            1 => Self::Ethernet,
            9 | 50 => Self::Ppp,
            51 => Self::Pppoe,
            12 | 14 | 101 | 228 | 229 => Self::Ip,
            104 => Self::Hdlc,
            105 => Self::Wireless,
            113 => Self::Cooked,
            119 => Self::Prism,
            127 => Self::Radiotap,
            239 => Self::Nflog,
            276 => Self::Cooked2,
            other => Self::Other(other),
        }
    }
}

/// What was found in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content<'a> {
    /// An IP packet of either version.
    Ip(&'a [u8]),
    /// A protocol that is not read: ARP, LLDP, encrypted radio and the like.
    Other,
    /// A frame that is too short for what it says that it is.
    Malformed,
}

/// What is in the frame. Tags and labels in front of the IP packet are stepped over.
pub(crate) fn content(link: Link, bytes: &[u8]) -> Content<'_> {
    let read = match link {
        Link::Ethernet => frames::ethernet(bytes),
        Link::Ip => Some(Content::Ip(bytes)),
        Link::Cooked => frames::cooked(bytes),
        Link::Cooked2 => frames::cooked2(bytes),
        Link::Loopback => frames::loopback(bytes),
        Link::Ppp => frames::ppp(bytes),
        Link::Pppoe => frames::pppoe(bytes),
        Link::Hdlc => frames::hdlc(bytes),
        Link::Nflog => frames::nflog(bytes),
        Link::Wireless => wireless::frame(bytes, false),
        Link::Radiotap => wireless::radiotap(bytes),
        Link::Prism => bytes.get(144..).and_then(|frame| wireless::frame(frame, false)),
        Link::Other(_) => Some(Content::Other),
    };
    read.unwrap_or(Content::Malformed)
}

/// What is in a payload of that EtherType.
pub(crate) fn typed(kind: u16, bytes: &[u8]) -> Content<'_> {
    frames::typed(kind, bytes, 0).unwrap_or(Content::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const IP: [u8; 20] = [
        0x45, 0, 0, 20, 0, 0, 0, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1,
    ];

    fn found(link: u16, head: &[u8]) -> Content<'static> {
        let mut frame = head.to_vec();
        frame.extend(IP);
        let frame: &'static [u8] = frame.leak();
        for cut in 0..frame.len() {
            let _ = content(Link::from(link), &frame[..cut]);
        }
        content(Link::from(link), frame)
    }

    #[test]
    fn finds_the_packet_behind_every_head() {
        let addresses = [2_u8; 12];
        let behind = |head: &[&[u8]]| head.concat();
        for (link, head) in [
            (1, behind(&[&addresses, &[8, 0]])),
            (1, behind(&[&addresses, &[0x81, 0, 0, 7, 8, 0]])),
            (1, behind(&[&addresses, &[0x88, 0xa8, 0, 7, 0x81, 0, 0, 8, 8, 0]])),
            (1, behind(&[&addresses, &[0x88, 0x47, 0, 1, 0, 64, 0, 2, 1, 64]])),
            (
                1,
                behind(&[
                    &addresses,
                    &[0x88, 0x47, 0, 2, 1, 64, 0, 0, 0, 0],
                    &addresses,
                    &[8, 0],
                ]),
            ),
            (
                1,
                behind(&[&addresses, &[0x88, 0x47, 0, 2, 1, 64], &addresses, &[8, 0]]),
            ),
            (
                1,
                behind(&[&addresses, &[0x88, 0x47, 0, 2, 1, 64], &[0x4e; 12], &[8, 0]]),
            ),
            (
                1,
                behind(&[
                    &addresses,
                    &[0x88, 0x47, 0, 2, 1, 64],
                    &[0; 12],
                    &[0x81, 0, 0, 7, 8, 0],
                ]),
            ),
            (
                1,
                behind(&[&addresses, &[0x88, 0x64, 0x11, 0, 0, 1, 0, 22, 0, 0x21]]),
            ),
            (1, behind(&[&addresses, &[0, 28, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0]])),
            (113, behind(&[&[0; 14], &[8, 0]])),
            (276, behind(&[&[8, 0], &[0; 18]])),
            (0, vec![2, 0, 0, 0]),
            (0, vec![0, 0, 0, 2]),
            (108, vec![0, 0, 0, 2]),
            (9, vec![0xff, 3, 0, 0x21]),
            (9, vec![0x21]),
            (51, vec![0x11, 0, 0, 1, 0, 22, 0, 0x21]),
            (104, vec![0x0f, 0, 8, 0]),
            (101, vec![]),
            (228, vec![]),
            (239, vec![2, 0, 0, 0, 8, 0, 1, 0, 0, 0, 0, 0, 24, 0, 9, 0]),
            (105, behind(&[&[8, 1], &[0; 22], &[0xaa, 0xaa, 3, 0, 0, 0, 8, 0]])),
            (
                105,
                behind(&[&[0x88, 1], &[0; 24], &[0xaa, 0xaa, 3, 0, 0, 0, 8, 0]]),
            ),
            (
                127,
                behind(&[
                    &[0, 0, 8, 0, 0, 0, 0, 0, 8, 1],
                    &[0; 22],
                    &[0xaa, 0xaa, 3, 0, 0, 0, 8, 0],
                ]),
            ),
        ] {
            assert_eq!(found(link, &head), Content::Ip(&IP), "{link} {head:02x?}");
        }
    }

    #[test]
    fn what_is_not_read_is_no_fault() {
        assert_eq!(found(1, &[[2; 12].as_slice(), &[8, 6]].concat()), Content::Other);
        assert_eq!(found(105, &[0x80, 0]), Content::Other);
        assert_eq!(found(7777, &[]), Content::Other);
        assert_eq!(content(Link::Ethernet, &[0; 5]), Content::Malformed);
    }
}
