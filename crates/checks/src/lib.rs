//! The questions that Holter asks of a service: one file each, one line each in the roster below.
//!
//! A check has two halves: `ask` puts questions over lines that it is handed and notes facts; `judge` turns
//! facts into verdicts and does no I/O, so that facts from captures and files, and from years ago, are judged
//! by the same rule.

pub mod catalogue;
pub mod configuration;
mod conversation;
mod datagram;
mod greeting;
mod ground;
mod hello;
mod roster;
mod stream;
mod survey;
mod testing;
mod visit;

pub use configuration::Configuration;
pub use roster::{Asked, Check, Needs, Profile};
pub use survey::survey;
pub use visit::{Approach, Questions, Visit};

roster::roster! {
    alpaca,
    fallback,
    heartbleed,
    starttls_injection,
    tolerance,
}
