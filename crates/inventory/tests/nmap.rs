//! Files that nmap 7.93 wrote of real listeners on loopback: both forms come to the same.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use holter_inventory::{Form, read};
use holter_model::Target;

/// Its form, "target protocol" for each target, and what was left out.
fn told(bytes: &[u8]) -> (Form, Vec<String>, Vec<String>) {
    let read = read(bytes, &|_| Ok(())).unwrap();
    let spelled = |target: &Target| format!("{target} {}", target.scheme.as_deref().unwrap_or("?"));
    (
        read.form,
        read.targets.iter().map(spelled).collect(),
        read.oddities.iter().map(ToString::to_string).collect(),
    )
}

#[test]
fn both_forms_of_one_scan_come_to_the_same() {
    let xml = told(include_bytes!("../../../fuzz/corpus/inventory/nmap-xml"));
    let grepable = told(include_bytes!("../../../fuzz/corpus/inventory/nmap-grepable"));
    assert_eq!((xml.0, grepable.0), (Form::NmapXml, Form::NmapGrepable));
    assert_eq!((&xml.1, &xml.2), (&grepable.1, &grepable.2));
    assert_eq!(
        xml.1,
        [
            "127.0.0.1:1143 imap",
            "127.0.0.1:2525 smtp",
            "127.0.0.1:8443 https"
        ]
    );
    assert_eq!(
        xml.2,
        [
            "2 open ports are left out, because TLS is never spoken there or the port prints or controls a machine: 1 jetdirect, 1 ssh"
        ]
    );
}

#[test]
fn a_name_that_was_looked_up_by_port_is_no_protocol() {
    let bytes = include_bytes!("../../../fuzz/corpus/inventory/nmap-xml-by-port");
    let (_, targets, _) = told(bytes);
    assert_eq!(
        targets,
        ["127.0.0.1:2222 ?", "127.0.0.1:2525 ?", "127.0.0.1:8443 ?"]
    );
    let read = read(bytes, &|_| Ok(())).unwrap();
    assert_eq!(read.assets[0].name.as_deref(), Some("localhost"));
}
