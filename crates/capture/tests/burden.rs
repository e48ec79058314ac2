//! What is under way in heartbeats is bounded, and who forges many takes the room of no real conversation.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod forge;

use forge::flows::record;
use forge::{ACK, SERVER, SYN, ip, packet, segment, tcp, udp};
use holter_capture::{Bounds, Hearing, Limits, Listening, Side};

/// Room for the heartbeats of some hundred flows.
const LITTLE: Limits = Limits {
    silent: 4096,
    one_sided: 4096,
    two_sided: 4096,
    datagrams: 4096,
    burden: 64 * 1024,
    held_by_one: 64 * 1024,
    held: 1024 * 1024,
    fragments: 64 * 1024,
    seed: 1,
};

/// Fewer than there is room for flows, and more than there is room for their heartbeats.
const FORGERS: u32 = 1000;

/// A heartbeat that asks for more than it brings, or what looks like an answer.
fn beat(kind: u8) -> Vec<u8> {
    record(24, &[kind, 0x40, 0])
}

struct Wire {
    hearing: Hearing<Listening>,
    at: u64,
}

impl Wire {
    fn new() -> Self {
        Self {
            hearing: Hearing::new(Listening::new(Bounds::default()), LITTLE),
            at: 0,
        }
    }

    fn send(&mut self, bytes: &[u8]) {
        self.at += 1000;
        self.hearing.packet(&packet(self.at, bytes));
    }

    /// The two sides of a conversation that was heard from its beginning, with nothing in it that is ours.
    fn quiet(&mut self) {
        for (side, seq, ack, flags, data) in [
            (Side::Opener, 10, 0, SYN, b"".as_slice()),
            (Side::Answerer, 90, 11, SYN | ACK, b""),
            (Side::Opener, 11, 91, ACK, b"hello"),
            (Side::Answerer, 91, 16, ACK, b"world"),
        ] {
            self.send(&segment(side, seq, ack, flags, data));
        }
    }

    /// Both sides of another one, which somebody may as well have forged.
    fn both(&mut self, number: u32, round: u32) {
        let [one, other] = [0x5000_0000 + number, 0x6000_0000].map(u32::to_be_bytes);
        let beat = [beat(1), beat(2)];
        let seq = 1 + round * u32::try_from(beat[0].len()).unwrap();
        self.send(&ip(one, other, 6, &tcp([4000, 443], seq, 1, ACK, &beat[0])));
        self.send(&ip(other, one, 6, &tcp([443, 4000], seq, 1, ACK, &beat[1])));
    }

    /// Whether the quiet one was remembered all the time: else it begins again.
    fn remembers_the_quiet_one(&mut self) -> bool {
        let before = self.hearing.coverage().begun_before;
        self.send(&segment(Side::Opener, 16, 96, ACK, b"again"));
        self.hearing.coverage().begun_before == before
    }
}

#[test]
fn heartbeats_of_one_side_alone_push_out_no_conversation() {
    let mut wire = Wire::new();
    wire.quiet();
    // One at which somebody is about to steal.
    let [thief, robbed] = [[198, 51, 100, 1], [198, 51, 100, 2]];
    wire.send(&ip(thief, robbed, 6, &tcp([4000, 443], 1, 0, SYN, &[])));
    wire.send(&ip(robbed, thief, 6, &tcp([443, 4000], 1, 2, SYN | ACK, &[])));
    wire.send(&ip(
        robbed,
        thief,
        6,
        &tcp([443, 4000], 2, 2, ACK, &record(23, &[0; 40])),
    ));
    wire.send(&ip(
        thief,
        robbed,
        6,
        &tcp([4000, 443], 2, 2, ACK, &record(23, &[0; 40])),
    ));
    for round in 0..8 {
        for number in 0..FORGERS {
            let [one, other] = [0x1000_0000, 0x2000_0000].map(|base: u32| (base + number).to_be_bytes());
            let seq = 1 + round * u32::try_from(beat(1).len()).unwrap();
            wire.send(&ip(one, SERVER, 6, &tcp([4000, 443], seq, 1, ACK, &beat(1))));
            let datagram = [
                &[24, 0xfe, 0xff][..],
                &[0; 7],
                &[u8::try_from(round).unwrap(), 0, 3, 1, 0x40, 0],
            ]
            .concat();
            wire.send(&ip(other, SERVER, 17, &udp([4000, 4433], &datagram)));
            wire.send(&ip(SERVER, other, 17, &udp([4433, 4000], &datagram)));
        }
        // Somebody real goes on talking, as ever.
        for number in 0..8 {
            wire.both(number, round);
        }
    }
    assert!(wire.hearing.coverage().forgotten > u64::from(FORGERS));
    // The theft belongs to a conversation that was heard from its beginning.
    let before = wire.hearing.coverage().begun_before;
    wire.send(&ip(thief, robbed, 6, &tcp([4000, 443], 47, 47, ACK, &beat(1))));
    assert_eq!(wire.hearing.coverage().begun_before, before);
    assert!(wire.remembers_the_quiet_one());
}

#[test]
fn a_conversation_without_heartbeats_makes_no_room_for_them() {
    let mut wire = Wire::new();
    wire.quiet();
    for number in 0..FORGERS {
        wire.both(number, 0);
    }
    assert!(wire.hearing.coverage().forgotten > u64::from(FORGERS / 2));
    assert!(wire.remembers_the_quiet_one());
}
