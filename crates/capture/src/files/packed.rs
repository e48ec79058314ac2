//! Captures that were compressed with gzip, unpacked as they are read.

use std::io::{self, Chain, Cursor, Read};

use flate2::read::MultiGzDecoder;

/// What gzip begins with (RFC 1952, section 2.3.1).
const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Bytes with those in front of them that were looked at.
type Looked<R> = Chain<Cursor<Vec<u8>>, R>;

/// What gives a capture's bytes, compressed or not.
pub enum Unpacked<R> {
    /// As they were.
    Plain(Looked<R>),
    /// Out of gzip, which may be of several parts.
    Gzip(Box<MultiGzDecoder<Looked<R>>>),
}

impl<R: Read> Unpacked<R> {
    /// Looks at the first two bytes.
    ///
    /// # Errors
    /// What the source says.
    pub fn new(mut source: R) -> io::Result<Self> {
        let mut first = Vec::with_capacity(MAGIC.len());
        source.by_ref().take(MAGIC.len() as u64).read_to_end(&mut first)?;
        let packed = first == MAGIC;
        let looked = Cursor::new(first).chain(source);
        Ok(if packed {
            Self::Gzip(Box::new(MultiGzDecoder::new(looked)))
        } else {
            Self::Plain(looked)
        })
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(source) => source.read(buffer),
            Self::Gzip(source) => source.read(buffer),
        }
    }
}
