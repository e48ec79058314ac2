//! Forged packets, and a listener that writes down what it is told.
#![allow(dead_code, unreachable_pub, reason = "each test uses its part of it")]

pub mod flows;

use std::io::Write as _;
use std::path::PathBuf;

use holter_capture::link::Link;
use holter_capture::{Ending, Ends, Listener, Moment, Packet, Side};

/// What a listener was told of one flow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub ends: Option<Ends>,
    pub sides: [Vec<Piece>; 2],
    pub ending: Option<Ending>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Heard(Vec<u8>),
    Missed(u64),
}

impl Told {
    pub fn heard(&self, side: Side) -> Vec<u8> {
        let pieces = self.sides[usize::from(side == Side::Answerer)].iter();
        pieces
            .flat_map(|piece| match piece {
                Piece::Heard(bytes) => bytes.clone(),
                Piece::Missed(_) => Vec::new(),
            })
            .collect()
    }

    pub fn missed(&self, side: Side) -> u64 {
        let pieces = self.sides[usize::from(side == Side::Answerer)].iter();
        pieces
            .map(|piece| match piece {
                Piece::Heard(_) => 0,
                Piece::Missed(count) => *count,
            })
            .sum()
    }
}

/// Writes everything down.
#[derive(Debug, Default)]
pub struct Notes(pub Vec<Told>);

impl Listener for Notes {
    type Flow = Told;

    fn begin(&mut self, ends: &Ends, _: Moment) -> Told {
        Told {
            ends: Some(*ends),
            ..Told::default()
        }
    }

    fn hear(&mut self, flow: &mut Told, _: &Ends, side: Side, _: Moment, bytes: &[u8]) {
        assert!(!bytes.is_empty());
        flow.sides[usize::from(side == Side::Answerer)].push(Piece::Heard(bytes.to_vec()));
    }

    fn miss(&mut self, flow: &mut Told, _: &Ends, side: Side, _: Moment, bytes: u64) {
        assert!(bytes > 0);
        flow.sides[usize::from(side == Side::Answerer)].push(Piece::Missed(bytes));
    }

    fn begun_late(&mut self, flow: &mut Told, ends: &Ends) {
        flow.ends = Some(*ends);
    }

    fn end(&mut self, mut flow: Told, _: &Ends, ending: Ending) {
        flow.ending = Some(ending);
        self.0.push(flow);
    }
}

/// Only counts.
#[derive(Debug, Default)]
pub struct Tally {
    pub flows: u64,
    pub ended: u64,
    pub heard: u64,
    pub missed: u64,
}

impl Listener for Tally {
    type Flow = ();

    fn begin(&mut self, _: &Ends, _: Moment) {
        self.flows += 1;
    }

    fn hear(&mut self, (): &mut (), _: &Ends, _: Side, _: Moment, bytes: &[u8]) {
        self.heard += bytes.len() as u64;
    }

    fn miss(&mut self, (): &mut (), _: &Ends, _: Side, _: Moment, bytes: u64) {
        self.missed += bytes;
    }

    fn end(&mut self, (): (), _: &Ends, _: Ending) {
        self.ended += 1;
    }
}

pub const SYN: u8 = 2;
pub const ACK: u8 = 16;
pub const FIN: u8 = 1;
pub const RST: u8 = 4;

/// An IPv4 packet of that protocol.
pub fn ip(from: [u8; 4], to: [u8; 4], protocol: u8, payload: &[u8]) -> Vec<u8> {
    let total = u16::try_from(20 + payload.len()).unwrap().to_be_bytes();
    let mut packet = vec![0x45, 0, total[0], total[1], 0, 0, 0, 0, 64, protocol, 0, 0];
    packet.extend(from);
    packet.extend(to);
    packet.extend(payload);
    packet
}

pub fn tcp(ports: [u16; 2], seq: u32, ack: u32, flags: u8, data: &[u8]) -> Vec<u8> {
    let mut segment = Vec::new();
    segment.extend(ports[0].to_be_bytes());
    segment.extend(ports[1].to_be_bytes());
    segment.extend(seq.to_be_bytes());
    segment.extend(ack.to_be_bytes());
    segment.extend([0x50, flags, 255, 255, 0, 0, 0, 0]);
    segment.extend(data);
    segment
}

pub fn udp(ports: [u16; 2], data: &[u8]) -> Vec<u8> {
    let mut datagram = Vec::new();
    datagram.extend(ports[0].to_be_bytes());
    datagram.extend(ports[1].to_be_bytes());
    datagram.extend(u16::try_from(8 + data.len()).unwrap().to_be_bytes());
    datagram.extend([0, 0]);
    datagram.extend(data);
    datagram
}

pub const CLIENT: [u8; 4] = [192, 0, 2, 1];
pub const SERVER: [u8; 4] = [192, 0, 2, 2];

/// A segment of the client, or of the server.
pub fn segment(side: Side, seq: u32, ack: u32, flags: u8, data: &[u8]) -> Vec<u8> {
    match side {
        Side::Opener => ip(CLIENT, SERVER, 6, &tcp([40_000, 443], seq, ack, flags, data)),
        Side::Answerer => ip(SERVER, CLIENT, 6, &tcp([443, 40_000], seq, ack, flags, data)),
    }
}

/// That IP packet as a capture gives it.
pub fn packet(at: u64, bytes: &[u8]) -> Packet<'_> {
    Packet {
        at: Moment(at),
        link: Link::Ip,
        length: u32::try_from(bytes.len()).unwrap(),
        bytes,
    }
}

/// A pcap file of raw IP packets, a millisecond apart.
pub fn pcap(packets: &[Vec<u8>]) -> Vec<u8> {
    let mut file = vec![
        0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 101, 0, 0, 0,
    ];
    for (index, packet) in packets.iter().enumerate() {
        let micros = u32::try_from(index).unwrap() * 1000;
        let len = u32::try_from(packet.len()).unwrap();
        for number in [1_700_000_000 + micros / 1_000_000, micros % 1_000_000, len, len] {
            file.extend(number.to_le_bytes());
        }
        file.extend(packet);
    }
    file
}

/// Real captures beside the project, where they are.
pub fn corpus() -> Option<Vec<PathBuf>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/pcap");
    let entries = std::fs::read_dir(folder).ok().map(|entries| {
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.retain(|path| {
            path.extension()
                .is_some_and(|end| end == "pcap" || end == "pcapng")
        });
        paths.sort();
        paths
    });
    if entries.is_none() {
        let _ = writeln!(std::io::stderr(), "skipped: no corpus");
    }
    entries
}

/// A pcapng file of raw IP packets: a section and an interface of 48 bytes, then the packets.
pub fn pcapng(packets: &[Vec<u8>]) -> Vec<u8> {
    let mut file = Vec::new();
    for number in [
        0x0a0d_0d0a_u32,
        28,
        0x1a2b_3c4d,
        1,
        0xffff_ffff,
        0xffff_ffff,
        28,
        1,
        20,
        101,
        0,
        20,
    ] {
        file.extend(number.to_le_bytes());
    }
    for packet in packets {
        let len = u32::try_from(packet.len()).unwrap();
        let whole = 32 + len.next_multiple_of(4);
        for number in [6, whole, 0, 0, 1000, len, len] {
            file.extend(number.to_le_bytes());
        }
        file.extend(packet);
        file.resize(file.len().next_multiple_of(4), 0);
        file.extend(whole.to_le_bytes());
    }
    file
}

/// A fragment of an IPv4 packet: its offset in bytes, and whether more follow.
pub fn fragment(id: u16, offset: u16, more: bool, protocol: u8, part: &[u8]) -> Vec<u8> {
    let mut bytes = ip(CLIENT, SERVER, protocol, part);
    bytes[4..6].copy_from_slice(&id.to_be_bytes());
    let place = (offset / 8) | if more { 0x2000 } else { 0 };
    bytes[6..8].copy_from_slice(&place.to_be_bytes());
    bytes
}

pub fn saw(coverage: &holter_capture::Coverage, oddity: holter_capture::Oddity) -> bool {
    coverage.oddities.iter().any(|seen| seen.oddity == oddity)
}
