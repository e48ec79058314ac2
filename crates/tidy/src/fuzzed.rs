//! Every file that parses a peer's bytes is fuzzed: a target of `fuzz/fuzz_targets` says `// covers: its path`.

use crate::tree::{self, File};

/// Folders in which every parser is found by its looks.
const PARSERS: [&str; 2] = ["crates/wire/src/", "crates/cert/src/"];

/// How a function that takes a peer's bytes is called.
const VERBS: [&str; 7] = [
    "read",
    "records",
    "compare",
    "verify",
    "push",
    "parse",
    "next_record",
];

/// Cursors and builders that parsers are made of; no peer's message is theirs.
const TOOLS: [&str; 2] = ["crates/wire/src/reader.rs", "crates/wire/src/writer.rs"];

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
        && file.code().any(|(_, line)| is_parser(line.trim()))
}

fn is_parser(line: &str) -> bool {
    line.strip_prefix("pub fn ").is_some_and(|rest| {
        let name = rest.split(['(', '<']).next().unwrap_or_default();
        VERBS
            .iter()
            .any(|verb| name == *verb || name.strip_prefix(verb).is_some_and(|tail| tail.starts_with('_')))
            && (rest.contains("[u8]") || rest.contains("&str"))
    })
}

#[test]
fn a_parser_is_known_by_its_looks() {
    assert!(is_parser(
        "pub fn read_tls13(body: &[u8]) -> (Vec<&[u8]>, Vec<Oddity>) {"
    ));
    assert!(is_parser("pub fn verify(&self, answer: &mut [u8]) -> OverRead {"));
    assert!(!is_parser("pub fn record(&self) -> Record {"));
    assert!(!is_parser("pub fn encode(out: &mut Vec<u8>, body: &[u8]) {"));
}
