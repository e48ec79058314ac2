//! Fuzzes the request for a client's certificate.
// covers: crates/wire/src/certificate_request.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::certificate_request::run(data));
