//! What can go wrong while a lab server is fetched, built or started.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// An error of the lab itself, never of the thing under test.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LabError {
    /// A program that the lab needs is not on this machine.
    #[error("the lab needs `{program}`, which is not installed; `{install}` brings it")]
    Missing {
        /// The program that was looked for.
        program: String,
        /// The command that installs it.
        install: String,
    },
    /// A fetched file is not the one that was pinned.
    #[error("{what} has checksum {found}, pinned is {pinned}; it was thrown away")]
    Checksum {
        /// The package or file.
        what: String,
        /// The pinned checksum.
        pinned: String,
        /// The checksum found.
        found: String,
    },
    /// A command failed.
    #[error("`{command}` failed: {reason}")]
    Command {
        /// The command line.
        command: String,
        /// Its last words.
        reason: String,
    },
    /// A server did not open its port in time.
    #[error("{name} did not listen on {address} within {seconds} s; its log: {log}")]
    NotReady {
        /// The server.
        name: String,
        /// Where it should have listened.
        address: String,
        /// How long the lab waited.
        seconds: u64,
        /// The end of what it printed.
        log: String,
    },
    /// A scripted peer or proxy could not open its own port.
    #[error("the lab cannot listen on {address}: {source}")]
    Listen {
        /// Where it should have listened.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// The path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// The error of a file at this path.
pub(crate) fn at(path: &Path, source: std::io::Error) -> LabError {
    LabError::File {
        path: path.to_path_buf(),
        source,
    }
}
