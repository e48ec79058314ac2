//! A client that finishes SSLv3–TLS 1.3 handshakes with any peer, and then sends and receives protected records of
//! any content type; and the odd conversations that show whether a server is sound ([`odd`]).
//!
//! It verifies no certificate and no signature: a scanner sends no secrets, and its question is what the peer does,
//! not who it is.

pub mod bleed;
pub mod client;
pub mod client_auth;
mod datagrams;
pub mod der;
mod dialogue;
pub mod error;
pub mod facts;
mod flight;
pub mod hello;
pub mod key_agreement;
pub mod keys;
pub mod mac;
pub mod odd;
pub mod offer;
pub mod power;
pub mod prf;
pub mod protect;
mod records;
pub mod renegotiation;
pub mod resumption;
pub mod session;
pub mod suite;
pub mod tls13;
pub mod transcript;

#[cfg(test)]
mod testing;

pub use client::handshake;
pub use datagrams::leave;
pub use error::HandshakeError;
pub use facts::Facts;
pub use offer::Offer;
pub use resumption::Resumption;
pub use session::Session;
pub use suite::Suite;
