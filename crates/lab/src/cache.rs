//! Where fetched and built things live between runs, and how two processes share the place.
//!
//! `HOLTER_LAB_CACHE`, else `$XDG_CACHE_HOME/holter-lab`, else `~/.cache/holter-lab`.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::LabError;
use crate::error::at;

/// The cache's folder. It need not exist yet.
#[must_use]
pub fn root() -> PathBuf {
    choose(|name| std::env::var_os(name))
}

/// The cached `name`, if an earlier run finished making it.
#[must_use]
pub fn existing(name: &str) -> Option<PathBuf> {
    Some(root().join(name)).filter(|path| path.is_dir())
}

/// The cached folder `name`; when there is none, `make` fills an empty folder that then takes the name.
///
/// Two processes that want the same thing wait for each other, and one that is killed half-way leaves nothing
/// under the name.
///
/// # Errors
/// Whatever `make` says, and [`LabError::File`].
pub fn obtain(name: &str, make: impl FnOnce(&Path) -> Result<(), LabError>) -> Result<PathBuf, LabError> {
    obtain_in(&root(), name, make)
}

fn obtain_in(
    root: &Path,
    name: &str,
    make: impl FnOnce(&Path) -> Result<(), LabError>,
) -> Result<PathBuf, LabError> {
    let path = root.join(name);
    if path.is_dir() {
        return Ok(path);
    }
    fs::create_dir_all(root).map_err(|source| at(root, source))?;
    let lock = root.join(format!("{name}.lock"));
    let _held = File::create(&lock)
        .and_then(|file| file.lock().map(|()| file))
        .map_err(|source| at(&lock, source))?;
    // The one who held the lock before us has made it, perhaps.
    if path.is_dir() {
        return Ok(path);
    }
    let making = tempfile::Builder::new()
        .prefix(&format!("{name}.making-"))
        .tempdir_in(root)
        .map_err(|source| at(root, source))?;
    make(making.path())?;
    let made = making.keep();
    fs::rename(&made, &path).map_err(|source| at(&path, source))?;
    Ok(path)
}

fn choose(variable: impl Fn(&str) -> Option<OsString>) -> PathBuf {
    let set = |name: &str| {
        variable(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    set("HOLTER_LAB_CACHE")
        .or_else(|| set("XDG_CACHE_HOME").map(|base| base.join("holter-lab")))
        .or_else(|| set("HOME").map(|home| home.join(".cache").join("holter-lab")))
        // A service account without a home still gets a place.
        .unwrap_or_else(|| std::env::temp_dir().join("holter-lab"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn the_environment_chooses_in_order() {
        let place = |set: &[(&str, &str)]| {
            choose(|name| {
                set.iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| OsString::from(value))
            })
        };
        let home = ("HOME", "/home/x");
        assert_eq!(place(&[home]), Path::new("/home/x/.cache/holter-lab"));
        assert_eq!(
            place(&[home, ("XDG_CACHE_HOME", "/c")]),
            Path::new("/c/holter-lab")
        );
        assert_eq!(place(&[home, ("HOLTER_LAB_CACHE", "/lab")]), Path::new("/lab"));
        assert_eq!(
            place(&[home, ("HOLTER_LAB_CACHE", "")]),
            Path::new("/home/x/.cache/holter-lab")
        );
    }

    #[test]
    fn a_thing_is_made_once_however_many_want_it() {
        let root = tempfile::tempdir().unwrap();
        let made = AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let path = obtain_in(root.path(), "thing", |folder| {
                        made.fetch_add(1, Ordering::SeqCst);
                        fs::write(folder.join("part"), "whole").map_err(|source| at(folder, source))
                    });
                    assert_eq!(fs::read_to_string(path.unwrap().join("part")).unwrap(), "whole");
                });
            }
        });
        assert_eq!(made.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_failure_leaves_nothing_under_the_name() {
        let root = tempfile::tempdir().unwrap();
        let failed = obtain_in(root.path(), "thing", |folder| {
            fs::write(folder.join("part"), "half").unwrap();
            Err(crate::command::missing("npm"))
        });
        assert!(failed.is_err());
        assert!(!root.path().join("thing").exists());
        assert!(obtain_in(root.path(), "thing", |_| Ok(())).is_ok());
    }
}
