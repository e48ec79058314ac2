//! Fuzzes targets.
// covers: crates/model/src/target.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::target::run(data));
