//! One packet as a capture gives it.

use crate::link::Link;
use crate::listener::Moment;

/// A packet, borrowed from the block that was read last.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// When it was captured.
    pub at: Moment,
    /// What its bytes begin with.
    pub link: Link,
    /// How long it was on the wire; more than `bytes` where the snap length cut it.
    pub length: u32,
    /// What was captured of it.
    pub bytes: &'a [u8],
}
