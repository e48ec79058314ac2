//! `holter scan` with the user's files: how they are understood is said, and what they call do-not-touch is not touched.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod command;

use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::path::PathBuf;

use command::{holter, holter_reading};
use holter_lab::zoo;
use tempfile::TempDir;

/// A folder with these files in it.
fn files(all: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in all {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn sample(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus/inventory")
        .join(name)
}

/// A listener that nobody may connect to.
fn untouched(address: &str) -> TcpListener {
    let listener = TcpListener::bind((address, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    listener
}

fn was_left_alone(listener: &TcpListener) -> bool {
    listener.accept().is_err()
}

#[test]
fn what_must_not_be_touched_is_not_whoever_names_it() {
    let peer = (zoo::named("controller-that-hangs").unwrap().start)(IpAddr::V4(Ipv4Addr::LOCALHOST)).unwrap();
    let pump = untouched("127.77.0.2");
    let port = pump.local_addr().unwrap().port();
    let folder = files(&[
        (
            "assets.csv",
            "address;fragility\n127.77.0.2;Do not touch\npump.invalid;do-not-touch\n",
        ),
        ("list", &format!("127.77.0.2:{port}\n")),
    ]);
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (assets, list) = (path("assets.csv"), path("list"));
    let peer = peer.address;
    for named in [
        format!("{peer} 127.77.0.0/29 -p {port} --inventory {assets}"),
        format!("{peer} 127.77.0.1-4:{port} --inventory {assets}"),
        format!("{peer} 127.77.0.2:{port} --inventory {assets}"),
        format!("{peer} ::ffff:127.77.0.2 -p {port} --inventory {assets}"),
        format!("{peer} 127.77.0.0/29 -p {port} -i {assets}"),
        format!("{peer} -i {list} -i {assets}"),
        format!("{peer} pump.invalid --inventory {assets}"),
    ] {
        let said = holter(&format!("scan -f jsonl {named}"));
        assert_eq!(said.code, Some(0), "{named}: {said:?}");
        assert!(!said.out.contains("127.77.0.2"), "{named}: {}", said.out);
        assert!(was_left_alone(&pump), "{named}");
    }
    let said = holter(&format!("scan 127.77.0.2 pump.invalid --inventory {assets}"));
    assert_eq!(said.code, Some(2));
    assert!(
        said.err.contains("calls every target do-not-touch"),
        "{}",
        said.err
    );
    assert!(was_left_alone(&pump));
}

#[test]
fn how_a_file_was_understood_is_said_in_one_line() {
    let csv = sample("csv");
    let said = holter(&format!("scan 127.0.0.1:1 --inventory {}", csv.display()));
    let first = said.err.lines().next().unwrap();
    assert!(
        first.contains(": CSV inventory, 7 assets; line 6: \"x\" is no port") && first.contains("and 1 more"),
        "{first}"
    );
    let table = "ip,port,serial\n127.0.0.1,1,x\n127.0.0.1,nine,y\n";
    let said = holter_reading("scan -i -", table);
    assert!(
        said.err.starts_with("holter: standard input: CSV inventory, 1 target, 2 assets; not read: the columns \"serial\"; line 3: \"nine\" is no port"),
        "{}",
        said.err
    );
    assert_eq!(holter_reading("scan -q -i -", table).err, "");
    let said = holter_reading("scan -q -f jsonl -i -", "127.0.0.1:1\n127.0.0.2-3:1\n");
    assert_eq!(
        (said.out.lines().count(), said.err.as_str()),
        (1, ""),
        "{}",
        said.out
    );
}

#[test]
fn nmaps_open_ports_are_asked() {
    let peer = (zoo::named("openssl-affected").unwrap().start)(IpAddr::V4(Ipv4Addr::LOCALHOST)).unwrap();
    let port = peer.address.port();
    let xml = std::fs::read_to_string(sample("nmap-xml")).unwrap();
    let xml = xml.replace("portid=\"8443\"", &format!("portid=\"{port}\""));
    let folder = files(&[("scan.xml", &xml)]);
    let file = folder.path().join("scan.xml");
    let said = holter(&format!("scan -f jsonl --nmap-xml {}", file.display()));
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.err
            .contains("nmap XML, 3 targets; 2 open ports are left out"),
        "{}",
        said.err
    );
    assert_eq!(said.out.lines().count(), 3);
    assert!(said.out.contains(&format!("\"port\":{port}")) && !said.out.contains("\"port\":2222"));
}

#[test]
fn a_file_of_the_wrong_kind_is_refused() {
    let folder = files(&[
        ("list", "127.0.0.1:1\n"),
        ("typo.csv", "address,fragility\n127.0.0.1,do-not-tuoch\n"),
        (
            "report",
            "# Nmap 7.93 scan\nNmap scan report for localhost (127.0.0.1)\n",
        ),
        ("never.csv", "address,fragility\n127.0.0.1,do-not-touch\n"),
        ("page.xml", "<html></html>"),
    ]);
    let path = |name: &str| folder.path().join(name).display().to_string();
    for (arguments, said) in [
        (
            format!("--inventory {} 127.0.0.1", path("list")),
            "says nothing of systems",
        ),
        (
            format!("--nmap-xml {}", path("list")),
            "list of targets, but --nmap-xml takes what nmap -oX writes",
        ),
        (
            format!("-i {}", path("typo.csv")),
            "typo.csv, line 2: the fragility \"do-not-tuoch\"",
        ),
        (format!("-i {}", path("report")), "with -oX"),
        (
            format!("-q -i {}", path("never.csv")),
            "no target that may be asked",
        ),
        (format!("-i {}", path("page.xml")), "not nmap's"),
        (
            format!("--inventory {} 127.0.0.1", path("none")),
            "cannot be read",
        ),
    ] {
        let wrong = holter(&format!("scan {arguments}"));
        assert_eq!(
            (wrong.code, wrong.out.as_str()),
            (Some(2), ""),
            "{arguments}: {wrong:?}"
        );
        assert_eq!(wrong.err.lines().count(), 1, "{arguments}: {}", wrong.err);
        assert!(wrong.err.contains(said), "{arguments}: {}", wrong.err);
    }
}
