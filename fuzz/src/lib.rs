//! What each fuzz target does with the bytes that it is given: one file a target.
//!
//! libFuzzer runs a body through its three lines in `fuzz_targets/`; `crates/tidy` replays the corpora through
//! the same bodies in plain tests. A body returns when all is well and panics when a promise is broken.

#![forbid(unsafe_code)]

pub mod alert;
pub mod capture;
pub mod certificate;
pub mod certificate_request;
pub mod client_hello;
pub mod crl;
pub mod der;
pub mod dtls;
pub mod encrypted_extensions;
pub mod heartbeat;
pub mod inventory;
pub mod key_agreement;
pub mod key_exchange;
pub mod listening;
pub mod ocsp;
pub mod others;
pub mod preamble;
pub mod protection;
pub mod recognise;
pub mod record;
pub mod sct;
pub mod server_hello;
pub mod session_ticket;
pub mod ssl2;
pub mod takeover;
pub mod tape;
pub mod target;
pub mod tds;
pub mod x509;

/// A target's name, which is also its corpus folder's, and its body.
pub type Target = (&'static str, fn(&[u8]));

/// Every target, in the order of their names.
pub static ALL: &[Target] = &[
    ("alert", alert::run),
    ("capture", capture::run),
    ("certificate", certificate::run),
    ("certificate_request", certificate_request::run),
    ("client_hello", client_hello::run),
    ("crl", crl::run),
    ("der", der::run),
    ("dtls", dtls::run),
    ("encrypted_extensions", encrypted_extensions::run),
    ("heartbeat", heartbeat::run),
    ("inventory", inventory::run),
    ("key_agreement", key_agreement::run),
    ("key_exchange", key_exchange::run),
    ("listening", listening::run),
    ("ocsp", ocsp::run),
    ("others", others::run),
    ("preamble", preamble::run),
    ("protection", protection::run),
    ("recognise", recognise::run),
    ("record", record::run),
    ("sct", sct::run),
    ("server_hello", server_hello::run),
    ("session_ticket", session_ticket::run),
    ("ssl2", ssl2::run),
    ("takeover", takeover::run),
    ("tape", tape::run),
    ("target", target::run),
    ("tds", tds::run),
    ("x509", x509::run),
];
