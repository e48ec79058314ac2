//! A client that finishes SSLv3–TLS 1.2 handshakes with any peer, and then sends and receives protected records of
//! any content type.
//!
//! It verifies no certificate and no signature: a scanner sends no secrets, and its question is what the peer does,
//! not who it is.

pub mod error;
pub mod keys;
pub mod mac;
pub mod prf;
pub mod protect;
pub mod suite;
pub mod transcript;

#[cfg(test)]
mod testing;

pub use error::HandshakeError;
pub use suite::Suite;
