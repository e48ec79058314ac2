//! One file, one concept: files stay short.

use crate::tree;

/// No file is longer.
const MOST: usize = 500;

/// Half of the crates' files are no longer. The aim is 150; this is where it stops being a slip.
const MEDIAN: usize = 170;

#[test]
fn files_stay_short() {
    let files = tree::rust();
    let complaints: Vec<String> = files
        .iter()
        .map(|file| (file.text.lines().count(), &file.path))
        .filter(|(lines, _)| *lines > MOST)
        .map(|(lines, path)| format!("{path} has {lines} lines"))
        .collect();
    tree::none("a file has at most 500 lines", &complaints);

    let mut lines: Vec<usize> = files
        .iter()
        .filter(|file| file.in_src())
        .map(|file| file.text.lines().count())
        .collect();
    lines.sort_unstable();
    let at = |share: usize| lines[(lines.len() - 1) * share / 100];
    println!(
        "{} files: median {}, p90 {}, longest {}",
        lines.len(),
        at(50),
        at(90),
        at(100)
    );
    assert!(
        at(50) <= MEDIAN,
        "the median file has {} lines, more than {MEDIAN}: split what collects",
        at(50)
    );
}
