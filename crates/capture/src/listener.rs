//! What listens to flows: bytes in order, with what is missing said, and nothing of packets.

use std::net::SocketAddr;

use holter_model::Transport;

/// Nanoseconds since 1970, as a capture gives them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Moment(pub u64);

/// Which end of a flow sent something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The one that opened it; where its beginning was not captured, the one that was heard first.
    Opener,
    /// The other one.
    Answerer,
}

impl Side {
    /// The other side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Opener => Self::Answerer,
            Self::Answerer => Self::Opener,
        }
    }
}

/// Between whom a flow runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ends {
    /// Who opened it.
    pub opener: SocketAddr,
    /// Whom it was opened to.
    pub answerer: SocketAddr,
    /// Over what.
    pub transport: Transport,
    /// Whether its beginning was captured, so that `opener` is certain.
    pub begun: bool,
}

/// How a flow went out of hearing, and how much of it was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// When something was last heard.
    pub at: Moment,
    /// Whether packets of the opener and of the answerer were captured, were there data in them or not.
    pub seen: [bool; 2],
    /// Bytes heard from the opener and from the answerer.
    pub heard: [u64; 2],
    /// Bytes that each of them sent and that are not in the capture.
    pub missing: [u64; 2],
    /// Whether it was closed, and not only forgotten or cut off by the capture's end.
    pub closed: bool,
    /// Whether each of them said that it has no more to say, and all before that was heard or said to be missing.
    pub ended: [bool; 2],
}

/// Listens to all flows of a capture. What it remembers of one of them is its [`Listener::Flow`], which is made with the first byte
/// and not with the first packet: half-open flows cost it nothing.
pub trait Listener {
    /// What it remembers of one flow; small, for there may be a million.
    type Flow;

    /// A flow has its first bytes.
    fn begin(&mut self, ends: &Ends, at: Moment) -> Self::Flow;

    /// The beginning of a stream stands in the capture behind its first bytes: nothing lay before these, and `ends` is certain by now.
    fn begun_late(&mut self, _flow: &mut Self::Flow, _ends: &Ends) {}

    /// Both sides have closed a stream, or one has reset it; what was under way may still come. Where it is not `over`, nobody has
    /// believed the reset, and it goes on.
    fn closed(&mut self, _flow: &mut Self::Flow, _ends: &Ends, _over: bool) {}

    /// How many bytes it holds for a flow, beyond the little that each takes; asked after it has heard or missed something. Where flows
    /// come to hold much, those of them that have been quiet longest are ended.
    fn burden(&self, _flow: &Self::Flow) -> usize {
        0
    }

    /// The next bytes of one side of a stream, in order and without a hole before them; or one datagram, whole unless a
    /// [`Listener::miss`] follows, which says how much of its end the snap length cut off. `at` is when the packet with these bytes
    /// was captured: where one side's bytes had to wait for lost ones, it may lie before what the other side has said since.
    fn hear(&mut self, flow: &mut Self::Flow, ends: &Ends, side: Side, at: Moment, bytes: &[u8]);

    /// So many bytes of a stream come next and are not in the capture: lost, cut off by its snap length or never captured. Said
    /// once what waits behind them cannot wait longer, or the other side has acknowledged them; at the latest at the end.
    fn miss(&mut self, flow: &mut Self::Flow, ends: &Ends, side: Side, at: Moment, bytes: u64);

    /// The flow is over, or is forgotten.
    fn end(&mut self, flow: Self::Flow, ends: &Ends, ending: Ending);
}
