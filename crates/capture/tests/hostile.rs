//! Captures that were made to harm: memory stays bounded, nothing panics, and real conversations are still heard.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod forge;

use forge::{ACK, FIN, Notes, SYN, Tally, fragment, packet, saw, segment, udp};
use holter_capture::files::hear;
use holter_capture::{Fault, Hearing, Limits, Oddity, Reader, Side};

#[test]
fn one_flow_of_tiny_pieces_is_bounded() {
    let mut hearing = Hearing::new(Tally::default(), Limits::default());
    hearing.packet(&packet(1, &segment(Side::Opener, 0, 0, SYN, &[])));
    // The first byte never comes; every second one of the rest does, the last first.
    for place in (1..200_000_u32).rev() {
        hearing.packet(&packet(2, &segment(Side::Opener, 1 + place * 2, 0, ACK, b"x")));
    }
    let (tally, coverage) = hearing.finish();
    assert!(saw(&coverage, Oddity::HeldTooMuch));
    assert!(tally.heard + tally.missed >= 200_000);
}

#[test]
fn one_forged_segment_far_ahead_silences_nobody() {
    let mut hearing = Hearing::new(Notes::default(), Limits::default());
    hearing.packet(&packet(1, &segment(Side::Opener, 10, 0, SYN, &[])));
    for (seq, data) in [
        (11, b"one"),
        (900_000_000, b"bad"),
        (14, b"two"),
        (3_000_000_000, b"bad"),
        (17, b"six"),
    ] {
        hearing.packet(&packet(2, &segment(Side::Opener, seq, 0, ACK, data)));
    }
    let (notes, coverage) = hearing.finish();
    assert_eq!(notes.0[0].heard(Side::Opener), b"onetwosix");
    assert!(saw(&coverage, Oddity::FarSegment));
}

#[test]
fn a_capture_that_lost_sight_finds_the_stream_again() {
    let mut hearing = Hearing::new(Notes::default(), Limits::default());
    hearing.packet(&packet(1, &segment(Side::Opener, 10, 0, SYN, &[])));
    hearing.packet(&packet(2, &segment(Side::Opener, 11, 0, ACK, b"before")));
    for place in 0..5 {
        let seq = 500_000_000 + place * 4;
        hearing.packet(&packet(3, &segment(Side::Opener, seq, 0, ACK, b"late")));
    }
    let (notes, _) = hearing.finish();
    assert_eq!(notes.0[0].heard(Side::Opener), b"beforelatelate");
    assert_eq!(notes.0[0].missed(Side::Opener), 500_000_000 - 17 + 12);
}

#[test]
fn fragments_are_put_together_in_any_order() {
    let payload: Vec<u8> = (0..4000_u32).map(|at| u8::try_from(at % 251).unwrap()).collect();
    let whole = udp([4433, 4433], &payload);
    let parts: Vec<Vec<u8>> = [(0, 1480), (1480, 2960), (2960, whole.len())]
        .into_iter()
        .map(|(from, to)| {
            fragment(
                7,
                u16::try_from(from).unwrap(),
                to < whole.len(),
                17,
                &whole[from..to],
            )
        })
        .collect();
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [2, 0, 1]] {
        let mut hearing = Hearing::new(Notes::default(), Limits::default());
        for index in order {
            hearing.packet(&packet(1, &parts[index]));
        }
        let (notes, coverage) = hearing.finish();
        assert_eq!(notes.0[0].heard(Side::Opener), payload);
        assert_eq!(coverage.oddities, []);
    }
}

#[test]
fn fragments_that_overlap_or_lie_are_odd_and_harmless() {
    let mut hearing = Hearing::new(Tally::default(), Limits::default());
    for (offset, more, len) in [
        (0, true, 800),
        (400, true, 800),
        (0, false, 100),
        (65_528, true, 1400),
        (8, true, 7),
    ] {
        hearing.packet(&packet(1, &fragment(9, offset, more, 6, &vec![0; len])));
    }
    let (tally, coverage) = hearing.finish();
    assert!(saw(&coverage, Oddity::FragmentOverlap) || saw(&coverage, Oddity::Malformed));
    assert_eq!(tally.flows, 0);
}

#[test]
fn a_file_cut_anywhere_gives_what_it_has() {
    let packets: Vec<Vec<u8>> = vec![
        segment(Side::Opener, 10, 0, SYN, &[]),
        segment(Side::Answerer, 90, 11, SYN | ACK, &[]),
        segment(Side::Opener, 11, 91, ACK, b"hello"),
        segment(Side::Answerer, 91, 16, FIN | ACK, b"world"),
    ];
    for file in [forge::pcap(&packets), forge::pcapng(&packets)] {
        let mut last = 0;
        for cut in 0..=file.len() {
            let mut hearing = Hearing::new(Tally::default(), Limits::default());
            let (heard, trouble) = hear(&file[..cut], &mut hearing);
            assert!(heard >= last);
            last = heard;
            if let Some(trouble) = trouble {
                assert!(trouble.offset <= cut as u64);
                assert!(
                    matches!(trouble.what, Fault::Truncated | Fault::Unknown),
                    "{trouble:?}"
                );
            }
        }
        assert_eq!(last, 4);
    }
}

#[test]
fn lengths_of_four_gigabytes_are_believed_by_nobody() {
    let good = segment(Side::Opener, 10, 0, SYN, &[]);
    let mut file = forge::pcap(std::slice::from_ref(&good));
    file.extend([0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255]);
    file.extend([0; 5000]);
    let mut reader = Reader::new(file.as_slice());
    assert!(reader.packet().is_some() && reader.packet().is_none());
    assert_eq!(reader.trouble().unwrap().what, Fault::PacketLength);
    for kind in [1_u32, 5, 6, 3, 2, 77, 0x0a0d_0d0a] {
        let mut file = forge::pcapng(std::slice::from_ref(&good));
        file.extend(kind.to_le_bytes());
        file.extend([0xfc, 255, 255, 255]);
        file.extend([0x4d, 0x3c, 0x2b, 0x1a]);
        file.extend([0; 5000]);
        let mut reader = Reader::new(file.as_slice());
        assert!(reader.packet().is_some() && reader.packet().is_none(), "{kind}");
        assert!(reader.trouble().is_some(), "{kind}");
    }
}

#[test]
fn a_block_too_long_to_hold_is_stepped_over() {
    let good = segment(Side::Opener, 10, 0, SYN, &[]);
    let mut file = forge::pcapng(std::slice::from_ref(&good));
    let packet = file[48..].to_vec();
    let length = 5_000_000_u32;
    file.extend(77_u32.to_le_bytes());
    file.extend(length.to_le_bytes());
    file.extend(vec![0xee; length as usize - 12]);
    file.extend(length.to_le_bytes());
    file.extend(packet);
    let mut reader = Reader::new(file.as_slice());
    assert!(reader.packet().is_some() && reader.packet().is_some() && reader.packet().is_none());
    assert_eq!(reader.trouble(), None);
}
