//! Heartbeats overheard: who asked, what was answered, and how many bytes went out that nobody had brought.
//!
//! RFC 6520 section 4 draws the line, and the remedy of OpenSSL 1.0.1g holds it: a request whose content is shorter than 19 bytes,
//! or claims more payload than fits before 16 bytes of padding, is dropped.

mod beats;
mod cover;
mod direction;
mod exchange;
mod open;
mod paired;
mod sealed;
mod tally;
mod torn;

pub(crate) use beats::{Beats, Heard, Over, Raw, Seal};
pub(crate) use cover::{Cover, FULL as MOST_CONTENT};
pub use holter_model::Ladder;
pub(crate) use tally::Tally;
