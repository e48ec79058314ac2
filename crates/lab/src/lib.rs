//! Development only: the servers that Holter is tried on. Real ones of known age wherever a registry has
//! one; scripted peers ([`zoo`]) where none has. Everything listens on loopback only.

pub mod error;
pub mod peers;
pub mod process;
pub mod proxy;
pub mod zoo;

pub use error::LabError;
pub use process::Server;
