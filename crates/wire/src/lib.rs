//! Bytes to and from SSLv2, SSLv3–TLS 1.3 and DTLS messages, as pure functions: no I/O, no clock, no randomness.
//!
//! Everything here reads bytes that a hostile peer chose. A parser never panics, never allocates by a length
//! that it was told, and never fails as a whole: it returns what it could read and a list of [`Oddity`].

pub mod alert;
pub mod certificate;
pub mod certificate_request;
pub mod certificate_status;
pub mod client_hello;
pub mod codepoint;
pub mod dtls;
pub mod encrypted_extensions;
pub mod extension;
pub mod handshake;
pub mod heartbeat;
pub mod key_exchange;
pub mod misfit;
pub mod oddity;
pub mod reader;
pub mod record;
pub mod server_hello;
pub mod session_ticket;
pub mod ssl2;
pub mod suite;
pub mod writer;

pub use codepoint::{
    AlertDescription, CipherSuite, ContentType, ExtensionType, HandshakeType, NamedGroup, SignatureScheme,
    Version,
};
pub use misfit::Misfit;
pub use oddity::Oddity;
