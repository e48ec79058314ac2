//! System accounts: some daemons refuse root, others give it up and must then still read their files.

use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use crate::LabError;

/// A user and its main group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Account {
    uid: u32,
    gid: u32,
}

impl Account {
    /// The account of that name; `None` where the lab does not run as root and so can be nobody else.
    pub(super) fn named(name: &str) -> Result<Option<Self>, LabError> {
        if !is_root() {
            return Ok(None);
        }
        let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        let found = passwd.lines().find_map(|line| {
            let mut fields = line.split(':');
            if fields.next() != Some(name) {
                return None;
            }
            let uid = fields.nth(1)?.parse().ok()?;
            let gid = fields.next()?.parse().ok()?;
            Some(Self { uid, gid })
        });
        found.map(Some).ok_or_else(|| LabError::Missing {
            program: format!("account {name}"),
            install: "crates/lab/packages/install".to_owned(),
        })
    }

    /// The numbers of the user and of the group.
    pub(super) fn numbers(self) -> (u32, u32) {
        (self.uid, self.gid)
    }

    /// Runs the command as this account.
    pub(super) fn run(self, command: &mut Command) {
        command.uid(self.uid).gid(self.gid);
    }

    /// Gives the path, and all below it, to this account.
    pub(super) fn take(self, path: &Path) -> Result<(), LabError> {
        let wrap = |source| LabError::File {
            path: path.to_owned(),
            source,
        };
        chown(path, Some(self.uid), Some(self.gid)).map_err(wrap)?;
        if path.is_dir() {
            for entry in std::fs::read_dir(path).map_err(wrap)? {
                self.take(&entry.map_err(wrap)?.path())?;
            }
        }
        Ok(())
    }
}

/// Whether the lab runs as root.
pub(super) fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}
