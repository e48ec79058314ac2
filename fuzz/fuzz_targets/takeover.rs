//! Fuzzes logs of sessions.
// covers: crates/capture/src/takeover/columns.rs
// covers: crates/capture/src/takeover/json.rs
// covers: crates/capture/src/takeover/log.rs
// covers: crates/capture/src/takeover/moment.rs
// covers: crates/capture/src/takeover/record.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::takeover::run(data));
