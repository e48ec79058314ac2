//! Finished handshakes with real servers, started by the tests on loopback.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "these are tests, their helpers too"
)]

mod early_ccs;
mod heartbeat;
mod identity;
mod matrix;
mod odd;
mod peer;
mod tape;
