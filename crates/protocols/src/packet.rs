//! Reads one whole thing from a line: a packet, a line of text, whatever a pure reader calls whole.
//!
//! ```text
//! bytes so far ──reader──▶ Part      wait for more
//!                        ▶ Whole(n)  take n bytes, leave the rest pending
//!                        ▶ Foreign   leave all of it pending, to be recognised
//! ```
//!
//! A reader decides on the bytes alone, so it can be tested and fuzzed without a connection.

use holter_net::{Line, LineError};

use crate::Opening;

/// What a reader makes of the bytes received so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet<T> {
    /// This, in so many of the bytes.
    Whole(T, usize),
    /// It may become whole.
    Part,
    /// It can never become one of this protocol's.
    Foreign,
}

impl<T> Packet<T> {
    /// Whether it came to its end.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self, Self::Whole(..))
    }
}

/// More than any preamble needs; a reader that still wants more is being led on. It reads again from the start
/// at each byte of a peer that sends them singly, so this also bounds its work.
const MOST: usize = 16 << 10;

/// The peer's first answer. What is not of the protocol is [`Opening::NotSpoken`] and stays pending; so is an
/// answer that stops in its middle, because other protocols' words look like that.
pub(crate) async fn first<T>(
    line: &mut Line,
    read: impl Fn(&[u8]) -> Packet<T> + Send,
) -> Result<T, Opening> {
    match take(line, read).await {
        Ok(Some(whole)) => Ok(whole),
        Ok(None) => Err(Opening::NotSpoken),
        Err(LineError::Silence | LineError::Closed | LineError::Reset) if !line.pending().is_empty() => {
            Err(Opening::NotSpoken)
        }
        Err(error) => Err(error.into()),
    }
}

/// A later answer. The protocol is known by now, so what is not of it is a misbehaviour.
pub(crate) async fn next<T>(line: &mut Line, read: impl Fn(&[u8]) -> Packet<T> + Send) -> Result<T, Opening> {
    take(line, read)
        .await?
        .ok_or(Opening::Misbehaved("what follows is not of the protocol"))
}

/// The two bytes at `at` as a number, most significant first.
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().copied().map(u16::from_be_bytes)
}

/// The four bytes at `at` as a number, most significant first.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_be_bytes)
}

/// Whether `bytes` are still what `expected` begins with, or begin with all of it.
pub(crate) fn may_be(bytes: &[u8], expected: &[u8]) -> bool {
    bytes.iter().zip(expected).all(|(a, b)| a == b)
}

async fn take<T>(line: &mut Line, read: impl Fn(&[u8]) -> Packet<T> + Send) -> Result<Option<T>, LineError> {
    let mut bytes = Vec::new();
    loop {
        if let Err(error) = line.receive(&mut bytes).await {
            line.put_back(bytes);
            return Err(error);
        }
        match read(&bytes) {
            Packet::Whole(whole, count) => {
                let rest = bytes.split_off(count.min(bytes.len()));
                line.put_back(rest);
                return Ok(Some(whole));
            }
            Packet::Part if bytes.len() <= MOST => {}
            Packet::Part | Packet::Foreign => {
                line.put_back(bytes);
                return Ok(None);
            }
        }
    }
}
