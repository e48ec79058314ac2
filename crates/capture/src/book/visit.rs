//! One session at one server, and how it counts there.

use super::server::Server;
use super::{Book, ServerId};

/// A session. Its server may be handed on while it lasts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Visit {
    /// None where there was no room for it, or where none is known.
    server: Option<ServerId>,
    /// It does not count among those that are open any more.
    closed: bool,
}

impl Visit {
    /// One that has begun at this server.
    pub(crate) const fn at(server: Option<ServerId>) -> Self {
        Self {
            server,
            closed: false,
        }
    }

    /// Where its server stands, as long as it is remembered.
    pub(crate) fn id(self, book: &mut Book) -> Option<ServerId> {
        self.server.filter(|id| book.at(*id).is_some())
    }

    /// Its server, as long as it is remembered.
    pub(crate) fn server(self, book: &mut Book) -> Option<&mut Server> {
        self.server.and_then(|id| book.at(id))
    }

    /// It is over, or goes on after all.
    pub(crate) fn closed(&mut self, book: &mut Book, over: bool) {
        if std::mem::replace(&mut self.closed, over) == over {
            return;
        }
        if let Some(server) = self.server(book) {
            server.open = if over {
                server.open.saturating_sub(1)
            } else {
                server.open + 1
            };
        }
    }
}
