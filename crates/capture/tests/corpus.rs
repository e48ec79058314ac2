//! Every real capture is read to its end, and no other program sees other packets in it.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

mod forge;

use std::fs::{self, File};

use forge::{Notes, Tally};
use holter_capture::files::hear;
use holter_capture::link::Link;
use holter_capture::{Hearing, Limits, Reader, Side};
use pcap_parser::{Block, PcapBlockOwned, PcapError};

#[test]
fn every_capture_is_read_to_its_end() {
    for path in forge::corpus().unwrap_or_default() {
        let mut hearing = Hearing::new(Tally::default(), Limits::default());
        let (packets, trouble) = hear(File::open(&path).unwrap(), &mut hearing);
        // Its seventh packet claims 4 MB; tshark stops there too.
        let damaged = path.ends_with("sv-bug-1450-04-tls_DER-incomplete-header.pcap");
        assert_eq!(trouble.is_some(), damaged, "{}: {trouble:?}", path.display());
        let (tally, coverage) = hearing.finish();
        assert!(packets > 0 && coverage.packets == packets, "{}", path.display());
        assert_eq!(tally.flows, tally.ended, "{}", path.display());
        assert_eq!(tally.heard, coverage.heard, "{}", path.display());
        assert!(tally.missed <= coverage.missing, "{}", path.display());
        println!(
            "{}: {} packets, {} streams, {} datagram flows, heard {}, missing {}, unread {}, {:?}",
            path.file_name().unwrap().display(),
            packets,
            coverage.streams,
            coverage.datagram_flows,
            coverage.heard,
            coverage.missing,
            coverage.unread,
            coverage.oddities,
        );
    }
}

#[test]
fn another_reader_sees_the_same_packets() {
    for path in forge::corpus().unwrap_or_default() {
        if path.extension().is_some_and(|end| end == "gz") {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let mut ours = Vec::new();
        let mut reader = Reader::new(bytes.as_slice());
        while let Some(packet) = reader.packet() {
            ours.push(packet.bytes.to_vec());
        }
        assert_eq!(ours, theirs(&bytes), "{}", path.display());
    }
}

fn theirs(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut reader = pcap_parser::create_reader(1 << 20, bytes).unwrap();
    let (mut packets, mut refills) = (Vec::new(), 0);
    loop {
        match reader.next() {
            Ok((offset, block)) => {
                match block {
                    PcapBlockOwned::Legacy(block) => {
                        packets.push(block.data[..block.caplen as usize].to_vec())
                    }
                    PcapBlockOwned::NG(Block::EnhancedPacket(block)) => {
                        packets.push(block.data[..block.caplen as usize].to_vec());
                    }
                    PcapBlockOwned::NG(Block::SimplePacket(block)) => {
                        packets.push(block.data[..block.origlen as usize].to_vec());
                    }
                    _ => {}
                }
                reader.consume(offset);
            }
            Err(PcapError::Incomplete(_)) if refills < 64 => {
                refills += 1;
                reader.refill().unwrap();
            }
            // Damage ends it; how much came before it must be the same.
            Err(_) => return packets,
        }
    }
}

/// What the library of headers says that a packet on Ethernet carries over TCP, where it reads it at all.
fn data(packet: &[u8]) -> Option<&[u8]> {
    let sliced = etherparse::SlicedPacket::from_ethernet(packet).ok()?;
    match sliced.transport? {
        etherparse::TransportSlice::Tcp(tcp) => Some(tcp.payload()),
        _ => None,
    }
}

#[test]
fn another_reader_of_headers_finds_the_same_data() {
    for path in forge::corpus().unwrap_or_default() {
        if path.extension().is_some_and(|end| end == "gz") {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let mut reader = Reader::new(bytes.as_slice());
        let mut number = 0;
        while let Some(packet) = reader.packet() {
            number += 1;
            let Some(data) = (packet.link == Link::Ethernet)
                .then(|| data(packet.bytes))
                .flatten()
            else {
                continue;
            };
            // Alone, a packet is a flow of its own, and all its data are heard.
            let mut hearing = Hearing::new(Notes::default(), Limits::default());
            hearing.packet(&packet);
            let (notes, _) = hearing.finish();
            let heard = notes
                .0
                .first()
                .map(|told| told.heard(Side::Opener))
                .unwrap_or_default();
            let other = notes
                .0
                .first()
                .map(|told| told.heard(Side::Answerer))
                .unwrap_or_default();
            assert!(heard == data || other == data, "{} {number}", path.display());
        }
    }
}
