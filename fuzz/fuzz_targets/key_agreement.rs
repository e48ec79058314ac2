//! Fuzzes key exchanges.
// covers: crates/handshake/src/key_agreement.rs
// covers: crates/handshake/src/key_agreement/ecdhe.rs
// covers: crates/handshake/src/tls13/shares.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::key_agreement::run(data));
