//! The classic capture file that `tcpdump -w` writes: a header, and packets one after the other.

use std::path::Path;
use std::time::Duration;

use super::packet::Packet;
use crate::LabError;
use crate::error::at;

/// Reads the packets of a file. One that is still being written gives those that are whole.
pub(super) fn read(path: &Path) -> Result<Vec<Packet>, LabError> {
    let bytes = std::fs::read(path).map_err(|source| at(path, source))?;
    packets(&bytes).ok_or_else(|| {
        at(
            path,
            std::io::Error::other("is no capture of an Ethernet of this machine"),
        )
    })
}

/// Seconds and microseconds, written by a machine with the little end first, as all that the lab runs on are.
const MAGIC: u32 = 0xa1b2_c3d4;
const ETHERNET: u32 = 1;

/// An empty file is one whose header is not written yet.
fn packets(bytes: &[u8]) -> Option<Vec<Packet>> {
    const HEADER: usize = 24;
    const RECORD: usize = 16;
    let mut packets = Vec::new();
    if bytes.len() < HEADER {
        return Some(packets);
    }
    if le32(bytes, 0)? != MAGIC || le32(bytes, 20)? != ETHERNET {
        return None;
    }
    let mut rest = bytes.get(HEADER..)?;
    while let Some((head, after)) = rest.split_at_checked(RECORD) {
        let kept = usize::try_from(le32(head, 8)?).ok()?;
        let Some((frame, next)) = after.split_at_checked(kept) else {
            break;
        };
        let time = Duration::from_secs(le32(head, 0)?.into()) + Duration::from_micros(le32(head, 4)?.into());
        let length = usize::try_from(le32(head, 12)?).ok()?;
        packets.push(Packet::read(time, length, frame));
        rest = next;
    }
    Some(packets)
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    let part = bytes.get(at..at.checked_add(4)?)?;
    part.try_into().ok().map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    fn file(link: u32) -> Vec<u8> {
        let mut bytes = words(&[MAGIC, 0x0004_0002, 0, 0, 262_144, link]);
        for second in [5, 6] {
            bytes.extend(words(&[second, 250_000, 14, 60]));
            bytes.extend([0; 14]);
        }
        bytes
    }

    #[test]
    fn packets_have_their_time_and_their_length() {
        let packets = packets(&file(ETHERNET)).unwrap();
        let found: Vec<_> = packets.iter().map(|packet| (packet.at, packet.length)).collect();
        let at = |second: u64| Duration::from_millis(second * 1000 + 250);
        assert_eq!(found, [(at(5), 60), (at(6), 60)]);
    }

    #[test]
    fn what_is_cut_short_gives_what_is_whole() {
        let bytes = file(ETHERNET);
        let count = |length: usize| packets(&bytes[..length]).unwrap().len();
        assert_eq!((count(0), count(23), count(24)), (0, 0, 0));
        assert_eq!((count(53), count(54), count(bytes.len() - 1)), (0, 1, 1));
    }

    #[test]
    fn another_file_is_refused() {
        assert!(packets(&file(113)).is_none());
        assert!(packets(&[0; 64]).is_none());
    }
}
