//! What a capture is, as it is known when it begins: what it is called, and what makes it the same one when it is heard again.

use holter_capture::{Captured, Reader};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

/// So many packets tell one capture from another.
const PACKETS: usize = 32;

/// A capture that begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beginning {
    /// What makes it the same capture, wherever it lies and however long it has become.
    pub key: String,
    /// For people.
    pub label: String,
    /// When its first packet was captured, or when listening began.
    pub started: Timestamp,
}

impl Beginning {
    /// Of a file or a stream that begins with these bytes, unpacked: its first packets, or the first of a log, make it the
    /// same one. Where there are none it is one of its own.
    #[must_use]
    pub fn of(name: &str, first: &[u8], now: Timestamp) -> Self {
        let mut hash = Sha256::new();
        let mut reader = Reader::new(first);
        let (mut packets, mut started) = (0, now);
        while packets < PACKETS
            && let Some(packet) = reader.packet()
        {
            if packets == 0 {
                started = Timestamp::from_nanosecond(packet.at.0.into()).unwrap_or(now);
            }
            hash.update(packet.at.0.to_be_bytes());
            hash.update(packet.length.to_be_bytes());
            hash.update(packet.bytes);
            packets += 1;
        }
        if packets == 0 {
            if first.is_empty() {
                return Self::unlike_any(name, now);
            }
            hash.update(first);
        }
        Self {
            key: format!("capture-{}", digits(hash)),
            label: label(&[name]),
            started,
        }
    }

    /// Of an interface, or of files that are still written: no two are the same.
    #[must_use]
    pub fn unlike_any(name: &str, now: Timestamp) -> Self {
        let mut hash = Sha256::new();
        hash.update(now.as_nanosecond().to_be_bytes());
        hash.update(name);
        Self {
            key: format!("listening-{}", digits(hash)),
            label: label(&[name]),
            started: now,
        }
    }
}

/// What a capture is called when all its files are known.
pub(super) fn called(captured: &Captured) -> String {
    let names: Vec<&str> = captured
        .sources
        .iter()
        .map(|source| source.name.as_str())
        .collect();
    label(&names)
}

/// The first 16 bytes of a hash, in hexadecimal.
pub(super) fn digits(hash: Sha256) -> String {
    hash.finalize()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The name of a file without its folder.
pub(super) fn bare(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The names of the first files.
fn label(names: &[&str]) -> String {
    let mut told: Vec<String> = names.iter().take(3).map(|name| bare(name).to_owned()).collect();
    if names.len() > told.len() {
        told.push(format!("{} more", names.len() - told.len()));
    }
    let label: String = told.join(", ").chars().take(100).collect();
    format!("Heard in {label}")
}
