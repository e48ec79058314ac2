//! The outside world is met in one place each: sockets in `net`, the terminal and the exit in `cli`.

use crate::tree::{self, File};

const SOCKETS: [&str; 8] = [
    "TcpListener",
    "TcpSocket",
    "TcpStream",
    "UdpSocket",
    "UnixDatagram",
    "UnixStream",
    "std::net::{Tcp",
    "tokio::net",
];

const TERMINAL: [&str; 5] = [
    "print!(",
    "println!(",
    "std::io::stdout",
    "io::stdout()",
    "process::exit",
];

/// Complaints about every word that stands in the code of a crate other than these.
fn elsewhere(words: &[&str], allowed: &[&str]) -> Vec<String> {
    let stray = |file: &File| -> Vec<String> {
        file.code()
            .filter(|(_, line)| words.iter().any(|word| has_word(line, word)))
            .map(|(number, line)| format!("{}:{number}: {}", file.path, line.trim()))
            .collect()
    };
    tree::rust()
        .iter()
        .filter(|file| file.in_src() && !file.owner().is_some_and(|owner| allowed.contains(&owner)))
        .flat_map(stray)
        .collect()
}

/// Whether the word stands there, and not as the end of a longer one: `println!` is not in `eprintln!`.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word)
        .any(|(at, _)| !line[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_'))
}

#[test]
fn only_net_opens_sockets() {
    tree::none(
        "sockets are opened in crates/net, to third parties in crates/phone, to an admin's receivers in crates/notify; crates/web listens",
        &elsewhere(&SOCKETS, &["net", "notify", "phone", "web", "lab", "tidy"]),
    );
}

#[test]
fn only_cli_prints_and_exits() {
    tree::none(
        "the terminal is crates/cli's",
        &elsewhere(&TERMINAL, &["cli", "lab", "tidy"]),
    );
}

#[test]
fn only_the_user_consents_to_proof() {
    tree::none(
        "`--prove` is read in crates/cli, and no other code may consent in the user's stead",
        &elsewhere(&["given_by_user"], &["cli", "tidy", "wire"]),
    );
}

/// Where a heartbeat record may be read or written. Each of them writes what `wire`'s `Request` or `OverClaim` has
/// encoded, and no bytes of its own making.
const HEARTBEATS: [&str; 5] = [
    "crates/checks/src/datagram.rs",
    "crates/checks/src/heartbleed/finished.rs",
    "crates/checks/src/stream.rs",
    "crates/handshake/src/dialogue.rs",
    "crates/wire/src/codepoint.rs",
];

#[test]
fn heartbeats_are_sent_in_few_places() {
    let strays: Vec<String> = elsewhere(&["ContentType::HEARTBEAT"], &["lab", "tidy"])
        .into_iter()
        .filter(|stray| !HEARTBEATS.iter().any(|path| stray.starts_with(path)))
        .collect();
    tree::none(
        "a heartbeat record is touched where nobody looks whether it is honest",
        &strays,
    );
}

#[test]
fn a_longer_word_is_another_word() {
    assert!(has_word("    println!(\"x\")", "println!("));
    assert!(!has_word("    eprintln!(\"x\")", "println!("));
}
