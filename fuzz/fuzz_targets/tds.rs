//! Fuzzes TLS inside TDS.
// covers: crates/protocols/src/tds.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::tds::run(data));
