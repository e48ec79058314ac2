//! Development only: the servers that Holter is tried on. Real ones of known age wherever a registry has
//! one; scripted peers ([`zoo`]) where none has. Everything listens on loopback only.

pub mod debian;
pub mod error;
pub mod process;

pub use error::LabError;
pub use process::Server;
