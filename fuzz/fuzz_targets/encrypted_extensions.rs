//! Fuzzes extensions under protection, and stapled responses.
// covers: crates/wire/src/encrypted_extensions.rs
// covers: crates/wire/src/certificate_status.rs
// covers: crates/wire/src/extension/answers.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::encrypted_extensions::run(data));
