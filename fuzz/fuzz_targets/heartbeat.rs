//! Fuzzes heartbeats.
// covers: crates/wire/src/heartbeat.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::heartbeat::run(data));
