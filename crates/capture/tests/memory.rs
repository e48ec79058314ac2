//! Memory follows from the limits and not from the capture. One test alone in its process, for memory is the process's.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod forge;

use std::collections::VecDeque;

use forge::flows::{begin, ending, ends, flow, record};
use forge::{ACK, SERVER, SYN, Tally, fragment, ip, packet, saw, segment, tcp, udp};
use holter_capture::{Bounds, Hearing, Limits, Listener as _, Listening, Oddity, Side};

/// In a build without optimisation, a small flood is enough.
const FLOOD: u32 = if cfg!(debug_assertions) {
    400_000
} else {
    10_000_000
};

/// Servers, each with one session.
const SERVERS: u32 = if cfg!(debug_assertions) {
    60_000
} else {
    10_000_000
};

/// Forged heartbeats, of each of four kinds.
const BEATS: u32 = if cfg!(debug_assertions) { 50_000 } else { 2_000_000 };

/// How often every id of a fragment is used.
const ROUNDS: u64 = if cfg!(debug_assertions) { 2 } else { 20 };

#[test]
fn memory_is_bounded_whatever_comes() {
    for (name, flood) in [
        ("half-open flows", floods_push_out_no_conversation as fn()),
        ("waiting segments", what_waits_is_bounded_over_all_flows),
        (
            "fragments",
            fragments_that_never_become_whole_are_bounded_and_counted,
        ),
        ("servers", servers_without_number_are_told_and_forgotten),
        (
            "sessions that do not end",
            sessions_that_do_not_end_are_forgotten_with_their_servers,
        ),
        ("forged heartbeats", heartbeats_from_everywhere_are_bounded),
    ] {
        flood();
        let peak = peak();
        println!("{name}: at most {peak:?} MB");
        assert!(peak.is_none_or(|peak| peak < 100), "{name}: {peak:?} MB");
    }
}

/// How much memory this process has had at most, in MB.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}

fn floods_push_out_no_conversation() {
    let mut hearing = Hearing::new(Tally::default(), Limits::default());
    for (side, seq, ack, flags, data) in [
        (Side::Opener, 10, 0, SYN, b"".as_slice()),
        (Side::Answerer, 90, 11, SYN | ACK, b""),
        (Side::Opener, 11, 91, ACK, b"hello"),
        (Side::Answerer, 91, 16, ACK, b"world"),
    ] {
        hearing.packet(&packet(1, &segment(side, seq, ack, flags, data)));
    }
    for number in 0..FLOOD {
        let from = (0x1000_0000 + number).to_be_bytes();
        let at = 2 + u64::from(number);
        let port = 1024 + u16::try_from(number % 60_000).unwrap();
        let bytes = match number % 8 {
            // Something said from the middle of nowhere, and datagrams.
            6 => ip(from, SERVER, 6, &tcp([port, 443], number, 1, ACK, b"x")),
            7 => ip(from, SERVER, 17, &udp([port, 443], b"x")),
            _ => ip(from, SERVER, 6, &tcp([port, 443], number, 0, SYN, &[])),
        };
        hearing.packet(&packet(at, &bytes));
    }
    hearing.packet(&packet(
        u64::from(FLOOD) + 3,
        &segment(Side::Opener, 16, 96, ACK, b"again"),
    ));
    assert_eq!(hearing.coverage().begun_before, u64::from(FLOOD / 8));
    let (tally, coverage) = hearing.finish();
    assert_eq!(coverage.missing, 0);
    assert_eq!(tally.heard, 15 + u64::from(FLOOD / 4));
    assert!(coverage.forgotten > 0 && coverage.silent > u64::from(FLOOD / 2));
}

fn servers_without_number_are_told_and_forgotten() {
    let mut listening = Listening::new(Bounds::default());
    let mut told = 0_u64;
    for number in 0..SERVERS {
        flow(&mut listening, number, None);
        if number % 64 == 0 && listening.has_handed_on() {
            told += u64::try_from(listening.handed_on().count()).unwrap();
        }
    }
    let mut rest = listening.rest();
    told += u64::try_from(rest.by_ref().count()).unwrap();
    assert!(!rest.beyond().any(), "{:?}", rest.beyond());
    // Each as a subject, a client and an interface.
    assert_eq!(told, 3 * u64::from(SERVERS));
}

fn sessions_that_do_not_end_are_forgotten_with_their_servers() {
    let mut listening = Listening::new(Bounds::default());
    let mut open = VecDeque::new();
    let mut told = 0_u64;
    for number in 0..SERVERS {
        open.push_back((number, begin(&mut listening, number)));
        if open.len() > 40_000
            && let Some((number, flow)) = open.pop_front()
        {
            listening.end(flow, &ends(number), ending(number));
        }
        if number % 64 == 0 && listening.has_handed_on() {
            told += u64::try_from(listening.handed_on().count()).unwrap();
        }
    }
    for (number, flow) in open {
        listening.end(flow, &ends(number), ending(number));
    }
    assert!(listening.beyond().servers > 0);
    told += u64::try_from(listening.rest().count()).unwrap();
    assert_eq!(told, 3 * u64::from(SERVERS));
}

/// One side alone and both, over datagrams and streams, from one address each and from many to the same.
fn heartbeats_from_everywhere_are_bounded() {
    let mut hearing = Hearing::new(Listening::new(Bounds::default()), Limits::default());
    let mut at = 0;
    let mut send = |bytes: &[u8]| {
        at += 1;
        hearing.packet(&packet(at * 1000, bytes));
        if at % 64 == 0 && hearing.listener_mut().has_handed_on() {
            hearing.listener_mut().handed_on().for_each(drop);
        }
    };
    let stream = |kind| record(24, &[kind, 0x40, 0]);
    let datagram = |kind| [&[24, 0xfe, 0xff][..], &[0; 8], &[0, 3, kind, 0x40, 0]].concat();
    for number in 0..BEATS {
        let [one, other] = [0x1000_0000, 0x2000_0000].map(|base| (base + number).to_be_bytes());
        let few = (0x3000_0000 + number % 16_000).to_be_bytes();
        send(&ip(one, other, 17, &udp([4000, 4433], &datagram(1))));
        send(&ip(one, few, 17, &udp([4000, 4433], &datagram(1))));
        send(&ip(one, other, 6, &tcp([4000, 443], 1, 1, ACK, &stream(1))));
        send(&ip(other, one, 6, &tcp([443, 4000], 1, 9, ACK, &stream(2))));
        send(&ip(one, few, 6, &tcp([4000, 443], 1, 1, ACK, &stream(1))));
        // As many as wait for an answer at most, each time in another flow.
        send(&ip(
            other,
            few,
            6,
            &tcp([4000, 443], 1, 1, ACK, &stream(1).repeat(64)),
        ));
    }
    let (listening, coverage) = hearing.finish();
    assert!(coverage.forgotten > 0);
    listening.rest().for_each(drop);
}

fn what_waits_is_bounded_over_all_flows() {
    let mut hearing = Hearing::new(Tally::default(), Limits::default());
    let data = [7; 1400];
    // 40,000 flows with a hole each, 6 segments behind it: 336 MB if it were all kept.
    for round in 0..6 {
        for number in 0..40_000_u32 {
            let from = (0x1000_0000 + number).to_be_bytes();
            let syn = ip(from, SERVER, 6, &tcp([2000, 443], 0, 0, SYN, &[]));
            if round == 0 {
                hearing.packet(&packet(1, &syn));
            }
            let seq = 1000 + round * 1400;
            let bytes = ip(from, SERVER, 6, &tcp([2000, 443], seq, 0, ACK, &data));
            hearing.packet(&packet(2, &bytes));
        }
    }
    let (_, coverage) = hearing.finish();
    assert!(saw(&coverage, Oddity::HeldTooMuch));
}

fn fragments_that_never_become_whole_are_bounded_and_counted() {
    let mut hearing = Hearing::new(Tally::default(), Limits::default());
    for round in 0..ROUNDS {
        for id in 0..u16::MAX {
            let bytes = fragment(id, 8, true, 17, &[0; 1400]);
            hearing.packet(&packet(round * 100_000_000_000, &bytes));
        }
    }
    let (_, coverage) = hearing.finish();
    let lost = coverage
        .oddities
        .iter()
        .find(|seen| seen.oddity == Oddity::FragmentLost);
    assert_eq!(lost.unwrap().times, ROUNDS * u64::from(u16::MAX));
}
