//! Outlives the lab, and ends what that left running: a lab that is killed drops nothing.
//!
//! One shell for all servers waits at a pipe that only the lab holds. The kernel's signal at a parent's death would not do:
//! it comes when the thread ends that started the server, and a test's thread ends early.

use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

static SURVIVOR: OnceLock<Option<Mutex<ChildStdin>>> = OnceLock::new();

/// This process group ends with the lab, and its folder goes.
pub(crate) fn watch(leader: u32, home: Option<&Path>) {
    let home = home.unwrap_or(Path::new("")).display();
    tell(&format!("+ {leader} {home}\n"));
}

/// This one has ended, or is somebody else's to end.
pub(crate) fn leave(leader: u32) {
    tell(&format!("- {leader}\n"));
}

/// Where there is no shell, a killed lab leaves its servers running, and nothing else is amiss.
fn tell(line: &str) {
    if let Some(survivor) = SURVIVOR.get_or_init(start) {
        let mut survivor = survivor.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = survivor.write_all(line.as_bytes());
    }
}

fn start() -> Option<Mutex<ChildStdin>> {
    let started = Command::new("sh")
        .args(["-c", include_str!("survivor.sh"), "survivor"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn();
    started.ok()?.stdin.map(Mutex::new)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use super::*;
    use crate::Server;

    const WHERE: &str = "HOLTER_TEST_SURVIVOR";

    /// Waits until it is so.
    fn until(so: impl Fn() -> bool) {
        while !so() {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    #[ignore = "it is the child of the test below"]
    #[allow(
        clippy::disallowed_methods,
        reason = "the child is told what to do by its environment"
    )]
    fn child() {
        let Some(told) = std::env::var_os(WHERE).map(PathBuf::from) else {
            return;
        };
        let home = tempfile::Builder::new().prefix("holter-lab-").tempdir_in(&told);
        let mut servers = Vec::new();
        for (name, home) in [("watched", home.ok()), ("detached", None)] {
            let mut command = Command::new("sh");
            command.args(["-c", "echo $$ > $0.new; mv $0.new $0; sleep 600; true"]);
            command.arg(told.join(name));
            let nowhere = ([127, 0, 0, 1], 1).into();
            servers.push(Server::spawn(name, &mut command, nowhere, home).unwrap());
        }
        let _ = servers.pop().unwrap().detach();
        std::fs::write(told.join("ready"), "").unwrap();
        std::thread::sleep(Duration::from_secs(600));
    }

    #[test]
    fn a_killed_lab_leaves_nothing_but_what_it_let_go() {
        let folder = tempfile::tempdir().unwrap();
        let told = |name: &str| folder.path().join(name);
        let mut lab = Command::new(std::env::current_exe().unwrap())
            .args(["survivor::tests::child", "--exact", "--ignored"])
            .env(WHERE, folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        until(|| {
            ["watched", "detached", "ready"]
                .iter()
                .all(|name| told(name).exists())
        });
        lab.kill().unwrap();
        lab.wait().unwrap();
        let runs = |name: &str| {
            let leader = std::fs::read_to_string(told(name)).unwrap();
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", leader.trim()));
            // Nobody may be there to bury it.
            stat.is_ok_and(|stat| !stat.contains(") Z ") && !stat.contains(") X "))
        };
        let homes = || {
            let entries = std::fs::read_dir(folder.path()).unwrap().flatten();
            entries.filter(|entry| entry.path().is_dir()).count()
        };
        until(|| !runs("watched") && homes() == 0);
        assert!(runs("detached"));
        let leader = std::fs::read_to_string(told("detached")).unwrap();
        let group = format!("kill -s KILL -- -{}", leader.trim());
        let killed = Command::new("sh").args(["-c", &group]).status().unwrap();
        assert!(killed.success());
    }
}
