//! Packets of a conversation, and what networks and captures do to them.

use holter_capture::files::hear;
use holter_capture::subject::{End, Weight};
use holter_capture::{Bounds, Heard, Hearing, Limits, Listening, Side};
use holter_model::Verdict;

use crate::forge::{ACK, CLIENT, FIN, SERVER, SYN, ip, pcap, segment, udp};
use crate::tap::Piece;

/// The most data in a segment.
const SEGMENT: usize = 1448;

/// A packet, and who sent it.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) side: Side,
    pub(crate) bytes: Vec<u8>,
    pub(crate) data: usize,
}

/// A whole connection: opened, spoken, closed.
pub(crate) fn connection(pieces: &[Piece]) -> Vec<Sent> {
    cut_in(pieces, SEGMENT)
}

/// The same in segments of this size.
pub(crate) fn cut_in(pieces: &[Piece], size: usize) -> Vec<Sent> {
    // Connections that differ begin with other numbers, as with every stack.
    let spoken = pieces.iter().flat_map(|piece| &piece.bytes);
    let spoken: u32 = spoken.map(|byte| u32::from(*byte)).sum();
    let mut next = [1_000 + spoken, 5_000_000 + spoken];
    let mut sent = Vec::new();
    let mut push = |side: Side, next: &mut [u32; 2], flags: u8, data: &[u8]| {
        let (own, other) = match side {
            Side::Opener => (0, 1),
            Side::Answerer => (1, 0),
        };
        let ack = if flags & ACK == 0 { 0 } else { next[other] };
        sent.push(Sent {
            side,
            bytes: segment(side, next[own], ack, flags, data),
            data: data.len(),
        });
        let one = u32::from(flags & (SYN | FIN) != 0);
        next[own] = next[own].wrapping_add(u32::try_from(data.len()).unwrap() + one);
    };
    push(Side::Opener, &mut next, SYN, &[]);
    push(Side::Answerer, &mut next, SYN | ACK, &[]);
    push(Side::Opener, &mut next, ACK, &[]);
    for piece in pieces {
        for data in piece.bytes.chunks(size) {
            push(piece.side, &mut next, ACK, data);
        }
        push(piece.side.other(), &mut next, ACK, &[]);
    }
    push(Side::Opener, &mut next, FIN | ACK, &[]);
    push(Side::Answerer, &mut next, FIN | ACK, &[]);
    push(Side::Opener, &mut next, ACK, &[]);
    sent
}

/// Datagrams.
pub(crate) fn datagrams(pieces: &[Piece]) -> Vec<Sent> {
    let packet = |piece: &Piece| {
        let bytes = match piece.side {
            Side::Opener => ip(CLIENT, SERVER, 17, &udp([40_000, 4433], &piece.bytes)),
            Side::Answerer => ip(SERVER, CLIENT, 17, &udp([4433, 40_000], &piece.bytes)),
        };
        Sent {
            side: piece.side,
            bytes,
            data: piece.bytes.len(),
        }
    };
    pieces.iter().map(packet).collect()
}

/// What is heard of packets.
pub(crate) fn heard(packets: &[Sent]) -> Heard {
    let packets: Vec<Vec<u8>> = packets.iter().map(|sent| sent.bytes.clone()).collect();
    let mut hearing = Hearing::new(Listening::new(Bounds::default()), Limits::default());
    let (_, trouble) = hear(pcap(&packets).as_slice(), &mut hearing);
    assert!(trouble.is_none(), "{trouble:?}");
    hearing.finish().0.finish()
}

/// What is said of Heartbleed of one end. An end that is no subject was not even sent a heartbeat.
pub(crate) fn said(heard: &Heard, end: End) -> Option<(Verdict, Weight)> {
    let subject = heard
        .subjects
        .iter()
        .find(|subject| subject.subject.role == end)?;
    let said = subject
        .verdicts
        .iter()
        .find(|said| said.flaw == "CVE-2014-0160")?;
    Some((said.verdict, said.weight.unwrap()))
}

/// Chance that is the same each time.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// Neighbours change places.
pub(crate) fn mixed(packets: &[Sent], chance: &mut Chance) -> Vec<Sent> {
    let mut packets = packets.to_vec();
    for at in 3..packets.len().saturating_sub(3) {
        if chance.below(4) == 0 {
            packets.swap(at, at + 1);
        }
    }
    packets
}

/// Some packets come so many places late, at most.
pub(crate) fn shuffled(packets: &[Sent], most: usize, chance: &mut Chance) -> Vec<Sent> {
    let mut packets = packets.to_vec();
    for at in 3..packets.len().saturating_sub(3 + most) {
        if chance.below(8) == 0 {
            let packet = packets.remove(at);
            packets.insert(at + 1 + chance.below(most), packet);
        }
    }
    packets
}

/// Some packets come twice.
pub(crate) fn doubled(packets: &[Sent], chance: &mut Chance) -> Vec<Sent> {
    let mut twice = Vec::new();
    for packet in packets {
        twice.push(packet.clone());
        if chance.below(4) == 0 {
            twice.push(packet.clone());
        }
    }
    twice
}

/// Some packets with data are lost.
pub(crate) fn lossy(packets: &[Sent], one_in: usize, chance: &mut Chance) -> Vec<Sent> {
    let keeps = |packet: &&Sent| packet.data == 0 || chance.below(one_in) > 0;
    packets.iter().filter(keeps).cloned().collect()
}

/// One direction alone.
pub(crate) fn of_one_side(packets: &[Sent], side: Side) -> Vec<Sent> {
    packets
        .iter()
        .filter(|packet| packet.side == side)
        .cloned()
        .collect()
}
