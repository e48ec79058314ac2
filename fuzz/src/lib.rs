//! What each fuzz target does with the bytes that it is given: one file a target.
//!
//! libFuzzer runs a body through its three lines in `fuzz_targets/`; `crates/tidy` replays the corpora through
//! the same bodies in plain tests. A body returns when all is well and panics when a promise is broken.

#![forbid(unsafe_code)]

pub mod alert;
pub mod certificate;
pub mod certificate_request;
pub mod client_hello;
pub mod dtls;
pub mod heartbeat;
pub mod key_exchange;
pub mod record;
pub mod server_hello;
pub mod tape;
pub mod target;

/// A target's name, which is also its corpus folder's, and its body.
pub type Target = (&'static str, fn(&[u8]));

/// Every target, in the order of their names.
pub static ALL: &[Target] = &[
    ("alert", alert::run),
    ("certificate", certificate::run),
    ("certificate_request", certificate_request::run),
    ("client_hello", client_hello::run),
    ("dtls", dtls::run),
    ("heartbeat", heartbeat::run),
    ("key_exchange", key_exchange::run),
    ("record", record::run),
    ("server_hello", server_hello::run),
    ("tape", tape::run),
    ("target", target::run),
];
