//! What the caller wants to offer a peer.

use holter_net::identity::Identity;
use holter_wire::extension::Extension;
use holter_wire::{CipherSuite, Version};

use crate::suite;

/// An offer: what a ClientHello says, and who the client is.
#[derive(Clone, Debug)]
pub struct Offer<'a> {
    /// The highest version, SSLv3 to TLS 1.2. The peer may choose a lower one.
    pub version: Version,
    /// The suites, in order of preference. Those that cannot be finished under [`Self::version`] are left out.
    pub suites: &'a [CipherSuite],
    /// The name that the peer is asked for.
    pub server_name: Option<&'a str>,
    /// Whether to allow heartbeats, so that the peer may allow ours (RFC 6520 section 2).
    pub heartbeat: bool,
    /// Who the client is, where the peer asks.
    pub identity: Option<&'a Identity>,
    /// Further extensions. One of a type that the hello has anyway takes its place.
    pub extensions: Vec<Extension>,
}

impl Offer<'_> {
    /// An offer of every suite that can be finished, up to a version.
    #[must_use]
    pub fn new(version: Version) -> Self {
        Self {
            version,
            suites: suite::preferred(),
            server_name: None,
            heartbeat: false,
            identity: None,
            extensions: Vec::new(),
        }
    }
}
