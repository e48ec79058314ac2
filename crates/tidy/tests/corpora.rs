//! Every fuzz corpus, replayed in a plain test: each seed whole, and cut short at every length.

#[allow(
    unreachable_pub,
    reason = "the bodies are a crate of their own when libFuzzer runs them"
)]
#[path = "../../../fuzz/src/lib.rs"]
mod bodies;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Cutting a longer seed at every length would take longer than it tells.
const CUT: usize = 2048;

#[test]
fn every_seed_is_borne() {
    for (name, run) in bodies::ALL {
        let seeds = files(&fuzz().join("corpus").join(name));
        assert!(!seeds.is_empty(), "fuzz/corpus/{name} is empty");
        for seed in seeds {
            println!("{}", seed.display());
            let bytes = std::fs::read(&seed).unwrap();
            run(&bytes);
            for end in 0..bytes.len().min(CUT) {
                run(&bytes[..end]);
            }
        }
    }
}

#[test]
fn targets_bodies_and_corpora_are_the_same() {
    let bodies: BTreeSet<String> = bodies::ALL.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert!(bodies::ALL.is_sorted_by(|a, b| a.0 < b.0));
    let names = |folder: &str| -> BTreeSet<String> {
        std::fs::read_dir(fuzz().join(folder))
            .unwrap()
            .map(|entry| {
                entry
                    .unwrap()
                    .path()
                    .file_stem()
                    .unwrap()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect()
    };
    assert_eq!(names("fuzz_targets"), bodies);
    assert_eq!(names("corpus"), bodies);
    let manifest = std::fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for name in &bodies {
        assert!(
            manifest.contains(&format!("name = \"{name}\"\n")),
            "{name} is no [[bin]]"
        );
    }
}

#[test]
fn the_corpora_are_small() {
    let bytes: u64 = bodies::ALL
        .iter()
        .flat_map(|(name, _)| files(&fuzz().join("corpus").join(name)))
        .map(|seed| seed.metadata().unwrap().len())
        .sum();
    assert!(
        bytes < 200_000,
        "{bytes} bytes of seeds: keep what a person could read"
    );
}

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .flatten()
        .map(|entry| entry.path())
        .collect();
    files.sort();
    files
}
