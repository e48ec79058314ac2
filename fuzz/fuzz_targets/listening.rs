//! Fuzzes the listener that knows TLS.
// covers: crates/capture/src/listening.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::listening::run(data));
