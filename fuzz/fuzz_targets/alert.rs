//! Fuzzes alerts.
// covers: crates/wire/src/alert.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::alert::run(data));
