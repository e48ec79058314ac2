//! A ward on loopback: a range in which a few addresses answer, count who comes, and turn everybody away.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use holter_lab::ports::free_tcp_on;
use holter_model::{Fragility, Transport};
use holter_protocols::roles;
use serde_json::Value;

/// So many hosts are visited at once, for so many files may be open.
pub(crate) const AT_ONCE: usize = 16;

/// A range of addresses, one port of which is open at some.
pub(crate) struct Ward {
    pub(crate) range: String,
    pub(crate) port: u16,
    first: u32,
    doors: BTreeMap<IpAddr, Arc<AtomicUsize>>,
}

impl Ward {
    /// A ward with a prefix of this length, at least 22, and so many doors.
    pub(crate) fn new(prefix: u8, doors: u32) -> Self {
        static CALLS: AtomicU32 = AtomicU32::new(0);
        // Other test runs on this machine have others.
        let apart = std::process::id() * 64 + CALLS.fetch_add(1, Ordering::Relaxed);
        let first = u32::from(Ipv4Addr::new(127, 16, 0, 0)) + apart % 4096 * 1024;
        let port = robust(|| free_tcp_on(Ipv4Addr::from(first).into()).unwrap()).port();
        let mut ward = Self {
            range: format!("{}/{prefix}", Ipv4Addr::from(first)),
            port,
            first,
            doors: BTreeMap::new(),
        };
        for door in 0..doors {
            let at = ward.address(3 + door * 31);
            let listener = TcpListener::bind(at).unwrap();
            let count = Arc::new(AtomicUsize::new(0));
            ward.doors.insert(at.ip(), Arc::clone(&count));
            std::thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    count.fetch_add(1, Ordering::SeqCst);
                    let _ = turn_away(stream);
                }
            });
        }
        ward
    }

    /// The address with this number, at the ward's port.
    pub(crate) fn address(&self, number: u32) -> SocketAddr {
        (Ipv4Addr::from(self.first + number), self.port).into()
    }

    /// Who came where, so far.
    pub(crate) fn contacts(&self) -> BTreeMap<IpAddr, usize> {
        let count = |count: &Arc<AtomicUsize>| count.load(Ordering::SeqCst);
        self.doors.iter().map(|(at, door)| (*at, count(door))).collect()
    }

    /// A scan of all of it, with a fixed number of hosts at once and no rests.
    pub(crate) fn scan(&self, more: &str) -> Command {
        self.scan_under(&format!("ulimit -n {}", AT_ONCE * 2), more)
    }

    /// The same after other commands of the shell.
    pub(crate) fn scan_under(&self, shell: &str, more: &str) -> Command {
        holter_under(
            shell,
            &format!("{} -p {} --rate 1500 --no-config {more}", self.range, self.port),
        )
    }
}

/// The first of these at a port that a range is asked at: on some there are devices.
pub(crate) fn robust(mut next: impl FnMut() -> SocketAddr) -> SocketAddr {
    let asked = |at: &SocketAddr| {
        let class = roles::fragility(at.port(), Transport::Tcp);
        matches!(class, Fragility::Robust | Fragility::Careful)
    };
    std::iter::repeat_with(&mut next).find(asked).unwrap()
}

/// `holter scan` with these arguments, after these commands of the shell.
pub(crate) fn holter_under(shell: &str, arguments: &str) -> Command {
    let mut command = Command::new("sh");
    let holter = env!("CARGO_BIN_EXE_holter");
    command.args(["-c", &format!("{shell} && exec {holter} scan {arguments}")]);
    command.stdin(std::process::Stdio::null());
    command
}

/// What a document says that does not depend on the hour: its sums, and its services by address.
pub(crate) fn answer(document: &str) -> (Value, Vec<Value>) {
    let mut document: Value = serde_json::from_str(document).unwrap();
    let mut services = document["services"].as_array().unwrap().clone();
    for service in &mut services {
        let service = service.as_object_mut().unwrap();
        for field in ["started", "elapsed_ms", "bytes_sent", "bytes_received"] {
            service.remove(field).unwrap();
        }
        for beat in service["facts"]["heartbeats"]
            .as_array_mut()
            .into_iter()
            .flatten()
        {
            beat.as_object_mut().unwrap().remove("waited_ms");
        }
    }
    services.sort_by_key(|service| service["target"].as_str().map(str::to_owned));
    (document["summary"].take(), services)
}

/// The journal in a state folder, there being one at most.
pub(crate) fn journal(state: &Path) -> Option<PathBuf> {
    let mut files = std::fs::read_dir(state.join("runs")).ok()?;
    files.next().map(|file| file.unwrap().path())
}

/// The addresses with services that a journal says are done.
#[allow(dead_code, reason = "not every test kills")]
pub(crate) fn written(state: &Path) -> Vec<IpAddr> {
    let text = journal(state).and_then(|path| std::fs::read_to_string(path).ok());
    let text = text.unwrap_or_default();
    let whole = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    let lines = whole.map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .flat_map(|line| line["hosts"]["services"].as_array().cloned().unwrap_or_default())
        .map(|service| service["endpoint"]["address"].as_str().unwrap().parse().unwrap())
        .collect()
}

/// Hears a hello and refuses it.
fn turn_away(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut hello = [0; 4096];
    if stream.read(&mut hello)? > 0 {
        // Fatal: handshake_failure.
        stream.write_all(&[21, 3, 1, 0, 2, 2, 40])?;
        // Closed by the other first, it is closed and not reset.
        let _ = stream.read(&mut hello)?;
    }
    Ok(())
}
