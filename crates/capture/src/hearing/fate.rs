//! What a SYN means to a flow between the same ends that is known already.

use crate::both::pick;
use crate::coverage::{Coverage, Oddity};
use crate::flow::table::{Entry, NONE};
use crate::listener::Side;
use crate::transport::Segment;

/// What a SYN does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It belongs to the flow that is known.
    Same,
    /// It opens another.
    New,
    /// It is nobody's.
    Ignored,
}

/// Whether a SYN belongs to the flow as it is known. In a conversation that runs, one side alone cannot open a new one: the server
/// would not take it, and who attacks could so make its own traces another flow's.
pub(super) fn of_syn(entry: &Entry, side: Side, segment: &Segment<'_>, coverage: &mut Coverage) -> Fate {
    let over = entry.is_over();
    let stream = pick(&entry.streams, side);
    let unheard = segment.ack.is_some() && !stream.is_synced();
    let next = segment.seq.wrapping_add(1);
    // What was mirrored twice, or by two who then put their captures together, comes again when all is over. Who opens a new one
    // with the number of the last is told by the answer to it.
    let again = stream.began_with(next) && (!over || entry.seen == [true; 2]);
    if again || (!over && entry.who.begun && (unheard || stream.began_at(next))) {
        return Fate::Same;
    }
    if over || entry.who.voice == NONE {
        return Fate::New;
    }
    coverage.saw(Oddity::Reopened);
    let answers = segment.ack.is_some() && side == Side::Answerer;
    if answers || entry.seen != [true; 2] {
        Fate::New
    } else {
        Fate::Ignored
    }
}
