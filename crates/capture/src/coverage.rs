//! How much of the traffic was heard: it stands beside every verdict, for what was not captured proves nothing.

use crate::listener::Moment;

/// What was heard of a capture and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Coverage {
    /// Packets read.
    pub packets: u64,
    /// Bytes of them in the capture.
    pub bytes: u64,
    /// Bytes of them on the wire.
    pub bytes_on_the_wire: u64,
    /// When the first packet was captured.
    pub first: Option<Moment>,
    /// When the last one was.
    pub last: Option<Moment>,
    /// Packets that the interface dropped, as the capture or the kernel says.
    pub dropped: u64,
    /// Packets that the snap length cut.
    pub cut: u64,
    /// Packets of protocols that are not read.
    pub unread: u64,
    /// TCP connections of which something was heard.
    pub streams: u64,
    /// Conversations by UDP.
    pub datagram_flows: u64,
    /// Flows of which one side only was heard.
    pub one_sided: u64,
    /// TCP connections whose beginning was not captured.
    pub begun_before: u64,
    /// Connections on which nobody said anything.
    pub silent: u64,
    /// Flows that were forgotten to make room.
    pub forgotten: u64,
    /// Bytes of data heard in streams and datagrams.
    pub heard: u64,
    /// Bytes that were sent in them and are not in the capture.
    pub missing: u64,
    /// What was odd, how often, and at which packet it was first seen.
    pub oddities: Vec<Seen>,
}

/// An oddity and how often it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Seen {
    /// Which.
    pub oddity: Oddity,
    /// How often.
    pub times: u64,
    /// The number of the first packet, from 1.
    pub first: u64,
}

/// What packets may do that honest traffic seldom does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Oddity {
    /// A frame, packet or segment is shorter than its own header says, or is none.
    Malformed,
    /// Two segments say different things about the same bytes; the first one holds.
    Overlap,
    /// Two fragments cover the same bytes; the first one holds.
    FragmentOverlap,
    /// Not all fragments of a packet came.
    FragmentLost,
    /// A segment lies far outside of what its receiver could take.
    FarSegment,
    /// More waited for a lost segment than may be held.
    HeldTooMuch,
    /// A connection was opened anew that had not been closed.
    Reopened,
    /// A reset that its receiver would not believe.
    FalseReset,
    /// Tunnels within tunnels, more than are followed.
    TooDeep,
    /// The clock of the capture went back by more than a second.
    ClockBack,
}

impl Coverage {
    /// An oddity was seen, at the packet that is being read.
    pub(crate) fn saw(&mut self, oddity: Oddity) {
        let first = self.packets;
        match self.oddities.iter_mut().find(|seen| seen.oddity == oddity) {
            Some(seen) => seen.times += 1,
            None => self.oddities.push(Seen {
                oddity,
                times: 1,
                first,
            }),
        }
    }

    /// Seconds from the first packet to the last.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        match (self.first, self.last) {
            (Some(Moment(first)), Some(Moment(last))) => {
                std::time::Duration::from_nanos(last.saturating_sub(first)).as_secs_f64()
            }
            _ => 0.0,
        }
    }
}
