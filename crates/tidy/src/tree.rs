//! The project's own files, each with its path from the root and its text.

use std::path::{Path, PathBuf};
use std::process::Command;

/// One text file of the project.
#[derive(Debug)]
pub(crate) struct File {
    /// Its path from the project's root, with `/`.
    pub(crate) path: String,
    /// What is in it.
    pub(crate) text: String,
}

impl File {
    /// Its name without folders.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The folder that it is in.
    pub(crate) fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The crate that it is of: "wire" for `crates/wire/…`.
    pub(crate) fn owner(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split('/').next()
    }

    /// Whether it is in the `src` of a crate.
    pub(crate) fn in_src(&self) -> bool {
        self.owner()
            .is_some_and(|owner| self.path.starts_with(&format!("crates/{owner}/src/")))
    }

    /// The lines of its code, with their numbers: without comments, and without its tests at the bottom.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .take_while(|(_, line)| !matches!(line.trim(), "#[cfg(test)]" | "#![cfg(test)]"))
            .map(|(index, line)| (index + 1, line.split("//").next().unwrap_or(line)))
            .filter(|(_, line)| !line.trim().is_empty())
    }
}

/// The project's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every text file.
pub(crate) fn files() -> Vec<File> {
    let root = root();
    let mut paths = listed_by_git(&root).unwrap_or_else(|| walked(&root));
    paths.sort();
    let files: Vec<File> = paths
        .into_iter()
        .filter_map(|path| {
            let text = std::fs::read_to_string(root.join(&path)).ok()?;
            Some(File { path, text })
        })
        .collect();
    assert!(
        files.len() > 50,
        "the project's files are not where they should be"
    );
    files
}

/// Every Rust file.
pub(crate) fn rust() -> Vec<File> {
    files()
        .into_iter()
        .filter(|file| file.path.ends_with(".rs"))
        .collect()
}

/// Fails with every complaint at once, one a line.
#[track_caller]
pub(crate) fn none(rule: &str, complaints: &[String]) {
    assert!(complaints.is_empty(), "{rule}:\n  {}", complaints.join("\n  "));
}

fn listed_by_git(root: &Path) -> Option<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let listing = String::from_utf8(output.stdout).ok()?;
    let paths: Vec<String> = listing
        .split('\0')
        .filter(|path| !path.is_empty())
        .map(str::to_owned)
        .collect();
    (!paths.is_empty()).then_some(paths)
}

/// Where there is no git: everything but what `.gitignore` names.
fn walked(root: &Path) -> Vec<String> {
    const PASSED_OVER: [&str; 6] = [
        ".git",
        "target",
        "bench/target",
        "fuzz/artifacts",
        "fuzz/found",
        "fuzz/target",
    ];
    let (mut folders, mut paths) = (vec![root.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let inside = path.strip_prefix(root).unwrap_or(&path).to_string_lossy();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !PASSED_OVER.contains(&inside.as_ref()) => folders.push(path),
                Ok(kind) if kind.is_file() => paths.push(inside.into_owned()),
                _ => {}
            }
        }
    }
    paths
}

#[test]
fn a_walk_finds_what_git_lists() {
    let root = root();
    let Some(listed) = listed_by_git(&root) else {
        return;
    };
    let walked = walked(&root);
    for path in listed.iter().filter(|path| root.join(path).is_file()) {
        assert!(
            walked.contains(path),
            "{path} is passed over where there is no git"
        );
    }
}

#[test]
fn code_is_what_is_left_without_remarks_and_tests() {
    let file = File {
        path: "crates/wire/src/x.rs".to_owned(),
        text: "//! Head.\n\nlet a = 1; // one\n#[cfg(test)]\nmod tests {}\n".to_owned(),
    };
    assert_eq!(file.code().collect::<Vec<_>>(), [(3, "let a = 1; ")]);
    assert_eq!(
        (file.owner(), file.in_src(), file.name(), file.folder()),
        (Some("wire"), true, "x.rs", "crates/wire/src")
    );
}
