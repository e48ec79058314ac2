//! Fuzzes the tickets.
// covers: crates/wire/src/session_ticket.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::session_ticket::run(data));
