//! Fuzzes DTLS records, fragments and cookies.
// covers: crates/wire/src/dtls/fragment.rs
// covers: crates/wire/src/dtls/record.rs
// covers: crates/wire/src/dtls/verify.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::dtls::run(data));
