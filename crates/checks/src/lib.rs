//! The questions that Holter asks of a service: one file each, one line each in the roster below.
//!
//! A check has two halves: `ask` puts questions over lines that it is handed and notes facts; `judge` turns
//! facts into verdicts and does no I/O, so that facts from captures and files, and from years ago, are judged
//! by the same rule.

mod accepted;
pub mod catalogue;
pub mod configuration;
mod conversation;
mod datagram;
mod hello;
pub mod primes;
mod roster;
mod ruling;
#[cfg(test)]
mod sample;
mod stream;
mod survey;
mod visit;

pub use configuration::Configuration;
pub use roster::{Asked, Check, Needs, Profile};
pub use survey::survey;
pub use visit::{Approach, Questions, Visit};

roster::roster! {
    beast,
    crime,
    dane,
    drown,
    forward_secrecy,
    freak,
    heartbleed,
    logjam,
    lucky13,
    old_versions,
    poodle,
    raccoon,
    rc4,
    revocation,
    sweet32,
    ticket_key,
    weak_suites,
    winshock,
}
