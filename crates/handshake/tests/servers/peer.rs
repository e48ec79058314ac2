//! Real servers for these tests alone: started on a free loopback port, killed when dropped.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use holter_model::seam::SystemDice;
use holter_model::{Endpoint, Transport};
use holter_net::{Care, Dialer, Limits, Line, Pace, Scope};

/// A running server.
pub(crate) struct Peer {
    child: Child,
    address: SocketAddr,
}

/// The chance of these tests.
pub(crate) static DICE: SystemDice = SystemDice;

impl Peer {
    /// OpenSSL's `s_server` with an RSA and an ECDSA certificate, saying every line backwards.
    pub(crate) fn openssl(arguments: &[&str]) -> Self {
        Self::openssl_silent(&[&["-rev"], arguments].concat())
    }

    /// The same, saying nothing by itself.
    pub(crate) fn openssl_silent(arguments: &[&str]) -> Self {
        Self::start("openssl", |port, files| {
            let mut all = vec!["s_server".to_owned(), "-quiet".into()];
            all.extend(["-accept".into(), format!("127.0.0.1:{port}")]);
            for (flag, name) in [
                ("-cert", "rsa.pem"),
                ("-key", "rsa.key"),
                ("-dcert", "ec.pem"),
                ("-dkey", "ec.key"),
            ] {
                all.extend([flag.to_owned(), files.join(name).display().to_string()]);
            }
            all.extend(arguments.iter().map(|&argument| argument.to_owned()));
            all
        })
    }

    /// GnuTLS's server, saying every line again.
    pub(crate) fn gnutls(arguments: &[&str]) -> Self {
        Self::start("gnutls-serv", |port, files| {
            let mut all = vec!["--echo".to_owned(), "--quiet".into(), format!("--port={port}")];
            all.push(format!("--x509certfile={}", files.join("rsa.pem").display()));
            all.push(format!("--x509keyfile={}", files.join("rsa.key").display()));
            all.extend(arguments.iter().map(|&argument| argument.to_owned()));
            all
        })
    }

    /// Where it listens.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it is.
    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint {
            address: self.address.ip(),
            port: self.address.port(),
            transport: Transport::Tcp,
        }
    }

    /// A new line to the server.
    pub(crate) async fn dial(&self) -> Line {
        dialer().dial(self.endpoint(), Care::ROBUST).await.unwrap()
    }

    fn start(program: &str, arguments: impl FnOnce(u16, &Path) -> Vec<String>) -> Self {
        let port = free_port();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let child = Command::new(program)
            .args(arguments(port, files()))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{program}: {error}"));
        let mut peer = Self { child, address };
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(
                start.elapsed() < Duration::from_secs(120),
                "{program} does not listen"
            );
            assert_eq!(peer.child.try_wait().unwrap(), None, "{program} ended at once");
            std::thread::sleep(Duration::from_millis(30));
        }
        peer
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A dialer to loopback alone.
pub(crate) fn dialer() -> Dialer {
    let scope = Scope::new(&["127.0.0.0/8".parse().unwrap()], &[]);
    Dialer::new(scope, Pace::new(4, None, Duration::ZERO), Limits::default())
}

/// The folder of keys and certificates: `rsa.pem`, `rsa.key`, `ec.pem`, `ec.key`, made once for each run.
pub(crate) fn files() -> &'static Path {
    static FILES: OnceLock<PathBuf> = OnceLock::new();
    FILES.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("handshake-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        certificate(&folder, "rsa", &["rsa:2048"]);
        certificate(&folder, "ec", &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
        folder
    })
}

fn certificate(folder: &Path, name: &str, key: &[&str]) {
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-nodes",
            "-days",
            "30",
            "-subj",
            "/CN=handshake.test",
            "-newkey",
        ])
        .args(key)
        .arg("-keyout")
        .arg(folder.join(name).with_extension("key"))
        .arg("-out")
        .arg(folder.join(name).with_extension("pem"))
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// A free port below those that outgoing connections leave from, which could take it before the server does; one could
/// even connect to itself there.
fn free_port() -> u16 {
    static CALLS: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 10_000).unwrap();
    loop {
        let call = CALLS.fetch_add(1, Ordering::Relaxed);
        let port = 10_000 + (first + call) % 10_000;
        if TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok() {
            return port;
        }
    }
}
