//! Fuzzes answers before TLS.
// covers: crates/protocols/src/amqp.rs
// covers: crates/protocols/src/ldap.rs
// covers: crates/protocols/src/mssql.rs
// covers: crates/protocols/src/mysql.rs
// covers: crates/protocols/src/postgres.rs
// covers: crates/protocols/src/rdp.rs
// covers: crates/protocols/src/telnet.rs
// covers: crates/protocols/src/xmpp.rs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| holter_fuzz::preamble::run(data));
