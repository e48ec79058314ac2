//! TLS servers on OpenSSL 1.1.0i with everything built in that its authors left out: SSLv3, RC4, compression. And with
//! one flaw at a time of those that no registry has a server of; without a [`Fault`] the code is its authors'.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::build::{fetch, in_source, link, make};
use super::patches::{PATCHES, Patch};
use crate::certificate::{Certificate, KeyKind};
use crate::command::{run, say};
use crate::error::at;
use crate::{LabError, Server, cache};

/// The last digit counts the lab's own recipe: a change of it builds anew.
const NAME: &str = "openssl-1.1.0i-weak-5";
const PROGRAM: &str = "tls-server";
const OVER_DATAGRAMS: &str = "dtls-server";
const SERVER: &str = include_str!("../../assets/openssl110/tls_server.c");
const FAULT: &str = include_str!("../../assets/openssl110/lab_fault.h");

/// A flaw that the lab's changes to OpenSSL can switch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// Does not look at the bytes of CBC padding (CVE-2014-8730).
    PoodleTls,
    /// Ends without an alert where the padding is wrong and the MAC right (CVE-2019-6485).
    ZombiePoodle,
    /// Ends without an alert where the padding is right and the MAC wrong (CVE-2019-6593).
    Goldendoodle,
    /// The same for empty records alone (CVE-2019-1559).
    ZeroLength,
    /// The same for empty records of a cipher with blocks of eight bytes alone, which are not AES.
    ZeroLengthPlain,
    /// Says at once that a premaster secret does not begin as PKCS #1 wants it (CVE-2017-13099).
    RobotStrong,
    /// Says at once that a premaster secret is wrong in any way.
    RobotWeak,
    /// Answers a shorter session id with 32 bytes (CVE-2016-9244); those beyond are a mark, no memory.
    Ticketbleed,
    /// Uses one Diffie-Hellman key for all connections (CVE-2020-1968).
    Raccoon,
    /// Does not know the renegotiation extension (CVE-2009-3555).
    InsecureRenegotiation,
}

impl Fault {
    /// Its name in the patches.
    const fn name(self) -> &'static str {
        match self {
            Self::PoodleTls => "poodle-tls",
            Self::ZombiePoodle => "zombie-poodle",
            Self::Goldendoodle => "goldendoodle",
            Self::ZeroLength => "zero-length",
            Self::ZeroLengthPlain => "zero-length-plain",
            Self::RobotStrong => "robot-strong",
            Self::RobotWeak => "robot-weak",
            Self::Ticketbleed => "ticketbleed",
            Self::Raccoon => "raccoon",
            Self::InsecureRenegotiation => "insecure-renegotiation",
        }
    }
}

/// What is to be served.
#[derive(Debug, Clone)]
pub struct WeakServer {
    /// Where to listen: loopback only, IPv4.
    pub address: SocketAddr,
    /// OpenSSL's configuration commands, such as `("CipherString", "RC4")`; its defaults at security level 0 if none.
    pub commands: Vec<(String, String)>,
    /// The flaw, if any.
    pub fault: Option<Fault>,
    /// Key and certificate; the lab's shared RSA pair if none.
    pub certificate: Option<Certificate>,
}

/// Starts the server, building OpenSSL first when no earlier run has (about a minute), and waits until it listens.
///
/// # Errors
/// What the build can say, and [`LabError::Command`] for an address that is not loopback or a server that ends.
pub fn serve_tls(wanted: &WeakServer) -> Result<Server, LabError> {
    let name = wanted.fault.map_or("OpenSSL 1.1.0i tls".to_owned(), |fault| {
        format!("OpenSSL 1.1.0i tls, {}", fault.name())
    });
    if !wanted.address.ip().is_loopback() {
        let reason = format!("{} is not loopback", wanted.address.ip());
        return Err(LabError::Command {
            command: name,
            reason,
        });
    }
    let certificate = match &wanted.certificate {
        Some(certificate) => certificate.clone(),
        None => Certificate::shared(KeyKind::Rsa)?,
    };
    let mut command = Command::new(built()?.join(PROGRAM));
    command
        .arg(wanted.address.ip().to_string())
        .arg(wanted.address.port().to_string())
        .arg(&certificate.key)
        .arg(&certificate.chain)
        .args(
            wanted
                .commands
                .iter()
                .map(|(name, value)| format!("{name}={value}")),
        );
    match wanted.fault {
        Some(fault) => command.env("HOLTER_LAB_FAULT", fault.name()),
        None => command.env_remove("HOLTER_LAB_FAULT"),
    };
    Server::start(name, &mut command, wanted.address, None)
}

/// What is to be served over datagrams.
#[derive(Debug, Clone)]
pub struct WeakDatagrams {
    /// Where to listen: loopback only, IPv4.
    pub address: SocketAddr,
    /// An OpenSSL cipher string; the library's default if none.
    pub ciphers: Option<String>,
    /// Demands a certificate from the client; any will do.
    pub require_client_cert: bool,
    /// The flaw, if any.
    pub fault: Option<Fault>,
    /// Key and certificate; the lab's shared RSA pair if none.
    pub certificate: Option<Certificate>,
}

/// As [`serve_tls`], over DTLS 1.0 and 1.2, with cookies.
///
/// # Errors
/// As [`serve_tls`].
pub fn serve_dtls(wanted: &WeakDatagrams) -> Result<Server, LabError> {
    let name = wanted.fault.map_or("OpenSSL 1.1.0i dtls".to_owned(), |fault| {
        format!("OpenSSL 1.1.0i dtls, {}", fault.name())
    });
    let certificate = match &wanted.certificate {
        Some(certificate) => certificate.clone(),
        None => Certificate::shared(KeyKind::Rsa)?,
    };
    let mut command = Command::new(built()?.join(OVER_DATAGRAMS));
    command
        .arg(wanted.address.ip().to_string())
        .arg(wanted.address.port().to_string())
        .arg(&certificate.key)
        .arg(&certificate.chain)
        .args(["any", wanted.ciphers.as_deref().unwrap_or("-"), "cookie"])
        .arg(if wanted.require_client_cert {
            "require"
        } else {
            "anyone"
        });
    match wanted.fault {
        Some(fault) => command.env("HOLTER_LAB_FAULT", fault.name()),
        None => command.env_remove("HOLTER_LAB_FAULT"),
    };
    Server::spawn(name, &mut command, wanted.address, None)?.wait_for_words("OpenSSL 1.1.0")
}

/// The folder of the programs, built the first time.
fn built() -> Result<PathBuf, LabError> {
    cache::obtain(NAME, build)
}

fn build(folder: &Path) -> Result<(), LabError> {
    let work = tempfile::tempdir_in(folder).map_err(|source| at(folder, source))?;
    let source = fetch(work.path())?;
    say("building OpenSSL 1.1.0i with its weak parts, for about a minute");
    let write = |path: PathBuf, text: &str| fs::write(&path, text).map_err(|error| at(&path, error));
    let server = work.path().join("tls_server.c");
    write(server.clone(), SERVER)?;
    write(source.join("include").join("lab_fault.h"), FAULT)?;
    for patch in PATCHES {
        apply(patch, &source.join(patch.file))?;
    }
    run(in_source("perl", &source)
        .args([
            "./Configure",
            "linux-x86_64",
            "no-shared",
            "no-unit-test",
            "no-asm",
        ])
        .args([
            "enable-ssl3",
            "enable-ssl3-method",
            "enable-weak-ssl-ciphers",
            "zlib",
        ])
        // An address that no machine has keeps the configuration of this one out.
        .args(["no-engine", "no-async", "--prefix=/nonexistent"])
        .args(["--openssldir=/nonexistent", "-O1"]))?;
    for target in ["build_generated", "libcrypto.a", "libssl.a"] {
        make(&source, target)?;
    }
    link(&source, &server, &folder.join(PROGRAM))?;
    let datagrams = work.path().join("dtls_server.c");
    write(datagrams.clone(), super::build::SERVER)?;
    link(&source, &datagrams, &folder.join(OVER_DATAGRAMS))
}

/// A patch that no longer fits must end the build: a server without its flaw would call a right scan wrong.
fn apply(patch: &Patch, path: &Path) -> Result<(), LabError> {
    let text = fs::read_to_string(path).map_err(|source| at(path, source))?;
    if text.matches(patch.from).count() != 1 {
        return Err(LabError::Command {
            command: format!("edit {}", patch.file),
            reason: format!("not found once: {}", patch.from.trim()),
        });
    }
    let head = "#include \"lab_fault.h\"\n";
    let text = text.trim_start_matches(head).replace(patch.from, patch.to);
    fs::write(path, format!("{head}{text}")).map_err(|source| at(path, source))
}
