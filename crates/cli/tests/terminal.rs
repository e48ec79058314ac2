//! Progress on a real terminal: what is drawn, what is left of it, and where nothing is drawn at all. `script` of util-linux
//! holds the terminal, as wide as the test wants it; what it was told is replayed here as a terminal would show it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod command;
#[path = "listen/packets.rs"]
#[allow(dead_code, reason = "this test needs one conversation of them")]
mod packets;
#[path = "terminal/screen.rs"]
mod screen;

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use packets::{Conversation, file};
use screen::Screen;

/// What takes longer has failed, on whatever machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// A run on a terminal.
struct Run {
    child: Child,
    width: usize,
    told: String,
    heard: Receiver<Vec<u8>>,
}

impl Run {
    /// Starts a command of the shell, in which `$HOLTER` is the program, on a terminal so wide. Its document goes to a file.
    fn start(width: usize, settings: &str, line: &str, folder: &Path) -> Self {
        let held = format!(
            "stty cols {width} rows 24; {settings} {line} >{}",
            folder.join("document").display()
        );
        let mut child = Command::new("script")
            .args(["--quiet", "--return", "--flush", "--command", &held, "/dev/null"])
            .env("HOLTER", env!("CARGO_BIN_EXE_holter"))
            .env("HOLTER_STATE", folder.join("state"))
            .env("TERM", "xterm-256color")
            .env_remove("NO_COLOR")
            .env("SHELL", "/bin/sh")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = child.stdout.take().unwrap();
        let (tell, heard) = channel();
        std::thread::spawn(move || {
            let mut some = [0; 4096];
            while let Ok(count) = out.read(&mut some) {
                if count == 0 || tell.send(some[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            width,
            told: String::new(),
            heard,
        }
    }

    /// Until the terminal was told this.
    fn waits_for(&mut self, words: &str) {
        while !self.told.contains(words) {
            let some = self.heard.recv_timeout(PATIENCE);
            let some = some.unwrap_or_else(|_| panic!("no {words:?} in {:?}", self.told));
            self.told.push_str(&String::from_utf8_lossy(&some));
        }
    }

    /// Presses Ctrl-C.
    fn interrupts(&mut self) {
        self.child.stdin.as_mut().unwrap().write_all(b"\x03").unwrap();
    }

    /// Waits for its end: the status, what the terminal was told, and what it shows.
    fn ends(mut self) -> (Option<i32>, String, Screen) {
        while let Ok(some) = self.heard.recv_timeout(PATIENCE) {
            self.told.push_str(&String::from_utf8_lossy(&some));
        }
        let code = self.child.wait().unwrap().code();
        let screen = Screen::showing(&self.told, self.width);
        (code, self.told, screen)
    }
}

/// Services that take a connection and say nothing; when they are dropped, they are gone.
fn silent(count: u8) -> (Vec<TcpListener>, String) {
    let silent: Vec<TcpListener> = (0..count)
        .map(|number| TcpListener::bind((format!("127.0.4.{}", number + 1), 0)).unwrap())
        .collect();
    let targets: Vec<String> = silent
        .iter()
        .map(|one| one.local_addr().unwrap().to_string())
        .collect();
    (silent, targets.join(" "))
}

fn has_terminal() -> bool {
    let asked = Command::new("script").arg("--version").output();
    let here = asked.is_ok_and(|said| String::from_utf8_lossy(&said.stdout).contains("util-linux"));
    if !here {
        holter_lab::command::say("skipped: no script of util-linux");
    }
    here
}

/// A scan that goes on until its peers are gone.
fn scan(targets: &str) -> String {
    format!("exec $HOLTER scan --no-config --no-state -f jsonl --timeout 600 {targets}")
}

#[test]
fn a_scan_shows_how_far_it_is_and_leaves_the_terminal_as_it_was() {
    if !has_terminal() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (width, settings, words) in [
        (100, "", "0 of 3 endpoints, 0 affected"),
        // Colour is not what a bar is made of.
        (100, "NO_COLOR=1", "0 of 3 endpoints, 0 affected"),
        (40, "", "0 of 3, 0 affected"),
    ] {
        let (silent, targets) = silent(3);
        let mut run = Run::start(width, settings, &scan(&targets), folder.path());
        run.waits_for(words);
        drop(silent);
        let (code, told, screen) = run.ends();
        assert_eq!(code, Some(3), "{told:?}");
        screen.is_clean(&told);
        assert!(
            !screen.text().contains("endpoints, 0 affected"),
            "{}",
            screen.text()
        );
    }
}

#[test]
fn a_bar_is_drawn_with_what_the_terminal_has() {
    if !has_terminal() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (settings, empty) in [
        ("LC_ALL=C", "[....."),
        ("LC_ALL= LC_CTYPE= LANG=", "[....."),
        ("LC_ALL=de_DE.UTF-8@euro", "\u{2591}\u{2591}"),
        ("LC_ALL= LC_CTYPE=C.utf8 LANG=C", "\u{2591}\u{2591}"),
    ] {
        let (silent, targets) = silent(3);
        let mut run = Run::start(100, settings, &scan(&targets), folder.path());
        run.waits_for("0 of 3 endpoints");
        drop(silent);
        let (_, told, screen) = run.ends();
        screen.is_clean(&told);
        assert!(told.contains(empty), "{settings}: {told:?}");
        assert_eq!(told.is_ascii(), empty.is_ascii(), "{settings}: {told:?}");
    }
}

#[test]
fn what_is_written_to_a_terminal_is_as_narrow_as_that_is() {
    if !has_terminal() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for line in [
        "$HOLTER explain heartbleed",
        "$HOLTER scan --no-config --no-state 127.0.0.1:1",
    ] {
        // Only what the last command writes goes to a file.
        let run = Run::start(
            40,
            "NO_COLOR=1; export NO_COLOR;",
            &format!("{line}; true"),
            folder.path(),
        );
        let (_, told, _) = run.ends();
        let broken: Vec<&str> = told
            .lines()
            .filter(|line| line.chars().count() > 40)
            // Lines to copy, six columns in, are left whole, and so are words.
            .filter(|line| !line.starts_with("      ") && line.trim().contains(' '))
            .collect();
        assert!(broken.is_empty(), "{line}: {broken:#?}");
        assert!(told.lines().count() > 5, "{line}: {told}");
    }
}

#[test]
fn interrupted_it_leaves_the_terminal_as_it_was() {
    if !has_terminal() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for width in [100, 40] {
        let (_silent, targets) = silent(3);
        let mut run = Run::start(width, "", &scan(&targets), folder.path());
        run.waits_for("0 of 3");
        run.interrupts();
        let (code, told, screen) = run.ends();
        assert_eq!(code, Some(3), "{told:?}");
        screen.is_clean(&told);
        assert!(
            screen.text().contains("stopped before the end"),
            "{}",
            screen.text()
        );
        assert!(!screen.text().contains("0 of 3"), "{}", screen.text());
    }
}

#[test]
fn where_nothing_can_be_taken_back_nothing_is_drawn() {
    if !has_terminal() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let errors = folder.path().join("errors");
    let to_a_file = format!("2>{}", errors.display());
    for (settings, more) in [
        ("TERM=dumb", ""),
        ("TERM=", ""),
        ("", to_a_file.as_str()),
        ("", "--quiet"),
    ] {
        let (silent, targets) = silent(2);
        let mut run = Run::start(80, settings, &format!("{} {more}", scan(&targets)), folder.path());
        // A plain line comes after a while.
        let line = "0 of 2 endpoints asked";
        if more == to_a_file {
            while !std::fs::read_to_string(&errors).is_ok_and(|told| told.contains(line)) {
                std::thread::sleep(Duration::from_millis(50));
            }
        } else if more != "--quiet" {
            run.waits_for(line);
        }
        drop(silent);
        let (code, mut told, _) = run.ends();
        assert_eq!(code, Some(3), "{told:?}");
        if more == to_a_file {
            assert_eq!(told, "", "progress goes to standard error");
            told = std::fs::read_to_string(&errors).unwrap();
        }
        let plain = told.replace("\r\n", "\n");
        assert!(!plain.contains(['\u{1b}', '\r']), "{told:?}");
        assert_eq!(plain.contains("endpoints asked"), more != "--quiet", "{told:?}");
    }
}

#[test]
fn listening_shows_how_far_it_is_and_leaves_the_terminal_as_it_was() {
    if !has_terminal() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("heard.pcap");
    std::fs::write(&capture, file(&Conversation::quiet())).unwrap();
    for (width, words) in [(100, "0 MB heard, "), (40, "0 MB, ")] {
        // A capture that grows on, or might.
        let line = format!("exec $HOLTER listen -f jsonl --follow {}", capture.display());
        let mut run = Run::start(width, "", &line, folder.path());
        run.waits_for(words);
        run.interrupts();
        let (_, told, screen) = run.ends();
        screen.is_clean(&told);
        assert!(!screen.text().contains(words), "{}", screen.text());
    }
}
