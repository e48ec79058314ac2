//! Fuzzes the ServerHello.
// covers: crates/wire/src/server_hello.rs
// covers: crates/wire/src/extension.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::server_hello::run(data));
