//! Fuzzes the hellos of SSLv2.
// covers: crates/wire/src/ssl2.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::ssl2::run(data));
