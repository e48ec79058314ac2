//! Fuzzes logs of other tools.
// covers: crates/capture/src/others.rs
// covers: crates/capture/src/others/lines.rs
// covers: crates/capture/src/others/suricata.rs
// covers: crates/capture/src/others/zeek.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::others::run(data));
