//! What comes inside a session of TLS 1.3: tickets and new keys (RFC 8446 section 4.6).

use holter_wire::handshake::{self, Joiner};
use holter_wire::session_ticket::Ticket;
use holter_wire::{ContentType, HandshakeType};

use super::schedule::Hash;
use crate::dialogue::LONGEST_MESSAGE;
use crate::protect::Protection;
use crate::records::Records;
use crate::{HandshakeError, Suite};

/// More tickets than anyone can use.
const MOST_TICKETS: usize = 8;

/// New keys cost us work; a peer that wants them again and again wants nothing else.
const MOST_UPDATES: usize = 32;

/// The secrets of a session.
#[derive(Debug)]
pub(crate) struct Later {
    pub(crate) suite: Suite,
    pub(crate) secrets: Secrets,
    joiner: Joiner,
    updates: usize,
}

/// For each direction, and for the keys of tickets.
pub(crate) struct Secrets {
    pub(crate) client: Vec<u8>,
    pub(crate) server: Vec<u8>,
    pub(crate) resumption: Vec<u8>,
}

impl Later {
    pub(crate) const fn new(suite: Suite, secrets: Secrets) -> Self {
        Self {
            suite,
            secrets,
            joiner: Joiner::new(LONGEST_MESSAGE),
            updates: 0,
        }
    }

    /// The key that belongs to a ticket (section 4.6.1).
    pub(crate) fn key_of(&self, ticket: &Ticket) -> Option<Vec<u8>> {
        let hash = Hash::of(&self.suite);
        (!self.secrets.resumption.is_empty()).then(|| {
            hash.expand(
                &self.secrets.resumption,
                b"resumption",
                &ticket.nonce,
                hash.length(),
            )
        })
    }

    /// Takes a record's handshake messages. What has to be answered is appended to `out`.
    pub(crate) fn hear(
        &mut self,
        text: &[u8],
        records: &mut Records,
        tickets: &mut Vec<Ticket>,
        out: &mut Vec<u8>,
    ) -> Result<(), HandshakeError> {
        self.joiner.push(text);
        let mut updates = Vec::new();
        while let Some(message) = self.joiner.next_message() {
            match (message.kind, message.body) {
                (HandshakeType::NEW_SESSION_TICKET, Some(body)) if tickets.len() < MOST_TICKETS => {
                    tickets.extend(Ticket::read_tls13(body).0);
                }
                (HandshakeType::KEY_UPDATE, Some(body)) => updates.push(body == [1]),
                // A request for a certificate after the handshake was not allowed by us; others mean nothing.
                _ => {}
            }
        }
        for asks in updates {
            self.update(asks, records, out)?;
        }
        Ok(())
    }

    fn update(&mut self, asks: bool, records: &mut Records, out: &mut Vec<u8>) -> Result<(), HandshakeError> {
        self.updates += 1;
        if self.updates > MOST_UPDATES {
            return Err(HandshakeError::PeerMisbehaved("it changes keys without end"));
        }
        let hash = Hash::of(&self.suite);
        self.secrets.server = hash.next_secret(&self.secrets.server);
        let keys = hash.keys(&self.suite, &self.secrets.server);
        records.protect_reading(Protection::tls13(&self.suite, keys)?);
        if asks {
            let mut message = Vec::new();
            handshake::encode(&mut message, HandshakeType::KEY_UPDATE, |out| out.push(0));
            records.seal(out, ContentType::HANDSHAKE, &message)?;
            self.secrets.client = hash.next_secret(&self.secrets.client);
            let keys = hash.keys(&self.suite, &self.secrets.client);
            records.protect_writing(Protection::tls13(&self.suite, keys)?);
        }
        Ok(())
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets")
    }
}
