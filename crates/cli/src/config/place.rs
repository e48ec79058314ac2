//! Where `holter.toml` is found, and where in it something is wrong.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};

use crate::bounded;

const NAME: &str = "holter.toml";

/// A longer file is not one.
const MOST: u64 = 4 << 20;

/// The file that was named, or else the first that is there: in this folder, the user's, the machine's.
pub(crate) fn read(named: Option<&Path>) -> anyhow::Result<Option<(PathBuf, String)>> {
    if let Some(path) = named {
        let text = bounded::text(path, MOST).with_context(|| format!("{} cannot be read", path.display()))?;
        return Ok(Some((path.to_owned(), text)));
    }
    for path in usual(std::env::var_os("XDG_CONFIG_HOME"), std::env::var_os("HOME")) {
        match bounded::text(&path, MOST) {
            Ok(text) => return Ok(Some((path, text))),
            Err(error) if bounded::is_absent(&error) => {}
            Err(error) => {
                return Err(error.context(format!(
                    "{} cannot be read; --no-config does without it",
                    path.display()
                )));
            }
        }
    }
    Ok(None)
}

/// What the parser says, with the line and column that it means.
pub(crate) fn wrong(path: &Path, text: &str, error: &toml::de::Error) -> anyhow::Error {
    let said = error
        .message()
        .lines()
        .map(str::trim)
        .collect::<Vec<_>>()
        .join("; ");
    // The parser knows no TOML when it says so.
    let said = said
        .replace(
            "invalid type: map, expected a sequence",
            "write the name in double brackets: [[network]], [[schedule]]",
        )
        .replace("expected a sequence", "expected a list in brackets like [\"…\"]");
    let Some(before) = error.span().and_then(|span| text.get(..span.start)) else {
        return anyhow!("{}: {said}", path.display());
    };
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    anyhow!("{}, line {line}, column {column}: {said}", path.display())
}

fn usual(settings: Option<OsString>, home: Option<OsString>) -> Vec<PathBuf> {
    // The specification of these folders says that a relative one does not count.
    let settings = settings.map(PathBuf::from).filter(|folder| folder.is_absolute());
    let settings =
        settings.or_else(|| Some(PathBuf::from(home.filter(|home| !home.is_empty())?).join(".config")));
    let mut found = vec![PathBuf::from(NAME)];
    found.extend(settings.map(|folder| folder.join("holter").join(NAME)));
    found.push(Path::new("/etc/holter").join(NAME));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_file_counts() {
        let usual = |settings: Option<&str>, home: Option<&str>| {
            usual(settings.map(OsString::from), home.map(OsString::from))
                .iter()
                .map(|path| path.display().to_string())
                .collect::<Vec<_>>()
        };
        let (here, machine) = ("holter.toml", "/etc/holter/holter.toml");
        assert_eq!(
            usual(Some("/x"), Some("/h")),
            [here, "/x/holter/holter.toml", machine]
        );
        assert_eq!(
            usual(Some("x"), Some("/h")),
            [here, "/h/.config/holter/holter.toml", machine]
        );
        assert_eq!(usual(None, Some("")), [here, machine]);
    }
}
