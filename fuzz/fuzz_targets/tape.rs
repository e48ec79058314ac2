//! Fuzzes tapes.
// covers: crates/net/src/tape.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::tape::run(data));
