//! Fuzzes ephemeral parameters.
// covers: crates/wire/src/key_exchange.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::key_exchange::run(data));
