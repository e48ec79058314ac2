//! Every file that parses a peer's bytes is fuzzed: a target of `fuzz/fuzz_targets` says `// covers: its path`.

use crate::tree::{self, File};

/// Folders in which every parser is found by its looks.
const PARSERS: [&str; 6] = [
    "crates/capture/src/",
    "crates/cert/src/",
    "crates/handshake/src/",
    "crates/inventory/src/",
    "crates/protocols/src/",
    "crates/wire/src/",
];

/// How a function that takes a peer's bytes is called.
const VERBS: [&str; 9] = [
    "agree",
    "compare",
    "next_record",
    "open",
    "parse",
    "push",
    "read",
    "records",
    "verify",
];

/// What such a function takes: bytes, text, or a server's part of a handshake.
const TAKES: [&str; 3] = ["[u8]", "&str", "ServerPart<"];

/// Cursors and builders that parsers are made of; no peer's message is theirs.
const TOOLS: [&str; 5] = [
    "crates/handshake/src/keys.rs",
    "crates/handshake/src/prf.rs",
    "crates/handshake/src/tls13/schedule.rs",
    "crates/wire/src/reader.rs",
    "crates/wire/src/writer.rs",
];

#[test]
fn every_parser_has_a_fuzz_target() {
    let files = tree::rust();
    let covered: Vec<(&str, &str)> = files
        .iter()
        .filter(|file| file.folder() == "fuzz/fuzz_targets")
        .flat_map(|file| {
            file.text
                .lines()
                .filter_map(|line| line.strip_prefix("// covers: "))
                .map(|path| (file.path.as_str(), path))
        })
        .collect();
    let uncovered: Vec<String> = files
        .iter()
        .filter(|file| parses(file) && !covered.iter().any(|(_, path)| *path == file.path))
        .map(|file| file.path.clone())
        .collect();
    tree::none(
        "these parse a peer's bytes and no fuzz target says `// covers: …`",
        &uncovered,
    );

    let gone: Vec<String> = covered
        .iter()
        .filter(|(_, path)| !files.iter().any(|file| file.path == *path))
        .map(|(target, path)| format!("{target} covers {path}"))
        .collect();
    tree::none("these files are not there any more", &gone);
}

fn parses(file: &File) -> bool {
    PARSERS.iter().any(|folder| file.path.starts_with(folder))
        && !TOOLS.contains(&file.path.as_str())
        && signatures(file).iter().any(|line| is_parser(line))
}

/// What begins a function, a method of a trait or its implementation, each in one line.
fn signatures(file: &File) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut whole = true;
    for (_, line) in file.code() {
        let line = line.trim();
        if whole
            && !["pub fn ", "pub(crate) fn ", "impl "]
                .iter()
                .any(|word| line.starts_with(word))
        {
            continue;
        }
        match all.last_mut().filter(|_| !whole) {
            Some(signature) => signature.push_str(line),
            None => all.push(line.to_owned()),
        }
        whole = line.ends_with(['{', ';', '}']);
    }
    all
}

/// A reader says what it is by what it returns or by its verb; a framing reads what it unwraps.
fn is_parser(line: &str) -> bool {
    let function = line
        .strip_prefix("pub fn ")
        .or_else(|| line.strip_prefix("pub(crate) fn "));
    function.is_some_and(|rest| {
        let (name, rest) = rest.split_at(rest.find(['(', '<']).unwrap_or(rest.len()));
        let verb = VERBS
            .iter()
            .any(|verb| name == *verb || name.strip_prefix(verb).is_some_and(|tail| tail.starts_with('_')));
        let returns = ["Packet<", "Option<Rsa"].iter().any(|kind| {
            rest.split_once("-> ")
                .is_some_and(|(_, returned)| returned.starts_with(kind))
        });
        (verb || returns) && TAKES.iter().any(|kind| rest.contains(kind))
    }) || line.starts_with("impl Framing for ")
}

#[test]
fn a_signature_may_take_several_lines() {
    let file = File {
        path: "crates/handshake/src/x.rs".to_owned(),
        text: "pub fn open(\n    &mut self,\n    body: &[u8],\n) -> Option<Vec<u8>> {\n    let x = 1;\n}\n"
            .to_owned(),
    };
    assert_eq!(
        signatures(&file),
        ["pub fn open(&mut self,body: &[u8],) -> Option<Vec<u8>> {"]
    );
    assert!(parses(&file));
}

#[test]
fn a_parser_is_known_by_its_looks() {
    assert!(is_parser(
        "pub fn read_tls13(body: &[u8]) -> (Vec<&[u8]>, Vec<Oddity>) {"
    ));
    assert!(is_parser("pub fn verify(&self, answer: &mut [u8]) -> OverRead {"));
    assert!(is_parser("pub fn response(bytes: &[u8]) -> Packet<Response> {"));
    assert!(is_parser("impl Framing for Tds {"));
    assert!(is_parser(
        "pub fn agree(exchange: Exchange,server: ServerPart<'_>,) -> Result<Agreement, HandshakeError> {"
    ));
    assert!(!is_parser("pub fn record(&self) -> Record {"));
    assert!(!is_parser("pub fn encode(out: &mut Vec<u8>, body: &[u8]) {"));
}
