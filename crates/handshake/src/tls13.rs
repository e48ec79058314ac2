//! The client of TLS 1.3 (RFC 8446): shares in the hellos, keys by a schedule of their own, and sessions that go on by
//! tickets. A peer that chooses a lower version is followed there.

mod client;
mod field;
mod flight;
mod later;
mod resuming;
pub mod schedule;
pub mod shares;

pub(crate) use client::handshake;
pub(crate) use later::Later;
