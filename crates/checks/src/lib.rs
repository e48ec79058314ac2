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
mod greeting;
mod ground;
mod hello;
mod oracle;
pub mod primes;
mod reaction;
mod roster;
mod session;
mod spoken;
mod stream;
mod survey;
mod testing;
mod visit;
mod web;

pub use configuration::Configuration;
pub use key_reuse::Keys;
pub use roster::{Asked, Check, Needs, Profile};
pub use session::sessions;
pub use survey::survey;
pub use visit::{Approach, Questions, Visit};

roster::roster! {
    alpaca,
    beast,
    breach,
    ccs_injection,
    certificate,
    clear_clinical,
    client_renegotiation,
    crime,
    dane,
    drown,
    early_data,
    fallback,
    forward_secrecy,
    freak,
    heartbleed,
    http_headers,
    insecure_renegotiation,
    key_reuse,
    logjam,
    lucky13,
    old_versions,
    padding_oracle,
    poodle,
    raccoon,
    rc4,
    revocation,
    robot,
    starttls_injection,
    sweet32,
    ticket_key,
    ticketbleed,
    tolerance,
    weak_key,
    weak_suites,
    winshock,
}
