//! How each protocol reaches TLS: one file each, one line each in the roster below.
//!
//! A protocol file owns everything about it: id, ports, how it opens ([`Protocol::open`]) and how its first
//! words are recognised ([`Protocol::recognise`]), which the passive ear will use too.

mod choose;
mod opening;
mod roster;

pub use choose::{Chosen, Start, by_id, by_port, by_words, default_ports};
pub use opening::{Asking, Opened, Opening};
pub use roster::Protocol;

roster::roster! {
    https,
    smtp,
    tls,
}
