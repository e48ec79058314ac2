//! Runs the real binary and holds what it said.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

/// What a run said.
#[derive(Debug)]
#[allow(dead_code, reason = "not every test reads all of it")]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// `holter` with these arguments, words parted by spaces.
#[allow(dead_code, reason = "not every test says it so")]
pub(crate) fn command(arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_holter"));
    command.args(arguments.split_whitespace()).stdin(Stdio::null());
    command.env("HOLTER_STATE", concat!(env!("CARGO_TARGET_TMPDIR"), "/state"));
    // The tester's own settings are none of a test's.
    command.env("XDG_CONFIG_HOME", "/no/such/folder");
    command
}

/// Runs it to its end.
#[allow(dead_code, reason = "not every test says it so")]
pub(crate) fn holter(arguments: &str) -> Said {
    said(command(arguments).output().unwrap())
}

/// The same, with this on standard input.
#[allow(dead_code, reason = "not every test speaks to it")]
pub(crate) fn holter_reading(arguments: &str, input: &str) -> Said {
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    said(child.wait_with_output().unwrap())
}

/// Sends a signal to a run.
#[allow(dead_code, reason = "not every test interrupts it")]
pub(crate) fn signal(name: &str, pid: u32) {
    let sent = Command::new("kill")
        .args([name, &pid.to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

/// What a finished run said.
pub(crate) fn said(output: Output) -> Said {
    Said {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
