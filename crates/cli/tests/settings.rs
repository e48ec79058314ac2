//! `holter.toml`, permission, quiet hours and repetition, with the real command.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod command;

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::process::{Child, Stdio};

use command::{command, holter, signal};
use holter_lab::zoo::{self, Running};
use holter_model::seam::{Clock as _, SystemClock};
use serde_json::Value;

fn peer(name: &str) -> Running {
    (zoo::named(name).unwrap().start)(IpAddr::V4(Ipv4Addr::LOCALHOST)).unwrap()
}

fn written(folder: &Path, text: &str) -> String {
    let path = folder.join("holter.toml");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

/// Starts it, in UTC, and waits for the line on standard error that holds these words.
fn begun(command: &mut std::process::Command, words: &str) -> (Child, String) {
    let mut child = command
        .env("TZ", "UTC")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut seen = String::new();
    let mut err = BufReader::new(child.stderr.as_mut().unwrap());
    while !seen.contains(words) {
        assert!(err.read_line(&mut seen).unwrap() > 0, "it ended with: {seen}");
    }
    (child, seen)
}

/// Interrupts it, and says its exit code and what stands on standard output.
fn ended(mut child: Child) -> (Option<i32>, String) {
    signal("-INT", child.id());
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    (child.wait().unwrap().code(), out)
}

#[test]
fn somebody_elses_address_is_not_scanned_without_a_word_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let said = holter("scan 203.0.113.9 127.0.0.1 --no-config");
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{said:?}");
    assert_eq!(
        said.err,
        "holter: 203.0.113.9 is neither a private address nor named as your own in holter.toml: add it there under own = […], \
         or say who allowed the scan: --authorized-by \"who, on what ground\"\n"
    );
    let said = holter(
        "scan 203.0.113.0/24 198.51.100.1:443 https://192.0.2.7/ 2001:db8::1 198.51.100.9 --no-config",
    );
    let named = "203.0.113.0/24, 198.51.100.1, 192.0.2.7 and 2 more are neither";
    assert!(said.err.contains(named), "{}", said.err);
    // Only a part of it is one's own.
    let config = written(folder.path(), "own = ['203.0.113.0/25']");
    let said = holter(&format!("scan 203.0.113.0/24 --config {config}"));
    assert!(said.err.contains("203.0.113.128/25 is neither"), "{}", said.err);
}

#[test]
fn nobody_waits_to_be_told_that_a_word_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    // The hours around now.
    let quiet = "--quiet-hours 00:00-23:59 --quiet-hours Mon";
    let said = holter(&format!("scan 203.0.113.9 --no-config {quiet}"));
    assert!(
        said.code == Some(2) && said.err.contains("203.0.113.9 is neither"),
        "{said:?}"
    );
    let config = written(
        folder.path(),
        "[[schedule]]\nname = 'vendor'\nevery = '31d'\ntargets = ['203.0.113.9']",
    );
    let said = holter(&format!("scan --schedule --config {config}"));
    assert!(
        said.code == Some(2) && said.err.contains("schedule \"vendor\": 203.0.113.9 is neither"),
        "{said:?}"
    );
}

#[test]
fn what_is_private_own_or_excluded_needs_no_word() {
    let peer = peer("controller-that-hangs");
    let folder = tempfile::tempdir().unwrap();
    let target = peer.address;
    assert_eq!(holter(&format!("scan -q {target} --no-config")).code, Some(0));
    // Where no packet goes, nobody need be asked.
    let excluded = format!("scan -q {target} 203.0.113.4/31 --exclude 203.0.113.4,203.0.113.5 --no-config");
    assert_eq!(holter(&excluded).code, Some(0));
    let config = written(folder.path(), "exclude = ['127.0.0.0/8']");
    let contacts = peer.contacts();
    let said = holter(&format!("scan {target} --config {config} -f jsonl"));
    assert_eq!((said.out.as_str(), peer.contacts()), ("", contacts), "{said:?}");
    // A name of one's own that has no address permits nothing.
    let config = written(folder.path(), "own = ['portal.invalid']");
    let said = holter(&format!("scan 203.0.113.9 --config {config}"));
    assert!(
        said.code == Some(2) && said.err.contains("203.0.113.9 is neither"),
        "{said:?}"
    );
}

#[test]
fn a_word_for_it_is_kept_with_the_answer() {
    let peer = peer("controller-that-hangs");
    let mut scan = command(&format!(
        "scan {} -f json --no-config --authorized-by",
        peer.address
    ));
    let said = command::said(scan.arg("J. Weber, Acme EHR, contract").output().unwrap());
    let document: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(document["authorized_by"], "J. Weber, Acme EHR, contract");
}

#[test]
fn the_command_line_wins_over_the_file() {
    let peer = peer("controller-that-hangs");
    let folder = tempfile::tempdir().unwrap();
    let port = peer.address.port();
    let config = written(
        folder.path(),
        &format!("ports = '{port}'\npace = 'gentle'\nrate = 40"),
    );
    let of_file = holter(&format!("scan 127.0.0.1 -f jsonl --config {config}"));
    assert_eq!(
        (of_file.code, of_file.out.lines().count()),
        (Some(0), 1),
        "{of_file:?}"
    );
    let other = holter(&format!("scan 127.0.0.1 -p 1 -f jsonl --config {config}"));
    assert!(other.out.contains("\"port\":1,"), "{}", other.out);
    // The file that lies in the folder where it is called.
    let mut here = command("scan 127.0.0.1 -f jsonl");
    let here = command::said(here.current_dir(folder.path()).output().unwrap());
    assert_eq!(here.out.lines().count(), 1, "{here:?}");
}

#[test]
fn it_runs_again_and_ends_with_the_last_answer() {
    let peer = peer("openssl-affected");
    let (child, said) = begun(
        &mut command(&format!("scan {} --every 6h -f jsonl --no-config", peer.address)),
        "next run at 20",
    );
    assert!(said.ends_with("; Ctrl-C ends\n"), "{said}");
    let (code, out) = ended(child);
    assert_eq!((code, out.lines().count()), (Some(1), 1));
}

#[test]
fn the_file_of_a_repeated_scan_is_replaced_as_a_whole() {
    let peer = peer("controller-that-hangs");
    let folder = tempfile::tempdir().unwrap();
    let (file, link) = (folder.path().join("real.json"), folder.path().join("link.json"));
    std::fs::write(&file, "an earlier report").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let mut earlier = std::fs::File::open(&file).unwrap();
    let scan = format!(
        "scan {} --every 1h -f json --no-config -o {}",
        peer.address,
        link.display()
    );
    let (child, _) = begun(&mut command(&scan), "next run");
    let document: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(document["summary"]["not_affected"], 1);
    // Who had the earlier one open still reads all of it.
    let mut text = String::new();
    earlier.read_to_string(&mut text).unwrap();
    assert_eq!(text, "an earlier report");
    assert_eq!(ended(child).0, Some(0));
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        2,
        "nothing is left beside it"
    );
}

#[test]
fn quiet_hours_are_waited_for_before_a_packet_is_sent() {
    let peer = peer("openssl-affected");
    // Today and tomorrow, so that midnight may pass meanwhile.
    let today = SystemClock.now().to_zoned(jiff::tz::TimeZone::UTC);
    let days = format!(
        "{},{}",
        today.strftime("%a"),
        today.tomorrow().unwrap().strftime("%a")
    );
    let scan = format!("scan {} --quiet-hours {days} --no-config", peer.address);
    let (child, said) = begun(&mut command(&scan), "quiet hours until 20");
    assert!(said.contains(" 00:00; waiting, Ctrl-C ends"), "{said}");
    assert_eq!(ended(child), (Some(3), String::new()));
    assert_eq!(peer.contacts(), 0);
}

#[test]
fn schedules_carry_out_what_the_file_says() {
    let peer = peer("controller-that-hangs");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("hosts.txt"),
        format!("{} https\n", peer.address),
    )
    .unwrap();
    let config = written(
        folder.path(),
        "[[schedule]]\nname = 'often'\nevery = '6h'\ninput = ['hosts.txt']\nformat = 'json'\noutput = 'often.json'\nauthorized_by = 'J. Weber, contract'\n\
         [[schedule]]\nname = 'once a year'\nat = 'Mon 02:30'\ntargets = ['203.0.113.9']\nauthorized_by = 'J. Weber, contract'\n",
    );
    let (child, _) = begun(
        &mut command(&format!("scan --schedule often --config {config}")),
        "next run of often at 20",
    );
    let document: Value =
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("often.json")).unwrap()).unwrap();
    assert_eq!(document["authorized_by"], "J. Weber, contract");
    assert_eq!(ended(child).0, Some(0));
    let said = holter(&format!("scan --schedule nightly --config {config}"));
    assert_eq!(said.code, Some(2));
    assert!(
        said.err
            .contains("no schedule \"nightly\"; it has: often, once a year"),
        "{}",
        said.err
    );
    let (child, _) = begun(
        &mut command(&format!("scan --schedule --config {config}")),
        "next run",
    );
    assert_eq!(ended(child).0, Some(0));
}

/// In a network of its own, where nothing is but what this file of hosts says.
#[test]
fn whatever_address_a_name_of_ones_own_has_is_ones_own() {
    let apart = |arguments: &[&str]| {
        let mut unshare = std::process::Command::new("unshare");
        unshare
            .args(["--user", "--map-root-user", "--mount", "--net"])
            .args(arguments);
        unshare.output()
    };
    if !apart(&["true"]).is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: this machine gives no networks to try it in");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let hosts = folder.path().join("hosts");
    std::fs::write(&hosts, "203.0.113.9 portal.example\n").unwrap();
    let scan = |targets: &str, own: &str| {
        let config = written(folder.path(), &format!("own = [{own}]"));
        let binary = env!("CARGO_BIN_EXE_holter");
        let script = format!(
            "mount --bind {} /etc/hosts && exec {binary} scan -q --config {config} {targets}",
            hosts.display()
        );
        command::said(apart(&["sh", "-c", &script]).unwrap())
    };
    // Permitted, and not reached: there is no way out of that network.
    assert_eq!(scan("portal.example:443", "'portal.example'").code, Some(3));
    assert_eq!(scan("203.0.113.9:443", "'portal.example'").code, Some(3));
    let said = scan("203.0.113.9:443 203.0.113.10", "'portal.example'");
    assert!(
        said.code == Some(2) && said.err.contains("203.0.113.10 is neither"),
        "{said:?}"
    );
    let said = scan("portal.example:443", "");
    assert!(
        said.code == Some(2) && said.err.contains("203.0.113.9 (portal.example) is neither"),
        "{said:?}"
    );
}

#[test]
fn a_policy_in_the_file_widens_no_scan_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let file = written(folder.path(), "policy = ['pci-dss-4.0.1']\n");
    let peer = peer("controller-that-hangs");
    let asked = |options: &str| {
        let said = holter(&format!(
            "scan {} --config {file} --timeout 1 -f jsonl {options}",
            peer.address
        ));
        let line: Value = serde_json::from_str(&said.out).unwrap();
        (line["verdicts"].as_array().unwrap().len(), said.err)
    };
    for (options, told) in [
        ("--profile heartbleed", "--profile leaves the policies of"),
        ("--check heartbleed", "--check leaves the policies of"),
    ] {
        let (verdicts, err) = asked(options);
        assert_eq!(verdicts, 1, "{options}");
        assert!(err.contains(told), "{options}: {err}");
    }
    let (_, err) = asked("--profile heartbleed --policy pci-dss-4.0.1");
    assert!(
        err.contains("--policy asks every check, whatever --profile says"),
        "{err}"
    );
    let (_, err) = asked("");
    assert!(
        err.contains("so every check is asked, as with --profile full"),
        "{err}"
    );
    let (_, err) = asked("--profile full");
    assert!(!err.contains("--profile"), "{err}");
}

#[test]
fn a_typo_in_a_policys_name_is_put_right() {
    let folder = tempfile::tempdir().unwrap();
    let file = written(folder.path(), "policy = ['pci-dss']\n");
    let said = holter(&format!("scan 127.0.0.1:9 --config {file}"));
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("is \"pci-dss-4.0.1\" meant?"), "{}", said.err);
}
