//! Turns each `registry/*.tsv` into a sorted table of names, so that a new code point is one data line.

#![allow(
    clippy::disallowed_methods,
    reason = "cargo hands a build script its folders in the environment"
)]

use std::fmt::Write as _;
use std::path::Path;

const TABLES: [&str; 9] = [
    "versions",
    "content-types",
    "handshake-types",
    "alerts",
    "extensions",
    "groups",
    "signature-schemes",
    "suites",
    "ssl2-kinds",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let registry = Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join("../../registry");
    let mut code = String::new();
    for table in TABLES {
        let path = registry.join(format!("{table}.tsv"));
        println!("cargo::rerun-if-changed={}", path.display());
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut rows = Vec::new();
        for line in text
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
        {
            let mut cells = line.split('\t');
            let (Some(number), Some(name)) = (cells.next(), cells.next()) else {
                return Err(format!("{}: a row needs a code and a name: {line}", path.display()).into());
            };
            rows.push((u32::from_str_radix(number, 16)?, name));
        }
        if !rows.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(format!("{}: codes must be unique and in order", path.display()).into());
        }
        let constant = table.to_uppercase().replace('-', "_");
        writeln!(
            code,
            "pub(crate) static {constant}: [(u32, &str); {}] = {rows:?};",
            rows.len()
        )?;
    }
    let out = Path::new(&std::env::var("OUT_DIR")?).join("registry.rs");
    std::fs::write(out, code)?;
    Ok(())
}
