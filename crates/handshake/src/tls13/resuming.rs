//! Going on with a session of TLS 1.3 (RFC 8446 section 4.2.11): the hello names a ticket, and proves by a binder that its
//! key is known.

use holter_wire::ExtensionType;
use holter_wire::client_hello::ClientHello;
use holter_wire::extension::Extension;

use super::schedule::{Hash, Schedule};
use crate::Offer;
use crate::resumption::Resumption;
use crate::transcript::Transcript;

/// A session of TLS 1.3 to go on with.
pub(super) struct Resuming<'a> {
    resumption: &'a Resumption,
    hash: Hash,
    pub(super) early: Schedule,
}

impl<'a> Resuming<'a> {
    pub(super) fn of(offer: &Offer<'a>) -> Option<Self> {
        let resumption = offer
            .resume
            .filter(|resume| resume.suite().is_tls13() && resume.ticket().is_some())?;
        let hash = Hash::of(&resumption.suite());
        Some(Self {
            resumption,
            hash,
            early: Schedule::new(hash, Some(&resumption.secret)),
        })
    }

    pub(super) const fn resumption(&self) -> &'a Resumption {
        self.resumption
    }

    /// Whether its ticket takes early data.
    pub(super) fn takes_early_data(&self) -> bool {
        self.resumption
            .ticket()
            .is_some_and(|ticket| ticket.max_early_data.is_some_and(|most| most > 0))
    }

    /// Makes the ticket the hello's last extension.
    pub(super) fn name(&self, hello: &mut ClientHello) {
        let Some(ticket) = self.resumption.ticket() else {
            return;
        };
        // Its age is said to be nothing: a session is gone on with at once, and there is no clock here.
        let extension = Extension::pre_shared_key(&ticket.ticket, ticket.age_add, self.hash.length());
        hello
            .extensions
            .retain(|earlier| earlier.kind != ExtensionType::PRE_SHARED_KEY);
        hello.extensions.push(extension);
    }

    /// Writes the binder to the end of a hello's message, after the messages before it.
    pub(super) fn bind(&self, before: &Transcript, message: &mut [u8]) {
        let length = self.hash.length();
        // Behind the list's length and its own.
        let Some(until) = message.len().checked_sub(length + 3) else {
            return;
        };
        let messages = [before.messages(), message.get(..until).unwrap_or_default()].concat();
        let key = self.early.derive(b"res binder", &[]);
        let binder = self.hash.verify_data(&key, &self.hash.digest(&messages));
        if let Some(place) = message.get_mut(until + 3..) {
            place.copy_from_slice(&binder);
        }
    }
}
