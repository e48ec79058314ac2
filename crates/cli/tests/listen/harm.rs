//! Captures and folders that were made to harm: one clear line each, in bounded time, with the right code, and what is sound in them
//! is heard all the same.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::packets::{Conversation, file};
use super::{command, heartbleed, lines, listen, said, written};
use crate::command::Said;

/// Everything here is over long before, on whatever machine.
const LONG: Duration = Duration::from_secs(600);

/// A theft is heard whatever stands around it: one line says what is wrong, if anything is.
fn theft_is_heard(path: &str, says: Option<&str>) {
    let begun = Instant::now();
    let said = listen(&[path, "-f", "jsonl"]);
    assert!(begun.elapsed() < LONG, "{path}");
    assert_eq!(said.code, Some(1), "{path}: {}", said.err);
    let subjects = lines(&said.out);
    assert_eq!(subjects.len(), 1, "{path}");
    assert_eq!(heartbleed(&subjects[0])["leaked_min"], 200, "{path}");
    one_line(&said, says);
}

fn one_line(said: &Said, says: Option<&str>) {
    assert_eq!(
        said.err.lines().count(),
        usize::from(says.is_some()),
        "{}",
        said.err
    );
    assert!(said.err.contains(says.unwrap_or_default()), "{}", said.err);
}

/// A block of pcapng.
fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let mut padded = body.to_vec();
    padded.resize(body.len().next_multiple_of(4), 0);
    let length = u32::try_from(12 + padded.len()).unwrap().to_le_bytes();
    [&kind.to_le_bytes()[..], &length, &padded, &length].concat()
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// A packet of pcapng: of which interface, when, and what.
fn packet(interface: u32, at: u64, bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap();
    let [high, low] = [at >> 32, at & 0xffff_ffff].map(|half| u32::try_from(half).unwrap());
    block(
        6,
        &[words(&[interface, high, low, length, length]), bytes.to_vec()].concat(),
    )
}

/// A section with interfaces of raw IP that count nanoseconds.
fn section(interfaces: usize) -> Vec<u8> {
    let head = block(0x0a0d_0d0a, &words(&[0x1a2b_3c4d, 1, u32::MAX, u32::MAX]));
    // if_tsresol is 9.
    let interface = block(1, &words(&[101, 0, 0x0001_0009, 9, 0]));
    [head, interface.repeat(interfaces)].concat()
}

fn theft_after(head: Vec<u8>, at: impl Fn(u64) -> u64) -> Vec<u8> {
    let packets = Conversation::theft(200).into_iter().zip(0..);
    packets.fold(head, |file, ((_, bytes), number)| {
        [file, packet(0, at(number), &bytes)].concat()
    })
}

#[test]
fn blocks_and_interfaces_beyond_reason_hide_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let soon = |number: u64| 1_396_980_000_000_000_000 + number;
    // Packets of interfaces that nobody described, and a block of 5 MB that is none of ours.
    let strange = [4096, 1 << 31, u32::MAX]
        .map(|interface| packet(interface, 5, &[0x45; 40]))
        .concat();
    let long = block(77, &vec![0xee; 5_000_000]);
    let ng = theft_after([section(1), long, strange].concat(), soon);
    let path = written(folder.path(), "strange.pcapng", &ng);
    theft_is_heard(&path, Some("such packets were passed over"));
    let path = written(folder.path(), "many.pcapng", &theft_after(section(200_000), soon));
    theft_is_heard(&path, None);
    // Lengths that no file has, behind what is sound.
    let torn = [theft_after(section(1), soon), words(&[77, 0xffff_fffc, 0])].concat();
    let path = written(folder.path(), "torn.pcapng", &torn);
    theft_is_heard(&path, Some("ends in the middle"));
    let mut insane = file(&Conversation::theft(200));
    insane.extend([0xff; 16]);
    let path = written(folder.path(), "insane.pcap", &insane);
    theft_is_heard(&path, Some("a length that no packet has"));
}

#[test]
fn moments_that_jump_are_moments() {
    let folder = tempfile::tempdir().unwrap();
    for (name, at) in [
        ("far", (|number| (1 << 63) + number) as fn(u64) -> u64),
        ("farthest", |number| u64::MAX - 20 + number),
        ("back", |number| if number % 2 == 0 { 1 << 63 } else { number }),
    ] {
        let path = written(folder.path(), name, &theft_after(section(1), at));
        theft_is_heard(&path, None);
    }
}

#[test]
fn segments_that_contradict_each_other_change_no_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let mut packets = Conversation::theft(200);
    // Each segment comes again with other bytes: the first to say one is believed.
    packets = packets
        .into_iter()
        .flat_map(|(at, packet)| {
            let mut other = packet.clone();
            other.iter_mut().skip(40).for_each(|byte| *byte ^= 0x5a);
            [(at, packet), (at, other)]
        })
        .collect();
    let path = written(folder.path(), "overlap.pcap", &file(&packets));
    theft_is_heard(&path, None);
}

#[test]
fn what_unpacks_to_very_much_and_fragments_without_end_are_stepped_through() {
    let folder = tempfile::tempdir().unwrap();
    let head = &file(&[])[..];
    let path = folder.path().join("bomb.pcap.gz");
    let mut packed = GzEncoder::new(File::create(&path).unwrap(), Compression::best());
    packed.write_all(head).unwrap();
    // Empty packets, two million of them.
    packed.write_all(&vec![0; 32 << 20]).unwrap();
    packed.finish().unwrap();
    assert!(path.metadata().unwrap().len() < 100_000);
    let begun = Instant::now();
    let bomb = listen(&[&path.display().to_string()]);
    // Packets without a byte hide nothing.
    assert_eq!(bomb.code, Some(0), "{}", bomb.err);
    // What is no capture is not unpacked to its end to say so.
    let path = folder.path().join("zeros.gz");
    let mut packed = GzEncoder::new(File::create(&path).unwrap(), Compression::best());
    packed.write_all(&vec![0; 32 << 20]).unwrap();
    packed.finish().unwrap();
    let zeros = listen(&[&path.display().to_string()]);
    assert_eq!(zeros.code, Some(2));
    one_line(&zeros, Some("it is neither pcap nor pcapng"));
    let fragments = (0..100_000_u32).map(|number| {
        let [high, low] = u16::try_from(number % 65_536).unwrap().to_be_bytes();
        // The first of several, of which no other comes.
        let mut packet = vec![
            0x45, 0, 0, 84, high, low, 0x20, 0, 64, 6, 0, 0, 192, 0, 2, 7, 192, 0, 2, 1,
        ];
        packet.resize(84, 0);
        (number, packet)
    });
    let path = written(
        folder.path(),
        "fragments.pcap",
        &file(&fragments.collect::<Vec<_>>()),
    );
    let said = listen(&[&path, "-f", "json"]);
    assert_eq!(said.code, Some(3), "{}", said.err);
    assert!(said.out.contains("\"fragment_lost\""), "{}", said.out);
    assert!(begun.elapsed() < LONG);
}

#[test]
fn a_folder_of_traps_is_walked_once() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let theft = written(folder.path(), "theft.pcap", &file(&Conversation::theft(200)));
    assert!(
        Command::new("mkfifo")
            .arg(at("pipe.pcap"))
            .status()
            .unwrap()
            .success()
    );
    let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
    symlink("/dev/zero", at("zero.pcap")).unwrap();
    symlink("no-such-file", at("dangling.pcap")).unwrap();
    symlink(&theft, at("again.pcap")).unwrap();
    // Each of these leads back, and each way back has them all again.
    for name in ["a", "b", "c", "d"] {
        symlink(folder.path(), at(name)).unwrap();
    }
    let begun = Instant::now();
    let path = folder.path().display().to_string();
    theft_is_heard(&path, Some("there is no such file"));
    // The same where it is followed: a pipe in it is nobody's wish.
    let followed = said(
        command(&format!("listen --follow --for 1s -f jsonl {path}"))
            .output()
            .unwrap(),
    );
    assert_eq!(followed.code, Some(1), "{}", followed.err);
    assert!(begun.elapsed() < LONG);
}

#[test]
fn a_file_that_becomes_shorter_is_said_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shrinks.pcap");
    fs::write(&path, file(&Conversation::quiet())).unwrap();
    // Half a minute of empty packets, and no byte of them on the disk.
    OpenOptions::new()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(8 << 30)
        .unwrap();
    let mut child = command("listen --fail-on critical -f jsonl")
        .arg(&path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Once it says how far it is, it is in the middle.
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut told = String::new();
    assert!(err.read_line(&mut told).unwrap() > 0);
    shorten(&path);
    err.read_to_string(&mut told).unwrap();
    let said = said(child.wait_with_output().unwrap());
    assert_eq!((said.code, lines(&said.out).len()), (Some(3), 1), "{told}");
    assert!(
        told.contains("became shorter") || told.contains("ends in the middle"),
        "{told}"
    );
}

fn shorten(path: &Path) {
    OpenOptions::new()
        .write(true)
        .open(path)
        .unwrap()
        .set_len(4096)
        .unwrap();
}
