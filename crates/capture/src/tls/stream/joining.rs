//! Handshake messages of a stream, as long as they are in the open: joined where they come in parts.

use super::Stream;
use crate::Moment;
use crate::book::Book;
use crate::both::pick_mut;
use crate::listener::{Ends, Side};
use crate::tls::talk::Place;
use crate::tls::way::first_message;

/// Longer messages are passed over.
const LONGEST_MESSAGE: usize = 128 * 1024;

impl Stream {
    /// Handshake messages in the open.
    pub(super) fn join(&mut self, book: &mut Book, ends: &Ends, side: Side, at: Moment, body: &[u8]) {
        let way = pick_mut(&mut self.ways, side);
        if way.mute {
            return;
        }
        let place = Place {
            ends,
            side,
            at,
            datagram: false,
        };
        let mut body = body;
        if way.joiner.is_none() {
            // Most messages lie whole in one record, and need not be copied to be read.
            while let Some((kind, message, rest)) = first_message(body) {
                self.talk.message(book, place, kind, message);
                body = rest;
            }
            if body.is_empty() {
                return;
            }
        }
        let way = pick_mut(&mut self.ways, side);
        let mut joiner = way.joiner.take().unwrap_or_else(|| book.joiner(LONGEST_MESSAGE));
        let before = joiner.held();
        joiner.push(body);
        while let Some(message) = joiner.next_message() {
            match message.body {
                Some(body) => self.talk.message(book, place, message.kind, body),
                None => self.talk.unread = true,
            }
        }
        book.joining = (book.joining + joiner.held()).saturating_sub(before);
        if book.joining > book.bounds.handshakes {
            book.joining = book.joining.saturating_sub(joiner.held());
            book.beyond.handshakes += 1;
            self.talk.unread = true;
            pick_mut(&mut self.ways, side).mute = true;
            return;
        }
        if joiner.is_idle() {
            book.spare(joiner);
        } else {
            pick_mut(&mut self.ways, side).joiner = Some(joiner);
        }
    }

    pub(super) fn forget_joiner(&mut self, book: &mut Book, side: Side) {
        if self.stop_joining(book, side) {
            self.talk.unread = true;
        }
    }

    /// Says whether messages were read until now.
    pub(super) fn stop_joining(&mut self, book: &mut Book, side: Side) -> bool {
        let way = pick_mut(&mut self.ways, side);
        if let Some(joiner) = way.joiner.take() {
            book.joining = book.joining.saturating_sub(joiner.held());
        }
        !std::mem::replace(&mut way.mute, true)
    }
}
