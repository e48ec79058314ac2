//! Lists `registry/policies` and `registry/clients`, so that a new policy or client is one data file.

#![allow(
    clippy::disallowed_methods,
    reason = "cargo hands a build script its folders in the environment"
)]

use std::fmt::Write as _;
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let registry = Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join("../../registry");
    let mut code = String::new();
    for folder in ["policies", "clients"] {
        let path = registry.join(folder);
        println!("cargo::rerun-if-changed={}", path.display());
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&path).map_err(|error| format!("{}: {error}", path.display()))? {
            let file = entry?.path();
            if file.extension().is_some_and(|ending| ending == "toml") {
                let id = file.file_stem().ok_or("a file without a name")?;
                files.push((id.to_string_lossy().into_owned(), std::fs::read_to_string(&file)?));
            }
        }
        files.sort();
        writeln!(
            code,
            "pub(crate) static {}: [(&str, &str); {}] = {files:?};",
            folder.to_uppercase(),
            files.len()
        )?;
    }
    let out = Path::new(&std::env::var("OUT_DIR")?).join("data.rs");
    std::fs::write(out, code)?;
    Ok(())
}
