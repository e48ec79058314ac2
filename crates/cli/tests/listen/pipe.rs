//! A named pipe whose writer comes later, as in `holter listen p & tcpdump -w p`.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::packets::{Conversation, file};
use super::{command, heartbleed, lines, said, signal};

/// A listener at a named pipe into which nobody writes yet.
fn waiting(pipe: &str) -> Child {
    let mut child = command("listen -f jsonl")
        .arg(pipe)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let opened = |child: &Child| {
        let files = fs::read_dir(format!("/proc/{}/fd", child.id()))
            .into_iter()
            .flatten();
        files
            .flatten()
            .any(|file| fs::read_link(file.path()).is_ok_and(|to| to == Path::new(pipe)))
    };
    while !opened(&child) {
        assert!(child.try_wait().unwrap().is_none());
        sleep(Duration::from_millis(5));
    }
    // Long enough to read from it, were it not waited for.
    sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none());
    child
}

#[test]
fn a_named_pipe_waits_for_its_writer_until_it_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder
        .path()
        .canonicalize()
        .unwrap()
        .join("pipe")
        .display()
        .to_string();
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let child = waiting(&pipe);
    fs::write(&pipe, file(&Conversation::theft(200))).unwrap();
    let late = said(child.wait_with_output().unwrap());
    assert_eq!(late.code, Some(1), "{}", late.err);
    assert_eq!(heartbleed(&lines(&late.out)[0])["leaked_min"], 200);
    let child = waiting(&pipe);
    signal("-INT", child.id());
    let stopped = said(child.wait_with_output().unwrap());
    assert!(
        stopped.err.contains("this is what was heard by then"),
        "{}",
        stopped.err
    );
}
