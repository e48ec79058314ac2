//! Fuzzes certificate chains.
// covers: crates/wire/src/certificate.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::certificate::run(data));
