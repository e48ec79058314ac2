//! Fuzzes captures: files, frames, packets, tunnels, fragments and streams.
// covers: crates/capture/src/files/packed.rs
// covers: crates/capture/src/flow/held.rs
// covers: crates/capture/src/flow/stream.rs
// covers: crates/capture/src/fragments.rs
// covers: crates/capture/src/ip.rs
// covers: crates/capture/src/link.rs
// covers: crates/capture/src/link/frames.rs
// covers: crates/capture/src/link/wireless.rs
// covers: crates/capture/src/reader.rs
// covers: crates/capture/src/reader/classic.rs
// covers: crates/capture/src/reader/ng.rs
// covers: crates/capture/src/transport.rs
// covers: crates/capture/src/tunnel.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::capture::run(data));
