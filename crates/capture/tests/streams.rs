//! Whatever the network and the capture do to a stream, its listener is told its bytes or how many are missing, never others.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

mod forge;

use forge::{ACK, CLIENT, FIN, Notes, Piece, RST, SERVER, SYN, Told, ip, packet, segment, udp};
use holter_capture::{Hearing, Limits, Oddity, Side};
use proptest::prelude::*;

fn hear(packets: &[Vec<u8>]) -> (Vec<Told>, holter_capture::Coverage) {
    hear_within(packets, Limits::default())
}

fn hear_within(packets: &[Vec<u8>], limits: Limits) -> (Vec<Told>, holter_capture::Coverage) {
    let mut hearing = Hearing::new(Notes::default(), limits);
    for (index, bytes) in packets.iter().enumerate() {
        hearing.packet(&packet(index as u64 * 1_000_000, bytes));
    }
    let (notes, coverage) = hearing.finish();
    (notes.0, coverage)
}

fn content(len: usize) -> Vec<u8> {
    (0..len).map(|at| u8::try_from(at * 7 % 251).unwrap()).collect()
}

/// What was told of one side is the stream, with holes; gives what was heard and missed.
fn follows(told: &Told, side: Side, stream: &[u8]) -> (u64, u64) {
    let mut at = 0;
    for piece in &told.sides[usize::from(side == Side::Answerer)] {
        match piece {
            Piece::Heard(bytes) => {
                assert_eq!(
                    Some(bytes.as_slice()),
                    stream.get(at..at + bytes.len()),
                    "at {at}"
                );
                at += bytes.len();
            }
            Piece::Missed(count) => at += usize::try_from(*count).unwrap(),
        }
    }
    (told.heard(side).len() as u64, told.missed(side))
}

/// Part of a stream, sent once or more often, captured or not.
#[derive(Clone, Debug)]
struct Sent {
    from: usize,
    to: usize,
    order: u32,
    acked: bool,
}

fn sent(len: usize) -> impl Strategy<Value = Vec<Sent>> {
    let one =
        (0..len, 1..400_usize, any::<u32>(), any::<bool>()).prop_map(move |(from, size, order, acked)| {
            Sent {
                from,
                to: (from + size).min(len),
                order,
                acked,
            }
        });
    proptest::collection::vec(one, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Without anyone who acknowledges, everything that was captured is heard, and exactly the rest is missing.
    #[test]
    fn all_that_was_captured_is_heard(mut all in sent(3000), isn in prop_oneof![any::<u32>(), Just(u32::MAX - 1500)]) {
        let stream = content(3000);
        all.sort_by_key(|sent| sent.order);
        let mut packets = vec![segment(Side::Opener, isn, 0, SYN, &[])];
        let first = isn.wrapping_add(1);
        let at = |place: usize| first.wrapping_add(u32::try_from(place).unwrap());
        let mut captured = vec![false; stream.len()];
        for sent in &all {
            packets.push(segment(Side::Opener, at(sent.from), 0, ACK, &stream[sent.from..sent.to]));
            captured[sent.from..sent.to].fill(true);
        }
        packets.push(segment(Side::Opener, at(stream.len()), 0, FIN | ACK, &[]));
        let (told, coverage) = hear(&packets);
        prop_assert_eq!(told.len(), 1);
        let (heard, missed) = follows(&told[0], Side::Opener, &stream);
        prop_assert_eq!(heard, captured.iter().filter(|captured| **captured).count() as u64);
        prop_assert_eq!(heard + missed, stream.len() as u64);
        let ending = told[0].ending.unwrap();
        prop_assert_eq!((ending.heard[0], ending.missing[0]), (heard, missed));
        prop_assert_eq!((coverage.heard, coverage.missing), (heard, missed));
        prop_assert!(told[0].ends.unwrap().begun);
    }

    /// With acknowledgements of what the receiver has and the capture has not, and hardly any room: never a wrong byte or place.
    #[test]
    fn nothing_is_ever_told_wrongly(mut all in sent(3000), isn in any::<u32>(), room in 300..2000_usize) {
        let stream = content(3000);
        all.sort_by_key(|sent| sent.order);
        let first = isn.wrapping_add(1);
        let at = |place: usize| first.wrapping_add(u32::try_from(place).unwrap());
        let mut packets = vec![
            segment(Side::Opener, isn, 0, SYN, &[]),
            segment(Side::Answerer, 77, first, SYN | ACK, &[]),
        ];
        let mut reached = 0;
        for sent in &all {
            packets.push(segment(Side::Opener, at(sent.from), 78, ACK, &stream[sent.from..sent.to]));
            reached = reached.max(sent.to);
            if sent.acked {
                packets.push(segment(Side::Answerer, 78, at(reached), ACK, &[]));
            }
        }
        packets.push(segment(Side::Opener, at(stream.len()), 0, FIN | ACK, &[]));
        let limits = Limits { held_by_one: room, held: room, ..Limits::default() };
        let (told, _) = hear_within(&packets, limits);
        let (heard, missed) = follows(&told[0], Side::Opener, &stream);
        prop_assert_eq!(heard + missed, stream.len() as u64);
    }
}

#[test]
fn a_conversation_is_told_in_order() {
    let (told, coverage) = hear(&[
        segment(Side::Opener, 10, 0, SYN, &[]),
        segment(Side::Answerer, 90, 11, SYN | ACK, &[]),
        segment(Side::Opener, 11, 91, ACK, b"hello"),
        segment(Side::Answerer, 91, 16, ACK, b"world"),
        segment(Side::Opener, 16, 96, FIN | ACK, &[]),
        segment(Side::Answerer, 96, 17, FIN | ACK, &[]),
    ]);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].heard(Side::Opener), b"hello");
    assert_eq!(told[0].heard(Side::Answerer), b"world");
    assert!(told[0].ending.unwrap().closed);
    assert_eq!(
        (coverage.missing, coverage.one_sided, coverage.begun_before),
        (0, 0, 0)
    );
}

#[test]
fn who_says_nothing_was_captured_all_the_same() {
    let (told, coverage) = hear(&[
        segment(Side::Opener, 10, 0, SYN, &[]),
        segment(Side::Answerer, 90, 11, SYN | ACK, &[]),
        segment(Side::Opener, 11, 91, ACK, b"hello"),
        segment(Side::Answerer, 91, 16, FIN | ACK, &[]),
    ]);
    let ending = told[0].ending.unwrap();
    assert_eq!((ending.seen, ending.heard), ([true; 2], [5, 0]));
    assert_eq!(coverage.one_sided, 0);
}

#[test]
fn who_answered_a_lost_syn_is_the_answerer() {
    let (told, _) = hear(&[
        segment(Side::Answerer, 90, 11, SYN | ACK, &[]),
        segment(Side::Answerer, 91, 11, ACK, b"220"),
    ]);
    let ends = told[0].ends.unwrap();
    assert_eq!((ends.opener.port(), ends.begun), (40_000, true));
    assert_eq!(told[0].heard(Side::Answerer), b"220");
}

#[test]
fn a_flow_heard_from_its_middle_says_so() {
    let (told, coverage) = hear(&[segment(Side::Answerer, 5000, 11, ACK, b"data")]);
    let ends = told[0].ends.unwrap();
    assert_eq!((ends.opener.port(), ends.begun), (443, false));
    assert_eq!((coverage.begun_before, coverage.one_sided), (1, 1));
}

#[test]
fn what_was_acknowledged_and_not_captured_is_missing() {
    let mut packets = vec![
        segment(Side::Opener, 10, 0, SYN, &[]),
        segment(Side::Answerer, 90, 11, SYN | ACK, &[]),
        segment(Side::Opener, 11, 91, ACK, b"one"),
        segment(Side::Opener, 1014, 91, ACK, b"three"),
        segment(Side::Answerer, 91, 1019, ACK, b"got it"),
    ];
    // Not at once: captures mix packets up.
    let (told, _) = hear(&packets[..4]);
    assert_eq!(told[0].missed(Side::Opener), 1000);
    packets.extend((0..12).map(|index| segment(Side::Answerer, 97 + index, 1019, ACK, b".")));
    packets.push(segment(Side::Opener, 14, 91, ACK, &[1; 1000]));
    let (told, _) = hear(&packets);
    assert_eq!(told[0].sides[0][1], Piece::Missed(1000));
    assert_eq!(told[0].heard(Side::Opener), b"onethree");
}

#[test]
fn only_one_side_captured_tells_what_the_other_said_in_bytes() {
    let (told, coverage) = hear(&[
        segment(Side::Opener, 10, 0, SYN, &[]),
        segment(Side::Opener, 11, 91, ACK, b"GET"),
        segment(Side::Opener, 14, 5091, ACK, &[]),
        segment(Side::Opener, 14, 9091, ACK, b"GET"),
    ]);
    assert_eq!(told[0].heard(Side::Opener), b"GETGET");
    assert_eq!(told[0].missed(Side::Answerer), 9000);
    assert_eq!((coverage.one_sided, coverage.missing), (1, 9000));
}

#[test]
fn a_port_used_again_is_another_flow() {
    let (told, coverage) = hear(&[
        segment(Side::Opener, 10, 0, SYN, &[]),
        segment(Side::Opener, 11, 91, ACK, b"one"),
        segment(Side::Opener, 14, 91, RST, &[]),
        segment(Side::Opener, 700_000, 0, SYN, &[]),
        segment(Side::Opener, 700_001, 0, ACK, b"two"),
        segment(Side::Opener, 1_700_000, 0, SYN, &[]),
        segment(Side::Opener, 1_700_001, 0, ACK, b"three"),
    ]);
    let heard: Vec<Vec<u8>> = told.iter().map(|told| told.heard(Side::Opener)).collect();
    assert_eq!(heard, [b"one".to_vec(), b"two".to_vec(), b"three".to_vec()]);
    assert!(told[0].ending.unwrap().closed);
    assert!(
        coverage
            .oddities
            .iter()
            .any(|seen| seen.oddity == Oddity::Reopened)
    );
}

#[test]
fn what_was_captured_twice_is_one_flow_and_a_number_used_again_is_not() {
    let from = |answer: u32| {
        vec![
            segment(Side::Opener, 10, 0, SYN, &[]),
            segment(Side::Answerer, answer, 11, SYN | ACK, &[]),
            segment(Side::Opener, 11, answer + 1, ACK, b"asks"),
            segment(Side::Answerer, answer + 1, 15, ACK | FIN, b"tells"),
            segment(Side::Opener, 15, answer + 7, ACK | FIN, &[]),
        ]
    };
    let twice = [from(90), from(90)].concat();
    let (told, coverage) = hear(&twice);
    assert_eq!((told.len(), coverage.missing), (1, 0));
    assert_eq!(told[0].heard(Side::Answerer), b"tells");
    let again = [from(90), from(4_000)].concat();
    let (told, _) = hear(&again);
    assert_eq!(told.len(), 2);
    assert_eq!(told[1].heard(Side::Opener), b"asks");
    // Without the answers nobody can tell, and nothing may be passed over.
    let [first, _, asks, _, last] = from(90).try_into().unwrap();
    let alone = [first, asks, last];
    let (told, _) = hear(&[alone.clone(), alone].concat());
    assert_eq!(told.len(), 2);
}

#[test]
fn a_reset_from_elsewhere_is_not_believed() {
    let (told, coverage) = hear(&[
        segment(Side::Opener, 10, 0, SYN, &[]),
        segment(Side::Opener, 11, 91, ACK, b"one"),
        segment(Side::Opener, 2_000_000_000, 91, RST, &[]),
        segment(Side::Opener, 14, 91, ACK, b"two"),
    ]);
    assert_eq!(told[0].heard(Side::Opener), b"onetwo");
    assert!(
        coverage
            .oddities
            .iter()
            .any(|seen| seen.oddity == Oddity::FalseReset)
    );
}

#[test]
fn the_first_to_say_a_byte_is_believed() {
    let (told, coverage) = hear(&[
        segment(Side::Opener, 10, 0, SYN, &[]),
        segment(Side::Opener, 15, 0, ACK, b"5678"),
        segment(Side::Opener, 13, 0, ACK, b"34xx"),
        segment(Side::Opener, 11, 0, ACK, b"12yyyyyyyyyy"),
    ]);
    assert_eq!(told[0].heard(Side::Opener), b"12yyyyyyyyyy");
    let (told_behind, _) = hear(&[
        segment(Side::Opener, 10, 0, SYN, &[]),
        segment(Side::Opener, 15, 0, ACK, b"5678"),
        segment(Side::Opener, 13, 0, ACK, b"34xx"),
        segment(Side::Opener, 11, 0, ACK, b"12"),
    ]);
    assert_eq!(told_behind[0].heard(Side::Opener), b"12345678");
    assert!(
        coverage
            .oddities
            .iter()
            .any(|seen| seen.oddity == Oddity::Overlap)
    );
    assert_eq!(told[0].missed(Side::Opener), 0);
}

#[test]
fn what_the_snap_length_cut_is_missing() {
    let mut hearing = Hearing::new(Notes::default(), Limits::default());
    let whole = segment(Side::Opener, 11, 0, ACK, &[7; 1000]);
    let next = segment(Side::Opener, 1011, 0, ACK, b"end");
    let mut cut = packet(1, &whole);
    cut.bytes = &whole[..100];
    hearing.packet(&cut);
    hearing.packet(&packet(2, &next));
    let (notes, coverage) = hearing.finish();
    let pieces = [
        Piece::Heard(vec![7; 60]),
        Piece::Missed(940),
        Piece::Heard(b"end".to_vec()),
    ];
    assert_eq!(notes.0[0].sides[0], pieces);
    assert_eq!((coverage.cut, coverage.missing), (1, 940));
    // Of a datagram it may leave nothing.
    let whole = ip(CLIENT, SERVER, 17, &udp([40_000, 443], &[7; 100]));
    let mut cut = packet(1, &whole);
    cut.bytes = &whole[..28];
    let mut hearing = Hearing::new(Notes::default(), Limits::default());
    hearing.packet(&cut);
    let (notes, _) = hearing.finish();
    assert_eq!(notes.0[0].sides[0], [Piece::Missed(100)]);
}

/// A conversation in which the client has asked, the forged packet, and the server's answer.
fn forged(between: &[Vec<u8>]) -> Vec<Told> {
    let mut packets = vec![
        segment(Side::Opener, 10, 0, SYN, &[]),
        segment(Side::Answerer, 90, 11, SYN | ACK, &[]),
        segment(Side::Opener, 11, 91, ACK, b"question"),
        segment(Side::Answerer, 91, 19, ACK, b"ans"),
    ];
    packets.extend_from_slice(between);
    packets.push(segment(Side::Answerer, 94, 19, ACK, b"wer"));
    packets.push(segment(Side::Opener, 19, 97, ACK, b"more"));
    hear(&packets).0
}

#[test]
fn who_asked_cannot_hide_the_answer() {
    for (name, between) in [
        (
            "an ACK of what was never sent",
            segment(Side::Opener, 19, 91 + 5_000_000, ACK, &[]),
        ),
        (
            "an ACK from elsewhere",
            segment(Side::Opener, 19, 3_000_000_000, ACK, &[]),
        ),
        (
            "a reset next to the window",
            segment(Side::Opener, 500_000, 94, RST, &[]),
        ),
        (
            "a reset in the server's name",
            segment(Side::Answerer, 1000, 19, RST, &[]),
        ),
        ("another opening", segment(Side::Opener, 777_777_777, 0, SYN, &[])),
        (
            "an opening as if it were the server",
            segment(Side::Opener, 777_777_777, 94, SYN | ACK, &[]),
        ),
        (
            "an end far away",
            segment(Side::Opener, 900_000_000, 94, FIN | ACK, &[]),
        ),
    ] {
        let told = forged(std::slice::from_ref(&between));
        assert_eq!(told.len(), 1, "{name}");
        assert_eq!(told[0].heard(Side::Answerer), b"answer", "{name}");
        assert_eq!(told[0].heard(Side::Opener), b"questionmore", "{name}");
        assert_eq!(told[0].missed(Side::Opener), 0, "{name}");
    }
}

#[test]
fn a_new_opening_that_is_answered_is_another_flow() {
    let told = forged(&[
        segment(Side::Opener, 777_777_777, 0, SYN, &[]),
        segment(Side::Answerer, 5000, 777_777_778, SYN | ACK, &[]),
        segment(Side::Opener, 777_777_778, 5001, ACK, b"new"),
    ]);
    assert_eq!(told.len(), 2);
    assert_eq!(told[1].heard(Side::Opener)[..3], *b"new");
    assert!(told[1].ends.unwrap().begun);
}

#[test]
fn an_opening_that_stands_behind_its_data_opens_their_flow() {
    let syn = segment(Side::Opener, 10, 0, SYN, &[]);
    let answer = segment(Side::Answerer, 90, 11, SYN | ACK, &[]);
    let spoken = [
        segment(Side::Opener, 11, 91, ACK, &[]),
        segment(Side::Opener, 11, 91, ACK, b"asks"),
        segment(Side::Answerer, 91, 15, ACK, b"tells"),
        segment(Side::Opener, 15, 96, ACK, b"more"),
    ];
    for first in 0..=spoken.len() {
        for second in 0..=spoken.len() + 1 {
            let mut packets = spoken.to_vec();
            packets.insert(first, syn.clone());
            packets.insert(second, answer.clone());
            let (told, coverage) = hear(&packets);
            let what = format!("SYN at {first}, answer at {second}");
            assert_eq!(told.len(), 1, "{what}");
            assert_eq!(told[0].heard(Side::Opener), b"asksmore", "{what}");
            assert_eq!(told[0].heard(Side::Answerer), b"tells", "{what}");
            assert!(told[0].ends.unwrap().begun, "{what}");
            assert_eq!((coverage.missing, coverage.begun_before), (0, 0), "{what}");
        }
    }
}

#[test]
fn an_opening_that_fits_no_beginning_makes_none() {
    // Of what lies between the opening and what was heard first nobody was told; and who opened is known too late here.
    let before = [
        segment(Side::Opener, 400, 91, ACK, b"asks"),
        segment(Side::Opener, 10, 0, SYN, &[]),
        segment(Side::Answerer, 91, 404, ACK, b"tells"),
    ];
    let server_first = [
        segment(Side::Answerer, 91, 11, ACK, b"tells"),
        segment(Side::Opener, 10, 0, SYN, &[]),
        segment(Side::Answerer, 90, 11, SYN | ACK, &[]),
        segment(Side::Opener, 11, 96, ACK, b"asks"),
    ];
    for packets in [&before[..], &server_first] {
        let (told, coverage) = hear(packets);
        assert_eq!((told.len(), coverage.begun_before), (1, 1));
        assert!(!told[0].ends.unwrap().begun);
        assert_eq!(
            told[0].heard(Side::Opener).len() + told[0].heard(Side::Answerer).len(),
            9
        );
    }
    // Far away, or long after, it is another's.
    let far = segment(Side::Opener, 900_000_000, 0, SYN, &[]);
    let (told, _) = hear(&[
        before[0].clone(),
        far,
        segment(Side::Opener, 900_000_001, 0, ACK, b"new"),
    ]);
    assert_eq!(told.len(), 2);
}
