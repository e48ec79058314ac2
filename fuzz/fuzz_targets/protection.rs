//! Fuzzes protected records.
// covers: crates/handshake/src/protect.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::protection::run(data));
