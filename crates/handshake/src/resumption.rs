//! What it takes to go on with a session later: by its id (RFC 5246 section 7.3), by a ticket (RFC 5077), or in
//! TLS 1.3 by a key that both sides share (RFC 8446 section 2.2).

use holter_wire::Version;
use holter_wire::session_ticket::Ticket;

use crate::suite::Suite;

/// How a session is named to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// By the id that the server gave it.
    Id(Vec<u8>),
    /// By a ticket.
    Ticket(Ticket),
}

/// A session to go on with. It belongs to the peer that it was made with.
#[derive(Clone)]
pub struct Resumption {
    pub(crate) version: Version,
    pub(crate) suite: Suite,
    pub(crate) name: Name,
    /// The master secret, or in TLS 1.3 the key that belongs to the ticket.
    pub(crate) secret: Vec<u8>,
    /// Whether the master secret is an extended one: both handshakes must say so (RFC 7627 section 5.3).
    pub(crate) extended: bool,
}

impl Resumption {
    /// The version of the session.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// The suite of the session.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    /// How the session is named to the server.
    #[must_use]
    pub const fn name(&self) -> &Name {
        &self.name
    }

    pub(crate) const fn ticket(&self) -> Option<&Ticket> {
        match &self.name {
            Name::Ticket(ticket) => Some(ticket),
            Name::Id(_) => None,
        }
    }
}

impl std::fmt::Debug for Resumption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resumption")
            .field("version", &self.version)
            .field("suite", &self.suite.code)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
