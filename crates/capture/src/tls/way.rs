//! One side of a stream: where it stands in its records, and what is missing of it.

use holter_wire::handshake::Joiner;
use holter_wire::reader::Reader;
use holter_wire::record::Header;
use holter_wire::{ContentType, HandshakeType, Version};

use super::hunt::Hunt;
use super::walker::Walker;
use crate::Moment;

/// A minute.
const RECENT: u64 = 60_000_000_000;

/// One side.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) course: Sync,
    pub(super) joiner: Option<Box<Joiner>>,
    /// Its handshake messages are not read, or no longer.
    pub(super) mute: bool,
    /// Bytes of an SSLv2 hello still to pass over.
    pub(super) skip: u32,
    pub(super) record: Header,
    pub(super) start: [u8; 3],
    pub(super) got: u8,
    pub(super) lost: u32,
    pub(super) heard: bool,
    /// So many bytes that came since the other side began TLS may be the beginning of a record.
    pub(super) in_doubt: usize,
    /// Bytes that are not in the capture.
    pub(super) missing: u64,
    /// Those of the last minute with holes, and when the last was.
    pub(super) hole: u64,
    pub(super) hole_at: Moment,
    /// Its keys have changed.
    pub(super) sealed: bool,
    /// Records were lost, and the change of its keys perhaps with them.
    pub(super) unsure: bool,
    pub(super) pads_least: Option<bool>,
    /// Only one header was seen since the way was lost.
    pub(super) unproven: bool,
}

/// Where it stands in its records.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sync {
    /// They are looked for.
    Hunting(Hunt),
    /// They are walked.
    Walking(Walker),
    /// Nothing more is heard of it.
    Deaf,
}

impl Default for Way {
    fn default() -> Self {
        Self {
            course: Sync::Hunting(Hunt::default()),
            joiner: None,
            mute: false,
            skip: 0,
            record: Header {
                content: ContentType(0),
                version: Version(0),
                length: 0,
            },
            start: [0; 3],
            got: 0,
            lost: 0,
            heard: false,
            in_doubt: 0,
            missing: 0,
            hole: 0,
            hole_at: Moment(0),
            sealed: false,
            unsure: false,
            pads_least: None,
            unproven: false,
        }
    }
}

impl Way {
    /// Bytes go by in which records may lie that nobody sees; says how many did of late.
    pub(super) fn pass_over(&mut self, at: Moment, bytes: u64) -> u64 {
        self.missing = self.missing.saturating_add(bytes);
        self.hole = self.recent_hole(at).saturating_add(bytes);
        self.hole_at = at;
        self.hole
    }

    /// Bytes of it that were not read, now that no more will come.
    pub(super) fn unread(&self) -> u64 {
        let in_doubt = u64::try_from(self.in_doubt).unwrap_or(u64::MAX);
        self.missing.saturating_add(in_doubt)
    }

    /// Bytes that are kept while the beginning of a record is looked for.
    pub(super) fn kept(&self) -> usize {
        match self.course {
            Sync::Hunting(hunt) => hunt.kept(),
            _ => 0,
        }
    }

    /// Bytes missing of late: the answer to a request that was lost longer ago has come long since.
    pub(super) const fn recent_hole(&self, at: Moment) -> u64 {
        if at.0.saturating_sub(self.hole_at.0) < RECENT {
            self.hole
        } else {
            0
        }
    }
}

/// The first handshake message, where all of it is there, and what follows on it.
pub(super) fn first_message(bytes: &[u8]) -> Option<(HandshakeType, &[u8], &[u8])> {
    let mut reader = Reader::new(bytes);
    let kind = HandshakeType(reader.u8()?);
    let message = reader.vec24()?;
    Some((kind, message, reader.rest()))
}
