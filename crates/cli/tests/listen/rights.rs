//! What listens to an interface and reads whatever passes there has no right left, in none of its threads.

use std::fs;
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::signal;

/// Starts `holter listen -i lo` in a namespace of its own, through a program that changes who it is.
fn listening(through: &str) -> Child {
    let script = format!("ip link set lo up && exec {through} \"$0\" listen -i lo --for 600s -f jsonl");
    Command::new("unshare")
        .args(["--net", "sh", "-c", &script, env!("CARGO_BIN_EXE_holter")])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The lines that each thread's status has of a name.
fn statuses(pid: u32, name: &str) -> Vec<String> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten();
    let of_thread =
        |thread: fs::DirEntry| fs::read_to_string(thread.path().join("status")).unwrap_or_default();
    threads
        .flatten()
        .flat_map(|thread| {
            let status = of_thread(thread);
            let lines = status.lines().filter(|line| line.starts_with(name));
            lines.map(str::to_owned).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn no_right_is_left_once_an_interface_is_open() {
    let may = Command::new("unshare").args(["--net", "true"]).status();
    if !may.is_ok_and(|status| status.success()) {
        let _ = writeln!(std::io::stderr(), "skipped: no right to make network namespaces");
        return;
    }
    // As root, and as somebody who has this one right only: there no change of user takes it away.
    for through in [
        "",
        "setpriv --reuid 65533 --regid 65533 --clear-groups --inh-caps=-all,+net_raw --ambient-caps=-all,+net_raw",
    ] {
        let binary = env!("CARGO_BIN_EXE_holter");
        let mut may = Command::new("sh");
        may.args(["-c", &format!("exec {through} test -x \"$0\""), binary]);
        if !may.status().is_ok_and(|status| status.success()) {
            let _ = writeln!(std::io::stderr(), "skipped: nobody but root may run {binary}");
            continue;
        }
        let mut child = listening(through);
        let pid = child.id();
        let begun = Instant::now();
        let given_up = || {
            let marks = statuses(pid, "NoNewPrivs:");
            // The thread that waits for Ctrl-C begins when all is given up.
            marks.len() > 1 && marks.iter().all(|line| line.ends_with('1'))
        };
        while !given_up() && begun.elapsed() < Duration::from_secs(300) && child.try_wait().unwrap().is_none()
        {
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(given_up(), "{through}: {child:?}");
        for set in ["CapInh:", "CapPrm:", "CapEff:", "CapAmb:"] {
            for line in statuses(pid, set) {
                assert!(line.ends_with("\t0000000000000000"), "{through}: {line}");
            }
        }
        let user = if through.is_empty() { "65534" } else { "65533" };
        for line in statuses(pid, "Uid:").iter().chain(&statuses(pid, "Gid:")) {
            assert!(
                line.split_whitespace().skip(1).all(|id| id == user),
                "{through}: {line}"
            );
        }
        for line in statuses(pid, "Groups:") {
            assert_eq!(line.split_whitespace().count(), 1, "{through}: {line}");
        }
        signal("-INT", pid);
        let code = child.wait().unwrap().code();
        // Nothing was heard, and that is no answer.
        assert!(matches!(code, Some(2 | 3)), "{through}: {code:?}");
    }
}
