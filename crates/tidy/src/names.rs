//! A file is named for its concept; these names are for a lack of one.

use crate::tree;

const NAMELESS: [&str; 9] = [
    "common", "helper", "helpers", "manager", "misc", "shared", "stuff", "util", "utils",
];

#[test]
fn no_file_is_named_for_nothing() {
    let complaints: Vec<String> = tree::rust()
        .into_iter()
        .map(|file| file.path)
        .filter(|path| {
            path.trim_end_matches(".rs")
                .split('/')
                .any(|part| NAMELESS.contains(&part))
        })
        .collect();
    tree::none("a file or folder is named for its concept", &complaints);
}
