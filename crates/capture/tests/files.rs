//! Which files are read and in which order, compressed, growing, replaced and rotated.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod forge;

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::ops::ControlFlow;

use flate2::Compression;
use flate2::write::GzEncoder;
use forge::{ACK, Notes, SYN, Tally, pcap, pcapng, segment};
use holter_capture::files::{Follow, Progress, gather, hear};
use holter_capture::link::Link;
use holter_capture::{Fault, Hearing, Limits, Listener, Reader, Side};

/// A conversation in so many packets, cut into files of two.
fn rotated() -> Vec<Vec<u8>> {
    let mut packets = vec![segment(Side::Opener, 10, 0, SYN, &[])];
    for place in 0..7 {
        packets.push(segment(Side::Opener, 11 + place * 4, 0, ACK, b"data"));
    }
    let head = pcap(&[]).len();
    let all = pcap(&packets);
    let sizes: Vec<usize> = packets.iter().map(|packet| packet.len() + 16).collect();
    let (mut files, mut at) = (Vec::new(), head);
    for pair in sizes.chunks(2) {
        let len: usize = pair.iter().sum();
        files.push([&all[..head], &all[at..at + len]].concat());
        at += len;
    }
    files
}

#[test]
fn rotated_files_are_read_in_the_order_of_their_packets() {
    let folder = tempfile::tempdir().unwrap();
    for (file, name) in rotated().iter().zip(["d.pcap", "a.pcap", "sub/c.pcap.1", "b"]) {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file).unwrap();
    }
    fs::write(folder.path().join("notes.txt"), "no capture").unwrap();
    let (files, unreadable) = gather(&[folder.path().to_owned()]);
    assert!(unreadable.is_empty(), "{unreadable:?}");
    assert_eq!(files.len(), 4);
    let mut hearing = Hearing::new(Notes::default(), Limits::default());
    for file in &files {
        assert_eq!(hear(File::open(&file.path).unwrap(), &mut hearing), (2, None));
    }
    let (notes, coverage) = hearing.finish();
    assert_eq!(notes.0.len(), 1);
    assert_eq!(notes.0[0].heard(Side::Opener), b"data".repeat(7));
    assert_eq!(coverage.oddities, []);
}

#[test]
fn what_is_named_and_no_capture_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let (text, gone) = (folder.path().join("notes.txt"), folder.path().join("gone"));
    fs::write(&text, "no capture").unwrap();
    let (files, unreadable) = gather(&[text, gone]);
    assert!(files.is_empty());
    assert_eq!(unreadable.len(), 2);
    assert!(
        unreadable[0]
            .to_string()
            .ends_with("notes.txt: this is neither pcap nor pcapng")
    );
}

#[test]
fn compressed_captures_are_read_and_cut_ones_as_far_as_they_go() {
    let file = pcapng(&[
        segment(Side::Opener, 10, 0, SYN, &[]),
        segment(Side::Opener, 11, 0, ACK, b"data"),
    ]);
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(&file).unwrap();
    let packed = packer.finish().unwrap();
    let mut hearing = Hearing::new(Tally::default(), Limits::default());
    assert_eq!(hear(packed.as_slice(), &mut hearing), (2, None));
    let (_, trouble) = hear(&packed[..packed.len() - 20], &mut hearing);
    assert_eq!(trouble.unwrap().what, Fault::Truncated);
}

fn poll<L: Listener>(follow: &mut Follow, hearing: &mut Hearing<L>) -> Progress {
    follow.poll(hearing, |_| ControlFlow::Continue(()))
}

#[test]
fn a_file_that_grows_is_read_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("live.pcap");
    let whole = rotated().remove(0);
    fs::write(&path, &whole[..30]).unwrap();
    let mut follow = Follow::new(vec![path.clone()]);
    let mut hearing = Hearing::new(Tally::default(), Limits::default());
    assert_eq!(poll(&mut follow, &mut hearing).packets, 0);
    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
    let mut packets = 0;
    for part in whole[30..].chunks(11) {
        file.write_all(part).unwrap();
        let progress = poll(&mut follow, &mut hearing);
        packets += progress.packets;
        assert!(progress.finished.is_empty());
    }
    assert_eq!(packets, 2);
}

#[test]
fn a_folder_that_is_rotated_into_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let mut follow = Follow::new(vec![folder.path().to_owned()]);
    let mut hearing = Hearing::new(Notes::default(), Limits::default());
    assert_eq!(poll(&mut follow, &mut hearing).packets, 0);
    let files = rotated();
    for (number, file) in files.iter().enumerate() {
        let path = folder.path().join(format!("{number}.pcap"));
        fs::write(&path, file).unwrap();
        let progress = poll(&mut follow, &mut hearing);
        assert_eq!(progress.packets, 2);
        assert_eq!(progress.finished.len(), usize::from(number > 0));
    }
    // The last file is replaced by another one of the same name.
    let again = folder.path().join("new");
    fs::write(&again, &files[0]).unwrap();
    fs::rename(&again, folder.path().join("3.pcap")).unwrap();
    assert_eq!(poll(&mut follow, &mut hearing).packets, 2);
    // And the first one is written anew: the ring of names has come round.
    let mut again = pcap(&[segment(Side::Answerer, 700, 39, ACK, b"x")]);
    // Some seconds later.
    again[24] = 9;
    fs::write(folder.path().join("0.pcap"), &again).unwrap();
    assert_eq!(poll(&mut follow, &mut hearing).packets, 1);
    assert_eq!(poll(&mut follow, &mut hearing).packets, 0);
    let (notes, _) = hearing.finish();
    assert_eq!(notes.0[0].heard(Side::Opener), b"data".repeat(7));
}

#[test]
fn sections_of_both_byte_orders_with_every_block_are_read() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fuzz/corpus/capture/sections.pcapng"
    );
    let mut reader = Reader::new(File::open(path).unwrap());
    let (mut packets, mut links) = (Vec::new(), Vec::new());
    while let Some(packet) = reader.packet() {
        packets.push((packet.at.0, packet.length, packet.bytes.len()));
        links.push(packet.link);
    }
    assert_eq!(reader.trouble(), None);
    // The first interface counts nanoseconds and is an hour behind, which lies before 1970; the second one counts 2^-20 seconds.
    let section = [
        (0, 45, 45),
        (4_096_000_001_907, 59, 59),
        (4_096_000_001_907, 45, 45),
        (0, 45, 45),
    ];
    assert_eq!(packets, [section, section].concat());
    assert_eq!(links[..4], [Link::Ip, Link::Ethernet, Link::Ip, Link::Ip]);
    assert_eq!(reader.dropped(), 160);
}
