//! Fuzzes the listener that knows TLS.
// covers: crates/capture/src/listening.rs
// covers: crates/capture/src/tls/offer.rs
// covers: crates/capture/src/tls/offers.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::listening::run(data));
