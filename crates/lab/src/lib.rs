//! Development only: the servers that Holter is tried on. Real ones of known age wherever a registry has
//! one; scripted peers ([`zoo`]) where none has. Everything listens on loopback only, or in a network namespace of
//! [`network`]'s that leads nowhere else.

pub mod axe;
pub mod browser;
pub mod cache;
pub mod caddy;
pub mod certificate;
pub mod command;
pub mod debian;
pub mod erlang;
mod error;
pub mod gnutls;
pub mod hospital;
pub mod java;
pub mod network;
pub mod node;
pub mod npm;
pub mod openssl102;
pub mod openssl110;
pub mod openssl3;
pub mod peers;
pub mod ports;
mod prepared;
pub mod process;
pub mod provider;
pub mod proxy;
pub mod schemas;
mod survivor;
pub mod truth;
pub mod zoo;

pub use error::LabError;
pub use process::Server;
