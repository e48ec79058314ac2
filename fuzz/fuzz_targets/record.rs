//! Fuzzes the record layer and the joining of handshake messages.
// covers: crates/wire/src/record.rs
// covers: crates/wire/src/handshake.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::record::run(data));
