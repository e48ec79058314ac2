//! Finished handshakes with real servers, started by the tests on loopback.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "these are tests, their helpers too"
)]

mod datagrams;
mod early_ccs;
mod heartbeat;
mod identity;
mod matrix;
mod odd;
mod peer;
mod renegotiation;
mod resumption;
mod rustls_server;
mod ssl2;
mod tape;
mod tls13;
mod tls13_rustls;
mod wishes;
