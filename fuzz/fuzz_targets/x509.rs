//! Fuzzes certificates, as Holter reads their facts.
// covers: crates/cert/src/certificate.rs
// covers: crates/cert/src/certificate/extensions.rs
// covers: crates/cert/src/chain.rs
// covers: crates/cert/src/instant.rs
// covers: crates/cert/src/key.rs
// covers: crates/cert/src/name.rs
// covers: crates/cert/src/parts.rs
// covers: crates/cert/src/signature.rs
// covers: crates/cert/src/verify.rs
// covers: crates/cert/src/store.rs
// covers: crates/cert/src/trust.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::x509::run(data));
