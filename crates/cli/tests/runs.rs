//! Runs that were cut off, as a killed process, a full disk or another Holter leaves them, and what `--resume` makes
//! of each.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod command;
mod ward;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use command::{Said, said};
use serde_json::Value;
use tempfile::TempDir;
use ward::{Ward, answer, holter_under, journal, written};

fn spawn(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn run(command: &mut Command) -> Said {
    said(command.output().unwrap())
}

fn state() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let arguments = format!("--state {}", folder.path().display());
    (folder, arguments)
}

/// Looks again and again until it is there.
fn awaited<T>(mut look: impl FnMut() -> Option<T>) -> T {
    loop {
        if let Some(found) = look() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// A ward of 256 addresses, the state folder of a scan that was killed in its middle, and what one says that was not.
fn cut_off() -> (Ward, TempDir, (Value, Vec<Value>)) {
    let ward = Ward::new(24, 8);
    let (whole, folder) = state();
    let unbroken = answer(&run(&mut ward.scan(&format!("-f json {folder}"))).out);
    drop(whole);
    let (cut, folder) = state();
    // So slow that it cannot come to its end before it is killed.
    let slow = format!(
        "{} -p {} --rate 20 --no-config -f json {folder}",
        ward.range, ward.port
    );
    let mut child = spawn(&mut holter_under("ulimit -n 32", &slow));
    awaited(|| (!written(cut.path()).is_empty()).then_some(()));
    child.kill().unwrap();
    assert!(
        child.wait().unwrap().code().is_none(),
        "it was killed before its end"
    );
    (ward, cut, unbroken)
}

#[test]
fn whatever_the_end_of_a_journal_looks_like_the_rest_of_it_counts() {
    let (ward, cut, unbroken) = cut_off();
    let path = journal(cut.path()).unwrap();
    let whole = fs::read(&path).unwrap();
    let lines = whole.split_inclusive(|byte| *byte == b'\n').count();
    assert!(lines > 1, "its header and some hosts");
    let name = path.file_name().unwrap();
    let mut ends: Vec<Vec<u8>> = (1..60)
        .step_by(13)
        .map(|torn| whole[..whole.len() - torn].to_vec())
        .collect();
    for garbage in [
        "\n",
        "null\n",
        "{\"hosts\":{\"done\":[[0,9999",
        "{\"hosts\":{\"done\":[[0]],\"nothing\":-1}}\n",
        "\u{0}\u{0}\u{0}\u{0}",
        "{\"header\":{}}\n{\"hosts\":{\"done\":[[0,9999]],\"nothing\":0}}\n",
    ] {
        ends.push([whole.as_slice(), garbage.as_bytes()].concat());
    }
    ends.push([whole.as_slice(), b"\xff\xfe\n", whole.as_slice()].concat());
    for end in ends {
        let (copy, folder) = state();
        fs::create_dir(copy.path().join("runs")).unwrap();
        fs::write(copy.path().join("runs").join(name), &end).unwrap();
        let said = run(&mut ward.scan(&format!("-f json --resume {folder}")));
        let tail = String::from_utf8_lossy(&end[end.len().saturating_sub(60)..]).into_owned();
        assert!(
            said.err.contains("going on with the run of"),
            "{tail}: {}",
            said.err
        );
        assert_eq!(answer(&said.out), unbroken, "{tail}");
    }
}

#[test]
fn without_targets_the_last_run_is_taken_up_as_it_was_begun() {
    let (_ward, cut, unbroken) = cut_off();
    // One that was killed before it had written a word is none.
    let empty = cut
        .path()
        .join("runs/20990101T000000.000Z-0000000000000000-00000000.run");
    fs::write(&empty, "").unwrap();
    let resume = format!("--resume --state {}", cut.path().display());
    let said = run(&mut holter_under("true", &resume));
    assert_eq!(answer(&said.out), unbroken, "{}", said.err);
    let said = run(&mut holter_under("true", &resume));
    assert_eq!((said.code, said.err.lines().count()), (Some(2), 1));
    assert!(said.err.contains("there is no run to take up"), "{}", said.err);
}

#[test]
fn with_nothing_to_take_up_it_begins_anew_and_says_so() {
    let ward = Ward::new(28, 1);
    let (_state, folder) = state();
    let said = run(&mut ward.scan(&format!("--resume -f json {folder}")));
    assert!(said.err.contains("it begins anew"), "{}", said.err);
    assert_eq!(answer(&said.out).1.len(), 1);
    let said = run(&mut holter_under("true", "--resume --no-state"));
    assert_eq!(said.code, Some(2), "{}", said.err);
}

#[test]
fn the_run_of_another_holter_is_not_taken_up() {
    let (ward, cut, unbroken) = cut_off();
    let path = journal(cut.path()).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let own = format!("\"holter\":\"{}\"", env!("CARGO_PKG_VERSION"));
    fs::write(&path, text.replacen(&own, "\"holter\":\"0.0.0\"", 1)).unwrap();
    let folder = format!("--state {}", cut.path().display());
    let before = ward.contacts();
    let refused = run(&mut ward.scan(&format!("--resume {folder}")));
    assert_eq!((refused.code, refused.err.lines().count()), (Some(2), 1));
    assert!(
        refused.err.contains("Holter 0.0.0") && refused.err.contains("leave --resume out"),
        "{}",
        refused.err
    );
    assert_eq!(ward.contacts(), before);
    let anew = run(&mut ward.scan(&format!("-f json {folder}")));
    assert_eq!(answer(&anew.out), unbroken);
}

#[test]
fn of_two_that_take_up_the_same_run_one_refuses() {
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    mute.set_nonblocking(true).unwrap();
    let connected = || awaited(|| mute.accept().ok());
    let (folder, arguments) = state();
    let target = format!(
        "{} --timeout 600 --no-config {arguments}",
        mute.local_addr().unwrap()
    );
    let mut first = spawn(&mut holter_under("true", &target));
    let _line = connected();
    let busy = |arguments: &str| {
        let said = run(&mut holter_under("true", arguments));
        assert_eq!(
            (said.code, said.err.lines().count()),
            (Some(2), 1),
            "{}",
            said.err
        );
        assert!(
            said.err.contains("still goes on in another process"),
            "{}",
            said.err
        );
    };
    // While it goes on for the first time, and while it is taken up.
    busy(&format!("--resume {target}"));
    busy(&format!("--resume {arguments}"));
    first.kill().unwrap();
    first.wait().unwrap();
    let mut second = spawn(&mut holter_under("true", &format!("--resume {arguments}")));
    let _line = connected();
    busy(&format!("--resume {target}"));
    busy(&format!("--resume {arguments}"));
    second.kill().unwrap();
    second.wait().unwrap();
    assert_eq!(fs::read_dir(folder.path().join("runs")).unwrap().count(), 1);
}

#[test]
fn on_a_full_disk_it_goes_on_and_says_that_it_cannot_be_taken_up() {
    let (ward, _cut, unbroken) = cut_off();
    let (folder, arguments) = state();
    // Files end after 4 blocks of 512 bytes, as if the disk did.
    let full = "ulimit -n 32; ulimit -f 4; trap '' XFSZ";
    let said = run(&mut ward.scan_under(full, &format!("-f json {arguments}")));
    assert_eq!((said.code, answer(&said.out)), (Some(3), unbroken.clone()));
    assert!(said.err.contains("can no longer be taken up"), "{}", said.err);
    // What could be written down still holds.
    let said = run(&mut ward.scan(&format!("-f json --resume {arguments}")));
    assert!(said.err.contains("going on with the run of"), "{}", said.err);
    assert_eq!(answer(&said.out), unbroken);
    drop(folder);
}

#[test]
fn without_a_place_to_write_it_goes_on_unless_the_user_named_it() {
    let ward = Ward::new(28, 1);
    let said = run(ward.scan("-f json").env("HOLTER_STATE", "/dev/null"));
    assert!(said.err.contains("cannot be written down"), "{}", said.err);
    assert_eq!((said.code, answer(&said.out).1.len()), (Some(3), 1));
    let before = ward.contacts();
    let said = run(&mut ward.scan("--state /dev/null"));
    assert_eq!((said.code, said.err.lines().count()), (Some(2), 1));
    assert_eq!(ward.contacts(), before);
}

#[test]
fn killed_before_its_answer_was_read_it_gives_it_whole_and_asks_nothing() {
    let (ward, _cut, unbroken) = cut_off();
    let (folder, arguments) = state();
    let (mut reader, mut writer) = UnixStream::pair().unwrap();
    // Full before it begins, so that the document has to wait.
    writer.set_nonblocking(true).unwrap();
    while writer.write(&[b' '; 4096]).is_ok() {}
    writer.set_nonblocking(false).unwrap();
    let mut child = ward
        .scan(&format!("-q -f json {arguments}"))
        .stdout(OwnedFd::from(writer))
        .spawn()
        .unwrap();
    awaited(|| (hosts_done(folder.path()) == 256).then_some(()));
    child.kill().unwrap();
    assert!(child.wait().unwrap().code().is_none());
    assert!(
        journal(folder.path()).is_some_and(|path| is_open(&path)),
        "no answer, no end"
    );
    let before = ward.contacts();
    let said = run(&mut ward.scan(&format!("-f json --resume {arguments}")));
    assert!(said.err.contains("256 hosts are done"), "{}", said.err);
    assert_eq!(answer(&said.out), unbroken);
    assert_eq!(ward.contacts(), before);
    assert!(journal(folder.path()).is_some_and(|path| !is_open(&path)));
    let mut some = [0; 1];
    assert_eq!(reader.read(&mut some).unwrap(), 1);
}

fn is_open(journal: &Path) -> bool {
    journal.extension().is_some_and(|ending| ending == "run")
}

/// How many hosts are done, by the journal.
fn hosts_done(state: &Path) -> u64 {
    let text = journal(state).and_then(|path: PathBuf| fs::read_to_string(path).ok());
    let rows = text.unwrap_or_default();
    let lines = rows
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines
        .flat_map(|line| line["hosts"]["done"].as_array().cloned().unwrap_or_default())
        .map(|pair| pair[1].as_u64().unwrap() - pair[0].as_u64().unwrap() + 1)
        .sum()
}
