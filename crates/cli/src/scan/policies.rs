//! The policies that a scan is held against: those that Holter brings, by their names, and the user's own files.

use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use holter_policy::{Policy, likest, policies};

use crate::bounded;

/// A longer file is none.
const MOST: u64 = 1 << 20;

/// Reads what was named.
///
/// # Errors
/// For what is neither a policy of Holter's nor a file, and for a file that is wrong, with the place in it.
pub(crate) fn chosen(named: &[String]) -> anyhow::Result<Vec<Policy>> {
    let mut chosen: Vec<Policy> = Vec::with_capacity(named.len());
    for name in named {
        let policy = match policies().iter().find(|policy| policy.id == *name) {
            Some(policy) => policy.clone(),
            None => own(name)?,
        };
        if chosen.iter().all(|other| other.id != policy.id) {
            chosen.push(policy);
        }
    }
    Ok(chosen)
}

fn own(name: &str) -> anyhow::Result<Policy> {
    let path = Path::new(name);
    if !path.exists() || path.is_dir() {
        let ids: Vec<&str> = policies().iter().map(|policy| policy.id.as_str()).collect();
        // A name in holter.toml that is no policy's is taken for a file beside it.
        let written = path.file_name().unwrap_or_default().to_string_lossy();
        let meant =
            likest(&written, ids.iter().copied()).map_or_else(String::new, |id| format!("is {id:?} meant? "));
        bail!(
            "there is no policy {written:?}, and no file {name}; {meant}Holter knows {}",
            ids.join(", ")
        );
    }
    let text = bounded::text(path, MOST).with_context(|| format!("{name} cannot be read"))?;
    let id = path.file_stem().unwrap_or_default().to_string_lossy();
    Policy::parse(&id, &text).map_err(|error| anyhow!("{name}, {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(named: &str) -> String {
        format!("{:#}", chosen(&[named.to_owned()]).unwrap_err())
    }

    #[test]
    fn policies_have_names_or_are_files() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ours.toml");
        let named = file.display().to_string();
        std::fs::write(
            &file,
            "name = 'Ours'\n[[rule]]\nrule = 'r'\nsource = 's'\ndh_bits = 4096\n",
        )
        .unwrap();
        let both = ["nist-800-52r2".to_owned(), named.clone(), named.clone()];
        let found: Vec<String> = chosen(&both)
            .unwrap()
            .into_iter()
            .map(|policy| policy.id)
            .collect();
        assert_eq!(found, ["nist-800-52r2", "ours"]);
        std::fs::write(
            &file,
            "name = 'Ours'\n[[rule]]\nrule = 'r'\nsource = 's'\ndh_bit = 4096\n",
        )
        .unwrap();
        let said = wrong(&named);
        assert!(
            said.contains("ours.toml, line 5, column 1: unknown field `dh_bit`"),
            "{said}"
        );
        let said = wrong("nist-800-52-r2");
        assert!(
            said.contains("is \"nist-800-52r2\" meant? Holter knows bsi-tr-02102-2"),
            "{said}"
        );
        assert!(wrong("clinic/pci-dss").contains("is \"pci-dss-4.0.1\" meant?"));
        assert!(!wrong("ours-2026.toml").contains("meant"));
    }
}
