//! Gives up what was needed to open the interface and is not needed to listen: what reads hostile bytes shall not be root.

use std::io;

use nix::unistd::{Gid, Uid, setgroups, setresgid, setresuid};
use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities, set_no_new_privs};

use super::LiveError;

/// Who to be from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// The user's number.
    pub user: u32,
    /// The group's.
    pub group: u32,
}

impl Account {
    /// Nobody.
    pub const NOBODY: Self = Self {
        user: 65_534,
        group: 65_534,
    };
}

/// The whole process becomes this account where it is root, and gives up its capabilities where it is not; nothing that it starts gets
/// any back. What is to be written later must have been opened before.
///
/// # Errors
/// [`LiveError::Keep`] when the system refuses: then nothing may be read.
pub fn give_up(account: Account) -> Result<(), LiveError> {
    let keep = |error: io::Error| LiveError::Keep(error);
    if Uid::effective().is_root() && account.user != 0 {
        let (user, group) = (Uid::from_raw(account.user), Gid::from_raw(account.group));
        setgroups(&[]).map_err(|errno| keep(errno.into()))?;
        setresgid(group, group, group).map_err(|errno| keep(errno.into()))?;
        setresuid(user, user, user).map_err(|errno| keep(errno.into()))?;
    }
    let none = CapabilitySets {
        effective: CapabilitySet::empty(),
        permitted: CapabilitySet::empty(),
        inheritable: CapabilitySet::empty(),
    };
    set_capabilities(None, none).map_err(|errno| keep(errno.into()))?;
    set_no_new_privs(true).map_err(|errno| keep(errno.into()))
}
