//! Fuzzes certificates and keys.
// covers: crates/handshake/src/der.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::der::run(data));
