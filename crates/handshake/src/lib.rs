//! A client that finishes SSLv3–TLS 1.2 handshakes with any peer, and then sends and receives protected records of
//! any content type.
//!
//! It verifies no certificate and no signature: a scanner sends no secrets, and its question is what the peer does,
//! not who it is.

pub mod client;
pub mod client_auth;
pub mod der;
pub mod error;
pub mod hello;
pub mod key_agreement;
pub mod keys;
pub mod mac;
pub mod offer;
pub mod power;
pub mod prf;
pub mod protect;
mod records;
pub mod session;
pub mod suite;
pub mod transcript;

#[cfg(test)]
mod testing;

pub use client::handshake;
pub use error::HandshakeError;
pub use offer::Offer;
pub use session::Session;
pub use suite::Suite;
