//! Every roster is in order and names every file beside it that belongs on it.

use crate::tree::{self, File};

/// How a file says that it belongs on a roster: `pub(crate) static PROTOCOL: Protocol`.
const BELONGS: [&str; 2] = ["CHECK: Check", "PROTOCOL: Protocol"];

#[test]
fn rosters_are_sorted_and_whole() {
    let files = tree::rust();
    let mut seen = 0;
    for file in files.iter().filter(|file| file.in_src()) {
        let Some(listed) = roster(&file.text) else {
            continue;
        };
        seen += 1;
        assert!(
            listed.is_sorted(),
            "{}: the roster is not in order: {listed:?}",
            file.path
        );
        let mut complaints = Vec::new();
        for belonging in files.iter().filter(|other| belongs(file, other)) {
            let module = belonging.name().trim_end_matches(".rs");
            let module = if module == "mod" {
                belonging.folder().rsplit('/').next().unwrap_or(module)
            } else {
                module
            };
            if !listed.contains(&module) {
                complaints.push(belonging.path.clone());
            }
        }
        tree::none(&format!("missing from the roster in {}", file.path), &complaints);
    }
    assert!(seen > 0, "no roster was found");
}

/// The entries between `roster! {` and `}`, without remarks.
fn roster(text: &str) -> Option<Vec<&str>> {
    let start = text
        .lines()
        .position(|line| line.trim_end().ends_with("roster! {") && !line.contains("macro_rules"))?;
    Some(
        text.lines()
            .skip(start + 1)
            .take_while(|line| line.trim() != "}")
            .map(|line| line.split("//").next().unwrap_or(line))
            .flat_map(|line| line.split(','))
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .collect(),
    )
}

fn belongs(roster: &File, other: &File) -> bool {
    other.folder().starts_with(roster.folder())
        && other
            .code()
            .any(|(_, line)| line.starts_with("pub") && BELONGS.iter().any(|mark| line.contains(mark)))
}

#[test]
fn a_roster_is_read() {
    assert_eq!(
        roster("roster::roster! {\n    a, // why\n    b,\n}\n"),
        Some(vec!["a", "b"])
    );
    assert_eq!(roster("macro_rules! roster {\n"), None);
}
