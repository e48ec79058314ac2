//! Fuzzes certificate revocation lists.
// covers: crates/cert/src/crl.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::crl::run(data));
