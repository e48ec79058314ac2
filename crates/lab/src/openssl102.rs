//! OpenSSL 1.0.2n with TLS heartbeats on, as the PyPI wheel of psycopg2 2.7.4 carries it: the real stack that drops
//! a short heartbeat and answers one in good order.
//!
//! No Node.js after 0.10.1 was built with heartbeats, and OpenSSL 1.1.0 has them for DTLS only.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::certificate::{Certificate, KeyKind};
use crate::command::run;
use crate::error::at;
use crate::prepared::Prepared;
use crate::{LabError, Server, cache};

/// The cache's name for it, which the benchmark shares.
const NAME: &str = "openssl-1.0.2n";

/// The wheel and its pinned checksum.
const PIN: &str =
    "psycopg2-binary==2.7.4 --hash=sha256:4a4f23a08fbccbe40ecdb5384d807bcb469ea71dd87e6be2e80b036b8e6d47df\n";

const SERVER: &str = include_str!("../assets/openssl102/server.py");
const OVER_DATAGRAMS: &str = include_str!("../assets/openssl102/dtls_server.py");

/// Starts a server of SSLv3–TLS 1.2 with heartbeats, fixed, and waits until it listens.
///
/// # Errors
/// What fetching the library, making the certificate and [`Server::start`] can say.
pub fn serve(address: SocketAddr) -> Result<Server, LabError> {
    prepare(address)?.start()
}

/// As [`serve`], over DTLS 1.0 and 1.2.
///
/// # Errors
/// As [`serve`].
pub fn serve_dtls(address: SocketAddr) -> Result<Server, LabError> {
    let prepared = prepare_script(address, OVER_DATAGRAMS)?;
    let Prepared {
        name,
        mut command,
        address,
        home,
    } = prepared;
    Server::spawn(format!("{name}, dtls"), &mut command, address, Some(home))?.wait_for_words("listens")
}

/// The server with its script, not yet started.
pub(crate) fn prepare(address: SocketAddr) -> Result<Prepared, LabError> {
    prepare_script(address, SERVER)
}

fn prepare_script(address: SocketAddr, text: &str) -> Result<Prepared, LabError> {
    let library = library()?;
    let certificate = Certificate::shared(KeyKind::Rsa)?;
    let home = tempfile::tempdir().map_err(|source| at(Path::new("a temporary folder"), source))?;
    let script = home.path().join("server.py");
    std::fs::write(&script, text).map_err(|source| at(&script, source))?;
    let mut command = Command::new("python3");
    command
        .arg("-I")
        .arg(&script)
        .arg(&library)
        .arg(address.to_string())
        .arg(&certificate.key)
        .arg(&certificate.chain);
    // The wheel's libraries find each other by name only.
    if let Some(folder) = library.parent() {
        command.env("LD_LIBRARY_PATH", folder);
    }
    Ok(Prepared {
        name: "OpenSSL 1.0.2n, heartbeats fixed".to_owned(),
        command,
        address,
        home,
    })
}

fn library() -> Result<PathBuf, LabError> {
    let folder = cache::obtain(NAME, fetch)?.join("psycopg2").join(".libs");
    let mut files = std::fs::read_dir(&folder).map_err(|source| at(&folder, source))?;
    files
        .find_map(|file| {
            let path = file.ok()?.path();
            let name = path.file_name()?.to_str()?;
            (name.starts_with("libssl-") && name.ends_with(".so.1.0.2n")).then_some(path)
        })
        .ok_or_else(|| LabError::Command {
            command: "unpack psycopg2-binary 2.7.4".to_owned(),
            reason: format!("no libssl in {}", folder.display()),
        })
}

fn fetch(folder: &Path) -> Result<(), LabError> {
    let pins = folder.join("pins.txt");
    std::fs::write(&pins, PIN).map_err(|source| at(&pins, source))?;
    run(Command::new("python3")
        .args([
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--require-hashes",
            "--only-binary",
            ":all:",
        ])
        .args([
            "--platform",
            "manylinux1_x86_64",
            "--implementation",
            "cp",
            "--python-version",
            "36",
        ])
        .args(["--abi", "cp36m", "--dest"])
        .arg(folder)
        .arg("--requirement")
        .arg(&pins))?;
    let wheel = folder.join("psycopg2_binary-2.7.4-cp36-cp36m-manylinux1_x86_64.whl");
    run(Command::new("python3")
        .args(["-m", "zipfile", "-e"])
        .arg(&wheel)
        .arg(folder))?;
    std::fs::remove_file(&wheel).map_err(|source| at(&wheel, source))
}
