//! What each crate's manifest must say, and what only one may.

use crate::tree::{self, File};

/// Broken ciphers and hashes: needed to ask old peers, dangerous anywhere else. `deny.toml` says the same.
const OBSOLETE: [&str; 7] = ["des", "md-5", "md2", "md4", "md5", "rc2", "rc4"];

fn manifests() -> Vec<File> {
    tree::files()
        .into_iter()
        .filter(|file| file.path.starts_with("crates/") && file.name() == "Cargo.toml")
        .collect()
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    let complaints: Vec<String> = manifests()
        .into_iter()
        .filter(|file| !file.text.contains("[lints]\nworkspace = true\n"))
        .map(|file| file.path)
        .collect();
    tree::none("a manifest says `[lints] workspace = true`", &complaints);
}

#[test]
fn unsafe_code_is_forbidden() {
    let root = std::fs::read_to_string(tree::root().join("Cargo.toml")).unwrap();
    assert!(root.contains("unsafe_code = \"forbid\""));
}

#[test]
fn only_legacy_names_obsolete_cryptography() {
    let mut complaints = Vec::new();
    for file in manifests().iter().filter(|file| file.owner() != Some("legacy")) {
        for line in file.text.lines() {
            let name = line.split(['=', '.', ' ']).next().unwrap_or_default();
            if OBSOLETE.contains(&name) {
                complaints.push(format!("{}: {line}", file.path));
            }
        }
    }
    tree::none("RC4, DES and MD5 live in crates/legacy", &complaints);
}
