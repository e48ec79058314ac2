//! Data files are well formed: `registry/*.tsv` and `flaws/*.toml`.

use holter_model::Flaw;

use crate::tree::{self, File};

fn within(folder: &str, ending: &str) -> Vec<File> {
    let files: Vec<File> = tree::files()
        .into_iter()
        .filter(|file| file.folder() == folder && file.path.ends_with(ending))
        .collect();
    assert!(!files.is_empty(), "{folder} is empty");
    files
}

#[test]
fn registries_are_tables_in_order() {
    let mut complaints = Vec::new();
    for file in within("registry", ".tsv") {
        let mut before = "";
        for (index, line) in file.text.lines().enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut cells = line.split('\t');
            let (key, second) = (cells.next().unwrap_or_default(), cells.next());
            let mut wrong = |what: &str| complaints.push(format!("{}:{} {what}", file.path, index + 1));
            if second.is_none_or(|cell| cell.trim().is_empty()) {
                wrong("has no second cell");
            }
            if line.trim_end() != line || line.split('\t').any(|cell| cell.trim() != cell) {
                wrong("has blanks around a cell");
            }
            if key <= before {
                wrong("is not after the row before it");
            }
            before = key;
        }
    }
    tree::none(
        "a registry's rows have two cells or more, sorted by the first, none twice",
        &complaints,
    );
}

#[test]
fn flaws_are_flaws_and_named_for_themselves() {
    for file in within("flaws", ".toml") {
        let flaw = Flaw::parse(&file.text).unwrap_or_else(|error| panic!("{}: {error}", file.path));
        assert_eq!(
            file.name(),
            format!("{}.toml", flaw.id),
            "a flaw's file is named for its id"
        );
    }
}
