//! What a capture proves of the host that scans.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

use super::packet::{ACK, FIN, Load, Packet, RST, SYN};

/// Every address to which `scanner` sent a packet of any kind, or to which it asked the way by ARP.
#[must_use]
pub fn contacted(packets: &[Packet], scanner: IpAddr) -> BTreeSet<IpAddr> {
    packets
        .iter()
        .filter(|packet| packet.from == Some(scanner))
        .filter_map(|packet| packet.to)
        .collect()
}

/// Every port of `host` to which `scanner` tried to open a TCP connection or sent a datagram.
#[must_use]
pub fn ports(packets: &[Packet], scanner: IpAddr, host: IpAddr) -> BTreeSet<u16> {
    packets
        .iter()
        .filter(|packet| (packet.from, packet.to) == (Some(scanner), Some(host)))
        .filter_map(|packet| match packet.load {
            Load::Tcp { to, .. } | Load::Udp { to, .. } => Some(to),
            _ => None,
        })
        .collect()
}

/// The most TCP connections that `scanner` had open at once, for each host that it opened any to.
///
/// A connection is open from its first SYN until its [`End`]. One that nobody answers is open from its first SYN to its
/// last: the kernel repeats it for as long as the scanner waits.
#[must_use]
pub fn open_at_once(packets: &[Packet], scanner: IpAddr, end: End) -> BTreeMap<IpAddr, usize> {
    let mut most = BTreeMap::new();
    for (host, spans) in spans(packets, scanner, end) {
        let at_once = |span: &Span| {
            spans
                .iter()
                .filter(|other| other.began <= span.began && span.began < other.ended)
                .count()
        };
        // The greatest number is reached where one begins.
        most.insert(host, spans.iter().map(at_once).max().unwrap_or(0));
    }
    most
}

/// What ends a connection. A RST of either side always does, a FIN of the host alone never.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The scanner's FIN: it is done, and the host's kernel knows so before the next SYN can reach it.
    Scanner,
    /// A FIN of each side: the program on the host is done, too. A host that never ends its side has it open for ever.
    Both,
}

/// One connection's time, as places in the capture: packets of the same microsecond still have an order.
#[derive(Debug, Clone, Copy)]
struct Span {
    ports: (u16, u16),
    began: usize,
    /// The first place at which it is open no more.
    ended: usize,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Asked,
    Answered,
    /// One side has sent its FIN; whether that was the scanner.
    Half(bool),
    Over,
}

fn spans(packets: &[Packet], scanner: IpAddr, end: End) -> BTreeMap<IpAddr, Vec<Span>> {
    let mut hosts: BTreeMap<IpAddr, Vec<Span>> = BTreeMap::new();
    for (place, packet) in packets.iter().enumerate() {
        let (Some(sender), Some(receiver), Load::Tcp { from, to, flags }) =
            (packet.from, packet.to, packet.load)
        else {
            continue;
        };
        let ours = sender == scanner;
        let (host, ports) = match ours {
            true => (receiver, (from, to)),
            false if receiver == scanner => (sender, (to, from)),
            false => continue,
        };
        let spans = hosts.entry(host).or_default();
        let known = spans
            .iter_mut()
            .rev()
            .find(|span| span.ports == ports && span.state != State::Over);
        match known {
            None if ours && flags & (SYN | ACK) == SYN => spans.push(Span {
                ports,
                began: place,
                ended: place + 1,
                state: State::Asked,
            }),
            Some(span) if flags & RST != 0 || (flags & FIN != 0 && is_last(span, ours, end)) => {
                (span.ended, span.state) = (place, State::Over);
            }
            Some(span) if flags & FIN != 0 => span.state = State::Half(ours),
            // Open until something ends it, which may be nothing in this capture.
            Some(span) if !ours && flags & SYN != 0 => {
                (span.ended, span.state) = (packets.len(), State::Answered);
            }
            // Again, since nobody answers.
            Some(span) if span.state == State::Asked => span.ended = place + 1,
            _ => {}
        }
    }
    hosts
}

/// Whether this side's FIN ends the connection.
fn is_last(span: &Span, ours: bool, end: End) -> bool {
    match end {
        End::Scanner => ours,
        // One's own FIN may come twice.
        End::Both => span.state == State::Half(!ours),
    }
}

/// From the first packet to the last.
#[must_use]
pub fn duration(packets: &[Packet]) -> Duration {
    let times = || packets.iter().map(|packet| packet.at);
    let (first, last) = (
        times().min().unwrap_or_default(),
        times().max().unwrap_or_default(),
    );
    last.saturating_sub(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCANNER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 77, 0, 200));
    const HOST: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 77, 0, 10));

    /// Segments as "port>flags" of the scanner's, "port<flags" of the host's to the scanner's port.
    fn capture(segments: &str) -> Vec<Packet> {
        let packet = |segment: &str| {
            let at = segment.find(['<', '>']).unwrap();
            let (port, ours) = (segment[..at].parse().unwrap(), &segment[at..=at] == ">");
            let flags = segment[at + 1..].chars().fold(0, |flags, flag| {
                flags
                    | match flag {
                        'S' => SYN,
                        'A' => ACK,
                        'F' => FIN,
                        _ => RST,
                    }
            });
            let (from, to) = if ours { (port, 443) } else { (443, port) };
            Packet {
                at: Duration::ZERO,
                length: 60,
                ethertype: 0x0800,
                from: Some(if ours { SCANNER } else { HOST }),
                to: Some(if ours { HOST } else { SCANNER }),
                load: Load::Tcp { from, to, flags },
            }
        };
        segments.split_whitespace().map(packet).collect()
    }

    #[test]
    fn connections_are_open_for_as_long_as_the_scanner_holds_them() {
        let check = |segments: &str, expected: usize| {
            let found = open_at_once(&capture(segments), SCANNER, End::Scanner);
            assert_eq!(found.get(&HOST).copied().unwrap_or(0), expected, "{segments}");
        };
        check("", 0);
        check("1>S 1<SA 1>A 1>FA 1<FA 1>A 2>S 2<SA", 1);
        // The host may end its side when it likes; the scanner may not begin anew before it has ended its own.
        check("1>S 1<SA 1>A 1<FA 2>S 2<SA 1>FA", 2);
        check("1>S 1<SA 1>A 1>FA 2>S 1<FA 2<SA", 1);
        check("1>S 1<RA 2>S 2<RA 3>S 3<RA", 1);
        check("1>S 1<SA 1<R 2>S", 1);
        check("1>S 1<SA 2>S 2<SA 3>S 1>R 4>S", 3);
        // Nobody answers: two after each other, and two beside each other.
        check("1>S 1>S 2>S 2>S", 1);
        check("1>S 2>S 1>S 2>S", 2);
        // A port that is used again is a new connection.
        check("1>S 1<SA 1>FA 1>S 1<SA 2>S", 2);
        // What a connection of before the capture still says opens none.
        check("9>A 9<A 1>S 1<SA", 1);
    }

    #[test]
    fn a_strict_end_waits_for_the_host() {
        let check = |segments: &str, expected: usize| {
            let found = open_at_once(&capture(segments), SCANNER, End::Both);
            assert_eq!(found[&HOST], expected, "{segments}");
        };
        check("1>S 1<SA 1>FA 1<FA 2>S 2<SA", 1);
        check("1>S 1<SA 1<FA 1>FA 2>S 2<SA", 1);
        check("1>S 1<SA 1>FA 1>FA 2>S 1<FA", 2);
        check("1>S 1<SA 1>FA 1>R 2>S", 1);
        check("1>S 1<SA 1>FA 2>S 2<SA 2>FA 3>S", 3);
    }

    #[test]
    fn ports_and_addresses_are_those_that_the_scanner_chose() {
        let packets = capture("1>S 1<SA 2>S");
        assert_eq!(contacted(&packets, SCANNER), BTreeSet::from([HOST]));
        assert_eq!(contacted(&packets, HOST), BTreeSet::from([SCANNER]));
        assert_eq!(ports(&packets, SCANNER, HOST), BTreeSet::from([443]));
    }
}
