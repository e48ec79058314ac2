//! Every Debian server starts, is brought to the point where TLS starts, answers a ClientHello, and leaves no
//! process behind.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stderr)]

use std::net::{IpAddr, TcpStream};
use std::time::{Duration, Instant};

use holter_lab::debian::{self, Door};

#[path = "debian/dialogue.rs"]
mod dialogue;
#[path = "debian/family.rs"]
mod family;
#[path = "debian/hello.rs"]
mod hello;
#[path = "debian/reach.rs"]
mod reach;

macro_rules! servers {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            meets(stringify!($name));
        })*

        #[test]
        fn each_entry_has_its_test() {
            let tested = [$(stringify!($name)),*];
            for entry in debian::ALL {
                assert!(tested.contains(&entry.name), "{} has no test", entry.name);
            }
        }
    };
}

servers! {
    nginx apache lighttpd haproxy stunnel postfix dovecot vsftpd slapd prosody postgresql mariadb xrdp inn inspircd mosquitto rsyslog
    rabbitmq hl7 dcmtk
}

fn meets(name: &str) {
    let entry = debian::find(name).unwrap_or_else(|| panic!("{name} is not in the roster"));
    if !entry.is_allowed() {
        eprintln!("{name}: skipped: only root can start it");
        return;
    }
    let service = (entry.start)(address()).unwrap_or_else(|error| panic!("{error}"));
    let protocols: Vec<_> = service.doors.iter().map(|door| door.protocol).collect();
    assert_eq!(protocols, entry.protocols);
    for door in &service.doors {
        // Twice: a server that serves one connection and dies would pass once.
        for _ in 0..2 {
            answers(name, *door).unwrap_or_else(|error| {
                panic!(
                    "{name} {} at {}: {error}; its log: {}",
                    door.protocol,
                    door.address,
                    service.log()
                )
            });
        }
    }
    let family = family::of(&service.pids());
    assert!(!family.is_empty());
    assert_eq!(
        reach::beyond_loopback(&family),
        Vec::<String>::new(),
        "{name} listens beyond loopback"
    );
    drop(service);
    assert_eq!(
        family::living(&family),
        Vec::<u32>::new(),
        "{name} left processes behind"
    );
}

fn answers(name: &str, door: Door) -> Result<(), String> {
    let mut stream = TcpStream::connect(door.address).map_err(|error| error.to_string())?;
    let limit = Some(Duration::from_secs(120));
    stream
        .set_read_timeout(limit)
        .map_err(|error| error.to_string())?;
    stream
        .set_write_timeout(limit)
        .map_err(|error| error.to_string())?;
    if !door.direct {
        dialogue::upgrade(&mut stream, door.protocol)?;
    }
    hello::exchange(&mut stream).map_err(|error| format!("after {name}'s dialogue: {error}"))
}

/// Loopback; another of its addresses, `::1` too, by `HOLTER_LAB_ADDRESS`.
fn address() -> IpAddr {
    let text = std::env::var_os("HOLTER_LAB_ADDRESS").unwrap_or_else(|| "127.0.0.1".into());
    let text = text.to_string_lossy();
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn a_lab_that_dies_leaves_no_server_behind() {
    // This test's own child is a lab: it starts a server, whose children have sessions of their own, and is killed
    // before it can drop it.
    if std::env::var_os("HOLTER_LAB_DIES").is_some() {
        let service = (debian::find("postgresql").unwrap().start)(address()).unwrap();
        let family = family::of(&service.pids());
        std::fs::write(
            std::env::var_os("HOLTER_LAB_DIES").unwrap(),
            format!("{family:?}\n"),
        )
        .unwrap();
        std::thread::sleep(Duration::from_secs(600));
    }
    let told = tempfile::NamedTempFile::new().unwrap();
    let mut lab = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_lab_that_dies_leaves_no_server_behind"])
        .env("HOLTER_LAB_DIES", told.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    let family: Vec<u32> = loop {
        let text = std::fs::read_to_string(told.path()).unwrap();
        if let Some(list) = text.strip_suffix("]\n") {
            let list = list.trim_start_matches('[');
            break list.split(", ").map(|id| id.parse().unwrap()).collect();
        }
        assert!(
            start.elapsed() < Duration::from_secs(120),
            "the lab's child started nothing"
        );
        std::thread::sleep(Duration::from_millis(50));
    };
    lab.kill().unwrap();
    lab.wait().unwrap();
    let start = Instant::now();
    while !family::living(&family).is_empty() {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "left behind: {:?}",
            family::living(&family)
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}
