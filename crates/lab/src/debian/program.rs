//! Where Debian keeps the programs: also where an ordinary user's PATH does not look.

use std::path::{Path, PathBuf};

use crate::LabError;

/// A daemon's own folder first: in `/usr/sbin` RabbitMQ has a script that changes user and forgets the environment.
const FOLDERS: &[&str] = &[
    "/usr/lib/rabbitmq/bin",
    "/usr/lib/postfix/sbin",
    "/usr/lib/postgresql/15/bin",
    "/usr/sbin",
    "/usr/bin",
];

/// The full path of an installed program.
pub(super) fn find(name: &str) -> Result<PathBuf, LabError> {
    FOLDERS
        .iter()
        .map(|folder| Path::new(folder).join(name))
        .find(|path| path.is_file())
        .ok_or_else(|| missing(name))
}

/// A file in the lab's cache, which the install script fills.
pub(super) fn cached(name: &str) -> Result<PathBuf, LabError> {
    let path = cache().join(name);
    if path.exists() {
        Ok(path)
    } else {
        Err(missing(&path.display().to_string()))
    }
}

fn missing(program: &str) -> LabError {
    LabError::Missing {
        program: program.to_owned(),
        install: "crates/lab/packages/install".to_owned(),
    }
}

fn cache() -> PathBuf {
    let set = |name| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    set("HOLTER_LAB_CACHE").unwrap_or_else(|| {
        set("XDG_CACHE_HOME")
            .unwrap_or_else(|| set("HOME").unwrap_or_default().join(".cache"))
            .join("holter-lab")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_names_the_script_that_brings_it() {
        let error = find("no-such-program").unwrap_err().to_string();
        assert!(error.contains("packages/install"), "{error}");
    }
}
