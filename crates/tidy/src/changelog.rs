//! The changelog has a place for what comes next, and says what changed in the usual headings.

use crate::tree;

const HEADINGS: [&str; 6] = ["Added", "Changed", "Deprecated", "Fixed", "Removed", "Security"];

#[test]
fn what_is_unreleased_has_its_place() {
    let text = std::fs::read_to_string(tree::root().join("CHANGELOG.md")).unwrap();
    let mut releases = text.lines().filter_map(|line| line.strip_prefix("## "));
    assert_eq!(
        releases.next(),
        Some("[Unreleased]"),
        "the first heading is what comes next"
    );
    for heading in text.lines().filter_map(|line| line.strip_prefix("### ")) {
        assert!(
            HEADINGS.contains(&heading),
            "{heading:?} is not one of {HEADINGS:?}"
        );
    }
}
