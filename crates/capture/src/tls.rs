//! What passes in TLS and DTLS: where it begins, its records and its handshakes.

mod datagrams;
mod hunt;
pub(crate) mod offer;
pub(crate) mod offers;
mod roles;
mod sslv2;
mod stream;
mod talk;
mod walker;
mod way;

pub(crate) use datagrams::Datagrams;
pub(crate) use stream::{Course, Stream};

use std::net::SocketAddr;

use crate::book::Book;
use crate::book::visit::Visit;
use crate::both::pick;
use crate::heartbeat::{Beats, Ladder, Over};
use crate::listener::{Ends, Side};

/// Client and server of a flow, as far as they can be told without a hello.
pub(crate) fn likely_ends(ends: &Ends) -> (SocketAddr, SocketAddr) {
    talk::both(ends, roles::likely_client(ends))
}

/// Hands what came of heartbeats to whoever was asked.
fn report(book: &mut Book, ends: &Ends, client: Side, visit: Visit, beats: Beats, over: &Over) {
    let (company, first) = (beats.company, beats.first);
    let tallies = beats.finish(over, client);
    let (client_at, server_at): (SocketAddr, SocketAddr) = talk::both(ends, client);
    let to_server = pick(&tallies, client);
    if to_server.ladder > Ladder::NoEvidence {
        // Where it was handed on since, what was tried on it is still told.
        let id = visit.id(book);
        let id = id.or_else(|| book.server(server_at, ends.transport, first, true));
        if let Some(id) = id {
            book.asked_server(id, client_at.ip(), to_server, company);
        }
    }
    let to_client = pick(&tallies, client.other());
    if to_client.ladder > Ladder::NoEvidence {
        book.asked_client(client_at, ends.transport, server_at.ip(), to_client);
    }
}
