//! One network namespace, by `ip` of iproute2: made with a name, and gone with its guard.

use std::path::Path;
use std::process::Command;

use crate::LabError;
use crate::command::run;

/// A network namespace. Dropping it ends every process in it and removes it.
#[derive(Debug)]
pub(super) struct Namespace {
    name: String,
}

impl Namespace {
    /// Makes one; the name must be new.
    pub(super) fn make(name: &str) -> Result<Self, LabError> {
        run(Command::new("ip").args(["netns", "add", name]))?;
        Ok(Self {
            name: name.to_owned(),
        })
    }

    /// Its name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Runs `ip` on this namespace; the deed's words are parted by spaces.
    pub(super) fn ip(&self, deed: &str) -> Result<(), LabError> {
        run(Command::new("ip")
            .args(["-n", &self.name])
            .args(deed.split_whitespace()))?;
        Ok(())
    }

    /// The same command inside: `ip netns exec` becomes the program, so the process id stays.
    pub(super) fn within(&self, command: &Command) -> Command {
        let mut inside = Command::new("ip");
        inside.args(["netns", "exec", &self.name]);
        inside.arg(command.get_program()).args(command.get_args());
        for (key, value) in command.get_envs() {
            match value {
                Some(value) => inside.env(key, value),
                None => inside.env_remove(key),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            inside.current_dir(folder);
        }
        inside
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        remove(&self.name);
    }
}

/// What the names of a network's namespaces begin with: they tell whose it is.
pub(super) fn prefix(process: u32, network: u32) -> String {
    format!("{OURS}{process}-{network}")
}

/// Removes the namespaces of processes that were killed before they could. Several may sweep at once.
pub(super) fn sweep() {
    let listing = run(Command::new("ip").args(["netns", "list"])).unwrap_or_default();
    // Some lines have an id behind the name.
    let names = listing.lines().filter_map(|line| line.split_whitespace().next());
    for name in names.filter(|name| owner(name).is_some_and(is_dead)) {
        remove(name);
    }
}

const OURS: &str = "holter-lab-";

/// The process that made the namespace of this name, if one of ours did.
fn owner(name: &str) -> Option<u32> {
    let (process, _) = name.strip_prefix(OURS)?.split_once('-')?;
    process.parse().ok()
}

fn is_dead(process: u32) -> bool {
    !Path::new("/proc").join(process.to_string()).exists()
}

/// Ends what runs inside, then removes it. What has gone already is what was wanted.
fn remove(name: &str) {
    let inside = run(Command::new("ip").args(["netns", "pids", name])).unwrap_or_default();
    for process in inside.lines() {
        let _ = run(Command::new("sh").args(["-c", &format!("kill -s KILL {process}")]));
    }
    let _ = run(Command::new("ip").args(["netns", "delete", name]));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_whose_it_is() {
        assert_eq!(owner(&format!("{}-wall", prefix(4711, 2))), Some(4711));
        for stranger in ["holter", "holter-lab-x-1-wall", "blue", ""] {
            assert_eq!(owner(stranger), None, "{stranger}");
        }
        assert!(!is_dead(std::process::id()));
    }

    #[test]
    fn a_command_keeps_its_surroundings_inside() {
        let namespace = std::mem::ManuallyDrop::new(Namespace {
            name: "blue".to_owned(),
        });
        let mut command = Command::new("env");
        command.arg("-0").env("A", "b").env_remove("C").current_dir("/");
        let inside = namespace.within(&command);
        let words: Vec<_> = inside.get_args().collect();
        assert_eq!(words, ["netns", "exec", "blue", "env", "-0"]);
        assert_eq!(inside.get_envs().count(), 2);
        assert_eq!(inside.get_current_dir(), Some(Path::new("/")));
    }
}
