//! What the roster says of each bad peer: its name, its vice, and the answers that a scanner may give.

use std::net::IpAddr;

use super::running::Running;
use crate::LabError;

/// One scripted server that misbehaves in one known way.
#[derive(Debug, Clone, Copy)]
pub struct BadPeer {
    /// Its name, in kebab case: stable, so that tests can ask for one.
    pub name: &'static str,
    /// What it does, in one line.
    pub about: &'static str,
    /// Over what it is reached.
    pub transport: Transport,
    /// Starts it on a free port of this address.
    pub start: fn(IpAddr) -> Result<Running, LabError>,
    /// What a right scan says of it.
    pub expect: Expectation,
}

/// Over what a bad peer is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// TLS over TCP.
    Tcp,
    /// DTLS over UDP.
    Udp,
}

/// What a right scan of a bad peer says about CVE-2014-0160.
#[derive(Debug, Clone, Copy)]
pub struct Expectation {
    /// The verdicts that are right, in the words of the contract; any other is a wrong scan.
    pub verdicts: &'static [&'static str],
    /// Whether the conversation can be had to its end.
    pub attempt: Attempt,
    /// Why these and no others, for the message of a failed test.
    pub why: &'static str,
}

/// Whether a scan of a bad peer can report its attempt as completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// Every question can be asked and its answer waited for.
    Completed,
    /// The peer stands in the way, and the scan must say so.
    Broken,
    /// Depends on how strictly a client reads what it is sent; both are honest.
    Either,
}
