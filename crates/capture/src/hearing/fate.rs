//! What a SYN means to a flow between the same ends that is known already.

use crate::both::pick;
use crate::coverage::{Coverage, Oddity};
use crate::flow::table::{Entry, NONE};
use crate::listener::{Moment, Side};
use crate::transport::Segment;

/// A capture that mixes up the order of packets does so by less than this.
const LATE: u64 = 5_000_000_000;

/// What a SYN does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It belongs to the flow that is known.
    Same,
    /// It is the beginning of that, and stands in the capture behind what came after it.
    Late,
    /// It opens another.
    New,
    /// It is nobody's.
    Ignored,
}

/// Whether a SYN belongs to the flow as it is known. In a conversation that runs, one side alone cannot open a new one: the server
/// would not take it, and who attacks could so make its own traces another flow's.
pub(super) fn of_syn(
    entry: &Entry,
    side: Side,
    at: Moment,
    segment: &Segment<'_>,
    coverage: &mut Coverage,
) -> Fate {
    let over = entry.is_over();
    let stream = pick(&entry.streams, side);
    let unheard = segment.ack.is_some() && !stream.is_synced();
    let next = segment.seq.wrapping_add(1);
    if let Some(fate) = late(entry, side, at, segment) {
        return fate;
    }
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

/// Whether this may be the beginning of a stream that was heard from its middle on. It is, where nothing lies between it and what was
/// heard first of either side; where something does, the flow stays one whose beginning is missing.
fn late(entry: &Entry, side: Side, at: Moment, segment: &Segment<'_>) -> Option<Fate> {
    let soon = at.0.abs_diff(entry.last.0) <= LATE;
    if entry.who.begun || entry.is_over() || entry.who.voice == NONE || !soon {
        return None;
    }
    let (own, peer) = (pick(&entry.streams, side), pick(&entry.streams, side.other()));
    let next = segment.seq.wrapping_add(1);
    let fits = own.may_begin_at(next) && segment.ack.is_none_or(|ack| peer.may_begin_at(ack));
    if !fits {
        return None;
    }
    let opens = (side == Side::Opener) == segment.ack.is_none();
    let whole = !own.is_synced() || own.began_with(next);
    let peer_whole = !peer.is_synced() || segment.ack.is_some_and(|ack| peer.began_with(ack));
    Some(if opens && whole && peer_whole {
        Fate::Late
    } else {
        Fate::Same
    })
}
