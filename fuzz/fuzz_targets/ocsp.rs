//! Fuzzes OCSP responses.
// covers: crates/cert/src/ocsp.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::ocsp::run(data));
