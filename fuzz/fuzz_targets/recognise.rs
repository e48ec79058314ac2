//! Fuzzes recognition by words and by certificates.
// covers: crates/protocols/src/choose.rs
// covers: crates/protocols/src/marks.rs
// covers: crates/protocols/src/reply.rs
// covers: crates/protocols/src/roster.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::recognise::run(data));
