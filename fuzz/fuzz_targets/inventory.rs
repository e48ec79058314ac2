//! Fuzzes files of targets and assets.
// covers: crates/inventory/src/form.rs
// covers: crates/inventory/src/leases/dhcpd.rs
// covers: crates/inventory/src/leases/dnsmasq.rs
// covers: crates/inventory/src/leases/kea.rs
// covers: crates/inventory/src/leases/windows.rs
// covers: crates/inventory/src/list.rs
// covers: crates/inventory/src/nmap/grepable.rs
// covers: crates/inventory/src/nmap/xml.rs
// covers: crates/inventory/src/read.rs
// covers: crates/inventory/src/sheet.rs
// covers: crates/inventory/src/sheet/ports.rs
// covers: crates/inventory/src/table.rs
// covers: crates/inventory/src/text.rs
// covers: crates/inventory/src/typed.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::inventory::run(data));
