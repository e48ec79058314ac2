//! Memory does not grow with the size of a range.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod command;

use std::process::{Child, Stdio};
use std::time::Duration;

use command::command;

/// The most memory that a sweep of this range has held, in bytes. Nothing listens there.
fn peak(range: &str) -> u64 {
    let state = tempfile::tempdir().unwrap();
    let folder = state.path().display();
    let mut child = command(&format!("scan -q {range} -p 9 --no-config --state {folder}"))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut peak = 0;
    loop {
        peak = high_water(&child).unwrap_or(peak);
        if let Some(status) = child.try_wait().unwrap() {
            assert_eq!(status.code(), Some(0));
            return peak;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Its resident memory at its highest. One that has ended has none.
fn high_water(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[test]
fn a_range_sixteen_times_as_wide_takes_no_more_memory() {
    let [small, middle, large] = ["127.128.0.0/18", "127.128.0.0/16", "127.128.0.0/14"].map(peak);
    println!("{small} bytes for 16,384 addresses, {middle} for 65,536, {large} for 262,144");
    assert!(small > 1 << 20, "it was looked at while it ran");
    assert!(large.saturating_sub(small) < 5_000_000);
    // Where as many hosts as can be are under way in both, one byte a host would show.
    assert!(large.saturating_sub(middle) < 1_000_000);
}
