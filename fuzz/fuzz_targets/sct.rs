//! Fuzzes lists of certificate timestamps.
// covers: crates/cert/src/sct.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::sct::run(data));
