//! Reads pcap and pcapng, from anything that gives bytes: one pass, in bounded memory, whatever the bytes say.
//!
//! Our own and not a library's, because block lengths are hostile: a block of 4 GB is stepped over without being held, a file that is
//! still written can be read on from where it ended, and what is wrong is said with its place. Tests compare it with `pcap-parser`.

mod buffer;
mod classic;
mod ng;

use std::io::{self, Read};

use crate::packet::Packet;
use buffer::Buffer;
use classic::Classic;
use ng::Ng;

/// The longest packet that is read; the limit of libpcap is a quarter of it.
pub const LONGEST: u32 = 1 << 20;

/// What is wrong with a capture, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// How many bytes into the file, decompressed.
    pub offset: u64,
    /// What is wrong there.
    pub what: Fault,
}

/// What can be wrong with a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Fault {
    /// Neither pcap nor pcapng.
    #[error("this is neither pcap nor pcapng")]
    Unknown,
    /// It ends inside of a header or a packet.
    #[error("the file ends in the middle of something")]
    Truncated,
    /// A length that no packet has.
    #[error("a packet claims a length that no packet has")]
    PacketLength,
    /// A block's length is impossible, or the one at its end is another.
    #[error("a block's length is impossible, or its end says another")]
    BlockLength,
    /// A section begins with an unknown byte order.
    #[error("a section has no known byte order")]
    ByteOrder,
    /// A packet came from an interface that was not described.
    #[error("a packet names an interface that is not described")]
    Interface,
    /// The operating system could not read on.
    #[error("the file could not be read on: {0}")]
    Read(io::ErrorKind),
}

/// Where the bytes of a packet lie in the buffer, and what its header says.
struct Found {
    packet: Packet<'static>,
    from: usize,
    len: usize,
    /// How much of the buffer this and the packet take.
    whole: usize,
}

/// What lies next in the buffer.
enum Step {
    Packet(Found),
    /// Something that is no packet has been stepped over.
    Passed,
    /// No more bytes for now.
    End,
    Broken(Fault),
    /// A packet that cannot be understood; what follows can.
    Strange(Fault, usize),
}

enum Format {
    Unread,
    Classic(Classic),
    Ng(Ng),
}

/// Reads the packets of one capture.
pub struct Reader<R> {
    buffer: Buffer<R>,
    format: Format,
    trouble: Option<Trouble>,
    // The first that was passed over.
    strange: Option<Trouble>,
    // What the packet that was given last takes of the buffer.
    taken: usize,
}

impl<R: Read> Reader<R> {
    /// Reads from `source`, nothing yet.
    pub fn new(source: R) -> Self {
        Self {
            buffer: Buffer::new(source),
            format: Format::Unread,
            trouble: None,
            strange: None,
            taken: 0,
        }
    }

    /// The next packet; none at the end, for now or for ever, and none after trouble. A file that has grown since gives more.
    pub fn packet(&mut self) -> Option<Packet<'_>> {
        self.buffer.consume(std::mem::take(&mut self.taken));
        let found = loop {
            if self.trouble.is_some() {
                return None;
            }
            let step = match &mut self.format {
                Format::Unread => match recognise(&mut self.buffer) {
                    Ok(Some(format)) => {
                        self.format = format;
                        Step::Passed
                    }
                    Ok(None) => Step::End,
                    Err(fault) => Step::Broken(fault),
                },
                Format::Classic(classic) => classic.step(&mut self.buffer),
                Format::Ng(ng) => ng.step(&mut self.buffer),
            };
            match step {
                Step::Packet(found) => break found,
                Step::Passed => {}
                Step::End => {
                    match self.buffer.failed() {
                        // What was compressed breaks off.
                        Some(io::ErrorKind::UnexpectedEof) => self.stumble(Fault::Truncated),
                        Some(kind) => self.stumble(Fault::Read(kind)),
                        None => {}
                    }
                    return None;
                }
                Step::Broken(fault) => self.stumble(fault),
                Step::Strange(what, whole) => {
                    let offset = self.buffer.offset();
                    self.strange.get_or_insert(Trouble { offset, what });
                    self.buffer.consume(whole);
                }
            }
        };
        self.taken = found.whole;
        let bytes = self.buffer.slice(found.from, found.len);
        Some(Packet {
            bytes,
            ..found.packet
        })
    }

    fn stumble(&mut self, what: Fault) {
        self.trouble = Some(Trouble {
            offset: self.buffer.offset(),
            what,
        });
    }

    /// What is wrong with it, now that no more will come: bytes that are left over say that it was cut off.
    #[must_use]
    pub fn trouble(&self) -> Option<Trouble> {
        let truncated = || {
            (self.taken == 0 && self.buffer.is_within()).then(|| Trouble {
                offset: self.buffer.offset(),
                what: match self.format {
                    Format::Unread => Fault::Unknown,
                    _ => Fault::Truncated,
                },
            })
        };
        self.trouble
            .clone()
            .or_else(truncated)
            .or_else(|| self.strange.clone())
    }

    /// Packets that the interfaces dropped, as far as the capture says.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        match &self.format {
            Format::Ng(ng) => ng.dropped(),
            _ => 0,
        }
    }

    /// How many bytes of the capture have been read, decompressed.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.buffer.offset()
    }

    /// What it reads from.
    pub fn source_mut(&mut self) -> &mut R {
        self.buffer.source_mut()
    }
}

/// Which format it is by its first four bytes; none while they are not there.
fn recognise<R: Read>(buffer: &mut Buffer<R>) -> Result<Option<Format>, Fault> {
    let Some(magic) = buffer.peek(4).and_then(|bytes| bytes.first_chunk::<4>()).copied() else {
        return Ok(None);
    };
    if magic == ng::MAGIC {
        return Ok(Some(Format::Ng(Ng::default())));
    }
    let form = classic::form(magic).ok_or(Fault::Unknown)?;
    let Some(head) = buffer
        .peek(24)
        .and_then(|bytes| bytes.first_chunk::<24>())
        .copied()
    else {
        return Ok(None);
    };
    buffer.consume(24);
    Ok(Some(Format::Classic(Classic::new(form, &head))))
}
