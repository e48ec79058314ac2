//! One frame as the proofs need it: who to whom, and of what kind. Reads Ethernet, ARP, IPv4, IPv6, TCP, UDP and ICMP.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

/// A captured frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// When, since 1970.
    pub at: Duration,
    /// How long it was on the wire.
    pub length: usize,
    /// What Ethernet calls its load: 0x0800 is IPv4.
    pub ethertype: u16,
    /// The sender's address, where it has one; of ARP the asking or answering host's.
    pub from: Option<IpAddr>,
    /// The receiver's address, where it has one; of ARP the one that is asked for.
    pub to: Option<IpAddr>,
    /// What it carries.
    pub load: Load,
}

/// What a packet carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// ARP: who has this address?
    WhoHas,
    /// ARP: it is here.
    IsAt,
    /// A TCP segment.
    Tcp {
        /// The sender's port.
        from: u16,
        /// The receiver's port.
        to: u16,
        /// The flags, as they stand in its header (RFC 9293 section 3.1).
        flags: u8,
    },
    /// A UDP datagram.
    Udp {
        /// The sender's port.
        from: u16,
        /// The receiver's port.
        to: u16,
    },
    /// ICMP or ICMPv6.
    Icmp {
        /// Its type.
        kind: u8,
    },
    /// IGMP, by which a kernel says which groups it listens to.
    Igmp,
    /// Anything else, and what was cut short.
    Other,
}

/// TCP's flags.
pub(super) const FIN: u8 = 0x01;
/// Opens a connection, or agrees to it.
pub(super) const SYN: u8 = 0x02;
/// Breaks one off.
pub(super) const RST: u8 = 0x04;
/// Acknowledges.
pub(super) const ACK: u8 = 0x10;

impl Packet {
    /// Reads an Ethernet frame. One that is too short for what it says it is carries `Other`.
    pub(super) fn read(at: Duration, length: usize, frame: &[u8]) -> Self {
        let ethertype = be16(frame, 12).unwrap_or(0);
        let load = frame.get(14..).unwrap_or_default();
        let read = match ethertype {
            0x0800 => ipv4(load),
            0x0806 => arp(load),
            0x86dd => ipv6(load),
            _ => None,
        };
        let (from, to, load) = read.map_or((None, None, Load::Other), |(from, to, load)| {
            (Some(from), Some(to), load)
        });
        Self {
            at,
            length,
            ethertype,
            from,
            to,
            load,
        }
    }
}

type Read = Option<(IpAddr, IpAddr, Load)>;

fn arp(bytes: &[u8]) -> Read {
    let load = match be16(bytes, 6)? {
        1 => Load::WhoHas,
        _ => Load::IsAt,
    };
    Some((v4(bytes, 14)?, v4(bytes, 24)?, load))
}

fn ipv4(bytes: &[u8]) -> Read {
    let header = usize::from(bytes.first()? & 0x0f) * 4;
    // Only the first fragment has the ports.
    let is_first = be16(bytes, 6)? & 0x1fff == 0;
    let protocol = bytes.get(9).copied().filter(|_| is_first);
    let load = transport(protocol, bytes.get(header..).unwrap_or_default());
    Some((v4(bytes, 12)?, v4(bytes, 16)?, load))
}

fn ipv6(bytes: &[u8]) -> Read {
    let (mut protocol, mut at) = (bytes.get(6).copied()?, 40);
    // Hop-by-hop options, routing and destination options stand between (RFC 8200 section 4).
    while matches!(protocol, 0 | 43 | 60) {
        let Some(&[next, length]) = bytes.get(at..at + 2) else {
            break;
        };
        (protocol, at) = (next, at + 8 + usize::from(length) * 8);
    }
    let load = transport(Some(protocol), bytes.get(at..).unwrap_or_default());
    Some((v6(bytes, 8)?, v6(bytes, 24)?, load))
}

fn transport(protocol: Option<u8>, bytes: &[u8]) -> Load {
    let read = || {
        Some(match protocol? {
            1 | 58 => Load::Icmp {
                kind: *bytes.first()?,
            },
            2 => Load::Igmp,
            6 => Load::Tcp {
                from: be16(bytes, 0)?,
                to: be16(bytes, 2)?,
                flags: *bytes.get(13)?,
            },
            17 => Load::Udp {
                from: be16(bytes, 0)?,
                to: be16(bytes, 2)?,
            },
            _ => return None,
        })
    };
    read().unwrap_or(Load::Other)
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(part(bytes, at)?))
}

fn v4(bytes: &[u8], at: usize) -> Option<IpAddr> {
    part(bytes, at).map(|octets: [u8; 4]| Ipv4Addr::from(octets).into())
}

fn v6(bytes: &[u8], at: usize) -> Option<IpAddr> {
    part(bytes, at).map(|octets: [u8; 16]| Ipv6Addr::from(octets).into())
}

fn part<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame with this ethertype and load, as read from the wire.
    fn read(ethertype: u16, load: &[u8]) -> Packet {
        let frame = [&[2; 12][..], &ethertype.to_be_bytes(), load].concat();
        Packet::read(Duration::ZERO, frame.len(), &frame)
    }

    fn ends(packet: &Packet) -> String {
        let shown = |end: Option<IpAddr>| end.map_or("-".to_owned(), |end| end.to_string());
        format!("{} {}", shown(packet.from), shown(packet.to))
    }

    const TCP: [u8; 20] = [
        0x9c, 0x40, 1, 0xbb, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x02, 0, 0, 0, 0, 0, 0,
    ];
    const OPENING: Load = Load::Tcp {
        from: 40_000,
        to: 443,
        flags: SYN,
    };

    fn ip4(protocol: u8, fragment: u16, load: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x45, 0, 0, 40, 0, 0];
        bytes.extend(fragment.to_be_bytes());
        bytes.extend([64, protocol, 0, 0, 10, 77, 0, 200, 10, 77, 0, 10]);
        [&bytes, load].concat()
    }

    #[test]
    fn each_kind_is_read() {
        let syn = read(0x0800, &ip4(6, 0, &TCP));
        assert_eq!(
            (ends(&syn).as_str(), syn.load),
            ("10.77.0.200 10.77.0.10", OPENING)
        );
        assert_eq!(read(0x0800, &ip4(6, 7, &TCP)).load, Load::Other);
        assert_eq!(read(0x0800, &ip4(1, 0, &[3, 1])).load, Load::Icmp { kind: 3 });
        let udp = Load::Udp {
            from: 40_000,
            to: 443,
        };
        assert_eq!(read(0x0800, &ip4(17, 0, &TCP)).load, udp);
        let question = [
            0, 1, 8, 0, 6, 4, 0, 1, 2, 2, 2, 2, 2, 2, 10, 77, 0, 200, 0, 0, 0, 0, 0, 0, 10, 77, 0, 30,
        ];
        let question = read(0x0806, &question);
        assert_eq!(
            (ends(&question).as_str(), question.load),
            ("10.77.0.200 10.77.0.30", Load::WhoHas)
        );
        let mut six = vec![0x60, 0, 0, 0, 0, 28, 0, 64];
        six.extend("fd77::c8".parse::<Ipv6Addr>().unwrap().octets());
        six.extend("fd77::a".parse::<Ipv6Addr>().unwrap().octets());
        six.extend([6, 0, 0, 0, 0, 0, 0, 0]);
        six.extend(TCP);
        let six = read(0x86dd, &six);
        assert_eq!((ends(&six).as_str(), six.load), ("fd77::c8 fd77::a", OPENING));
        assert_eq!(ends(&read(0x88cc, &[1, 2, 3])), "- -");
    }

    #[test]
    fn whatever_is_cut_short_is_read_without_harm() {
        for load in [ip4(6, 0, &TCP), ip4(1, 0, &[3]), vec![0x4f; 21], vec![0; 60]] {
            for length in 0..load.len() {
                for ethertype in [0x0800, 0x0806, 0x86dd] {
                    read(ethertype, &load[..length]);
                }
            }
        }
        Packet::read(Duration::ZERO, 0, &[8]);
    }
}
