//! The hospital comes up, is found by another look at the same folder, offers heartbeats where its data says, and
//! goes down. One test, since its addresses are fixed.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod hello;

use std::fs::File;

use holter_lab::hospital::{Options, Truth, down, services, status, up};
use holter_lab::openssl110;

const HEARTBEAT: u16 = 15;

#[test]
fn the_hospital_comes_up_answers_and_goes_down() {
    // Another checkout's test may hold the same addresses.
    let lock = File::create(std::env::temp_dir().join("holter-hospital-test.lock")).unwrap();
    lock.lock().unwrap();
    let folder = tempfile::tempdir().unwrap();

    let first = up(folder.path(), Options::default()).unwrap();
    let expected = services().unwrap();
    let fewer = expected.iter().filter(|service| service.needs_build()).count();
    let count = if openssl110::is_built() {
        expected.len()
    } else {
        expected.len() - fewer
    };
    assert!(
        first.len() >= expected.len() - fewer && first.len() <= count,
        "{first:#?}"
    );
    // Again: the same processes.
    let again = up(folder.path(), Options::default()).unwrap();
    assert!(first.iter().all(|status| again.contains(status)));

    for status in status(folder.path()).unwrap() {
        if status.pid.is_none() {
            continue;
        }
        // These speak TLS at once, so the plain hello sees what they offer.
        if matches!(
            status.service.protocol.as_str(),
            "https" | "mllp" | "mqtt" | "dicom" | "fhir"
        ) {
            let hello = hello::ask(&mut hello::connect(status.service.address), 0x0303);
            let offered = hello.is_some_and(|hello| hello.extensions.contains(&HEARTBEAT));
            assert_eq!(
                offered,
                status.service.truth == Truth::Affected,
                "{}",
                status.service.name
            );
        }
        if status.service.protocol == "dtls" {
            let hello = hello::ask_dtls(status.service.address, 0xfefd).unwrap();
            assert!(hello.extensions.contains(&HEARTBEAT), "{}", status.service.name);
        }
    }

    assert_eq!(down(folder.path()).unwrap(), again.len());
    assert!(
        status(folder.path())
            .unwrap()
            .iter()
            .all(|status| status.pid.is_none())
    );
    assert_eq!(down(folder.path()).unwrap(), 0);
    for status in first {
        assert!(
            std::net::TcpStream::connect(status.service.address).is_err(),
            "{}",
            status.service.name
        );
    }
}
