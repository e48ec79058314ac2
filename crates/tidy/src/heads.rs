//! Every Rust file says at its top what it is.

use crate::tree;

#[test]
fn every_file_opens_with_its_purpose() {
    let complaints: Vec<String> = tree::rust()
        .into_iter()
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| file.path)
        .collect();
    tree::none("the first line of a file is `//! what it is`", &complaints);
}
