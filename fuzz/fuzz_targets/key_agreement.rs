//! Fuzzes key exchanges.
// covers: crates/handshake/src/key_agreement.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::key_agreement::run(data));
