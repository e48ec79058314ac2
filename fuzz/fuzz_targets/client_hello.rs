//! Fuzzes the ClientHello.
// covers: crates/wire/src/client_hello.rs
// covers: crates/wire/src/extension.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::client_hello::run(data));
