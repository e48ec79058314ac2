//! The documents keep up with the tree: ARCHITECTURE.md knows every crate of ours and every crate of others.

use crate::tree;

fn architecture() -> String {
    std::fs::read_to_string(tree::root().join("ARCHITECTURE.md")).unwrap()
}

#[test]
fn every_crate_has_a_heading() {
    let text = architecture();
    let missing: Vec<String> = std::fs::read_dir(tree::root().join("crates"))
        .unwrap()
        .flatten()
        .map(|entry| format!("### `{}`", entry.file_name().to_string_lossy()))
        .filter(|heading| !text.lines().any(|line| line.starts_with(heading)))
        .collect();
    tree::none("ARCHITECTURE.md has a heading for each crate", &missing);
}

#[test]
fn every_dependency_has_a_reason() {
    let text = architecture();
    let manifest = std::fs::read_to_string(tree::root().join("Cargo.toml")).unwrap();
    let missing: Vec<String> = manifest
        .lines()
        .skip_while(|line| *line != "[workspace.dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split([' ', '.']).next())
        .filter(|name| !name.is_empty() && !name.starts_with(['#', '}', ']']) && !name.starts_with("holter-"))
        .filter(|name| {
            !text
                .lines()
                .any(|line| line.starts_with('|') && line.contains(&format!("`{name}`")))
        })
        .map(str::to_owned)
        .collect();
    tree::none(
        "ARCHITECTURE.md says of each dependency why it is there",
        &missing,
    );
}
