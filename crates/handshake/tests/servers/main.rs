//! Finished handshakes with real servers, started by the tests on loopback.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "these are tests, their helpers too"
)]

mod heartbeat;
mod identity;
mod matrix;
mod peer;
mod tape;
