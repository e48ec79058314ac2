//! Scripted bad peers: servers that misbehave in one known way each, and say so in [`ALL`].
//!
//! They keep no cryptography: each speaks the clear part of a handshake, far enough for a scanner to be fooled, hung or
//! flooded by it. A new one is one file and one line in `roster`.

pub mod agreeable;
mod alerts;
mod beat;
mod big_certificate;
mod client_certificate;
mod controller;
mod cut_off;
mod delivery;
mod downgrades;
mod dtls;
mod dtls_peers;
mod dtls_server;
mod echoers;
mod empty_records;
mod endless;
pub(crate) mod flight;
mod fragments;
mod garbage;
mod hello;
mod leaks;
mod lengths;
pub(crate) mod line;
pub(crate) mod log;
mod memory;
mod misfits;
mod noise;
mod odd_hellos;
mod openssl;
mod paddings;
mod peer;
mod plaintext;
pub(crate) mod record;
mod refusals;
mod roster;
pub(crate) mod running;
mod silent;
pub(crate) mod talk;
mod write_buffer;

pub use controller::OFFERS as CONTROLLER_THAT_OFFERS;
pub use memory::SECRET;
pub use misfits::MISFITS;
pub use peer::{Attempt, BadPeer, Expectation, Transport};
pub use roster::ALL;
pub use running::Running;

/// The bad peer of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static BadPeer> {
    ALL.iter().find(|peer| peer.name == name)
}
