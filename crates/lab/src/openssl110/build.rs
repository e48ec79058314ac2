//! Builds the two DTLS servers from the source that the crate `openssl-src` 110.x carries.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{run, say};
use crate::error::at;
use crate::{LabError, cache};

/// The file of the server as it is patched.
pub(super) const PATCHED: &str = "dtls-server-patched";
/// The file of the server without the length checks.
pub(super) const AFFECTED: &str = "dtls-server-affected";

/// The last digit counts the lab's own recipe: a change of it builds anew.
const NAME: &str = "openssl-1.1.0i-heartbeats-1";

const MANIFEST: &str = include_str!("../../assets/openssl110/source.toml");
const LOCK: &str = include_str!("../../assets/openssl110/source.lock");
pub(super) const SERVER: &str = include_str!("../../assets/openssl110/dtls_server.c");

/// The two lines of the fix for CVE-2014-0160, as `ssl/d1_lib.c` has them.
const CHECKS: [&str; 2] = [
    "    if (HEARTBEAT_SIZE_STD(0) > length)\n        return 0;               /* silently discard */\n",
    "    if (HEARTBEAT_SIZE_STD(payload) > length)\n        return 0;               /* silently discard per RFC 6520 sec. 4 */\n",
];

/// Whether an earlier run has built them, so that nobody need wait.
#[must_use]
pub fn is_built() -> bool {
    cache::existing(NAME).is_some()
}

/// The folder of the two programs, built the first time.
///
/// # Errors
/// [`LabError::Missing`] without cargo, perl, make or a C compiler; [`LabError::Command`] when one of them fails.
pub fn built() -> Result<PathBuf, LabError> {
    cache::obtain(NAME, build)
}

fn build(folder: &Path) -> Result<(), LabError> {
    let work = tempfile::tempdir_in(folder).map_err(|source| at(folder, source))?;
    let source = fetch(work.path())?;
    say("building OpenSSL 1.1.0i with DTLS heartbeats, for about a minute");
    let server = work.path().join("dtls_server.c");
    fs::write(&server, SERVER).map_err(|error| at(&server, error))?;
    run(in_source("perl", &source)
        .args([
            "./Configure",
            "linux-x86_64",
            "enable-heartbeats",
            "no-shared",
            "no-unit-test",
            "no-asm",
        ])
        // An address that no machine has keeps the configuration of this one out.
        .args([
            "no-engine",
            "no-async",
            "no-comp",
            "--prefix=/nonexistent",
            "--openssldir=/nonexistent",
            "-O1",
        ]))?;
    make(&source, "build_generated")?;
    make(&source, "libcrypto.a")?;
    make(&source, "libssl.a")?;
    link(&source, &server, &folder.join(PATCHED))?;
    take_checks_out(&source.join("ssl").join("d1_lib.c"))?;
    make(&source, "libssl.a")?;
    link(&source, &server, &folder.join(AFFECTED))
}

/// Has cargo fetch the crate and copy it here; the lock file pins its checksum, and cargo holds to it.
pub(super) fn fetch(work: &Path) -> Result<PathBuf, LabError> {
    say("fetching openssl-src 110.0.7 from the crates registry");
    for (name, text) in [("Cargo.toml", MANIFEST), ("Cargo.lock", LOCK), ("lib.rs", "")] {
        let path = work.join(name);
        fs::write(&path, text).map_err(|source| at(&path, source))?;
    }
    run(Command::new("cargo")
        .args(["vendor", "--locked", "--quiet", "vendor"])
        .current_dir(work))?;
    Ok(work.join("vendor").join("openssl-src").join("openssl"))
}

pub(super) fn make(source: &Path, target: &str) -> Result<(), LabError> {
    // A make or cargo above us has its own jobs and flags.
    run(in_source("make", source)
        .env_remove("MAKEFLAGS")
        .args(["-s", "-j2", target]))?;
    Ok(())
}

pub(super) fn link(source: &Path, server: &Path, program: &Path) -> Result<(), LabError> {
    run(in_source("cc", source)
        .args(["-O1", "-Iinclude", "-o"])
        .arg(program)
        .arg(server)
        .args(["libssl.a", "libcrypto.a", "-ldl", "-lz", "-pthread"]))?;
    Ok(())
}

pub(super) fn in_source(program: &str, source: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(source);
    command
}

fn take_checks_out(path: &Path) -> Result<(), LabError> {
    let text = fs::read_to_string(path).map_err(|source| at(path, source))?;
    let without = without_checks(&text)?;
    fs::write(path, without).map_err(|source| at(path, source))
}

fn without_checks(text: &str) -> Result<String, LabError> {
    let mut text = text.to_owned();
    for check in CHECKS {
        // A build that silently kept a check would call itself affected and be lying.
        if text.matches(check).count() != 1 {
            return Err(LabError::Command {
                command: "edit ssl/d1_lib.c".to_owned(),
                reason: format!("not found once: {}", check.trim()),
            });
        }
        text = text.replace(check, "");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_without_the_checks_is_refused() {
        assert_eq!(without_checks(&CHECKS.concat()).unwrap(), "");
        assert!(without_checks(CHECKS[0]).is_err());
    }

    #[test]
    fn the_lock_pins_the_source_by_checksum() {
        let pinned = LOCK.split("name = \"openssl-src\"").nth(1).unwrap();
        assert!(
            pinned
                .contains("checksum = \"c02d15268b7d1b3f0c83a2358f3d981139b54079440f1e2a29c60c1818ad5516\"")
        );
    }
}
