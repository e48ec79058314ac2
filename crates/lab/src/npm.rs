//! Packages of npm, by version and checksum. None of their scripts is run.

use std::path::Path;
use std::process::Command;

use crate::command::{run, say};
use crate::error::at;
use crate::{LabError, cache};

/// A package that may be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// SHA-512 of its archive, in hexadecimal.
    pub sha512: &'static str,
}

/// The folder with the package's files, fetched the first time.
///
/// # Errors
/// [`LabError::Missing`] without npm, [`LabError::Checksum`] when the package is not the pinned one.
pub fn obtain(package: &Package) -> Result<std::path::PathBuf, LabError> {
    let plain = package.name.trim_start_matches('@').replace('/', "-");
    let name = format!("npm-{plain}-{}", package.version);
    cache::obtain(&name, |folder| fetch(package, &plain, folder))
}

fn fetch(package: &Package, plain: &str, folder: &Path) -> Result<(), LabError> {
    let wanted = format!("{}@{}", package.name, package.version);
    say(&format!("fetching {wanted} from npm"));
    run(Command::new("npm")
        .args(["pack", "--silent", "--ignore-scripts", "--pack-destination"])
        .arg(folder)
        .arg(&wanted)
        .current_dir(folder))?;
    let archive = folder.join(format!("{plain}-{}.tgz", package.version));
    let sum = run(Command::new("sha512sum").arg("--binary").arg(&archive))?;
    let found = sum.split_whitespace().next().unwrap_or_default();
    if found != package.sha512 {
        return Err(LabError::Checksum {
            what: wanted,
            pinned: package.sha512.to_owned(),
            found: found.to_owned(),
        });
    }
    run(Command::new("tar")
        .args(["--strip-components=1", "--no-same-owner", "-xzf"])
        .arg(&archive)
        .arg("-C")
        .arg(folder))?;
    std::fs::remove_file(&archive).map_err(|source| at(&archive, source))
}

/// A package with everything that it needs, by a lock file that has a checksum of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locked {
    /// Its name in the cache.
    pub name: &'static str,
    /// What is wanted: `package.json`.
    pub package: &'static str,
    /// What that comes to: `package-lock.json`, which names no registry.
    pub lock: &'static str,
}

/// The folder with `node_modules` in it, fetched the first time. npm holds every package against its checksum.
///
/// # Errors
/// [`LabError::Missing`] without npm, [`LabError::Command`] when a package is not the pinned one.
pub fn obtain_locked(locked: &Locked) -> Result<std::path::PathBuf, LabError> {
    cache::obtain(&format!("npm-{}", locked.name), |folder| {
        say(&format!("fetching {} from npm", locked.name));
        for (name, text) in [
            ("package.json", locked.package),
            ("package-lock.json", locked.lock),
        ] {
            let path = folder.join(name);
            std::fs::write(&path, text).map_err(|source| at(&path, source))?;
        }
        run(Command::new("npm")
            .args(["ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(folder))
        .map(drop)
    })
}
