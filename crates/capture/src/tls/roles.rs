//! Which end of a flow is the client, where no hello says so.

use crate::listener::{Ends, Side};

/// The opener where its beginning was captured; else whoever does not sit on a port of servers, or sits on the higher one.
pub(crate) fn likely_client(ends: &Ends) -> Side {
    if ends.begun {
        return Side::Opener;
    }
    let (opener, answerer) = (ends.opener.port(), ends.answerer.port());
    let known = |port| holter_protocols::by_port(port).is_some();
    match (known(opener), known(answerer)) {
        (true, false) => Side::Answerer,
        (false, true) => Side::Opener,
        _ if opener < answerer => Side::Answerer,
        _ => Side::Opener,
    }
}
