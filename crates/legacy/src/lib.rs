//! Obsolete cryptography, quarantined: RC4, Triple DES, IDEA, MD5 and the constructions that only SSLv3, TLS 1.0 and
//! TLS 1.1 use (RFC 6101, 2246, 4346). No other crate may name them. Nothing here protects anything: it exists
//! so that old peers can be asked.

pub mod block;
pub mod digest;
pub mod mac;
pub mod prf;
pub mod ssl3;
pub mod stream;
pub mod transcript;
