//! Every Rust file is as rustfmt writes it. `cargo fmt` does not follow modules that a macro declares, as
//! rosters do, so rustfmt is handed the files.

use std::process::Command;

use crate::tree;

#[test]
fn rustfmt_would_change_nothing() {
    let root = tree::root();
    let rustfmt = || {
        let mut command = Command::new("rustfmt");
        command.current_dir(&root);
        command
    };
    if !rustfmt()
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
    {
        println!("skipped: no rustfmt");
        return;
    }
    let output = rustfmt()
        .args(["--check", "--edition", "2024", "--config-path", "rustfmt.toml"])
        .args(["--files-with-diff"])
        .args(tree::rust().iter().map(|file| &file.path))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "run: rustfmt --edition 2024 $(git ls-files '*.rs')\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
