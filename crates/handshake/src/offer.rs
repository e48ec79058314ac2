//! What the caller wants to offer a peer.

use holter_net::identity::Identity;
use holter_wire::extension::Extension;
use holter_wire::{CipherSuite, NamedGroup, Version};

use crate::resumption::Resumption;
use crate::suite;

/// An offer: what a ClientHello says, and who the client is.
#[derive(Clone, Debug)]
pub struct Offer<'a> {
    /// The highest version, SSLv3 to TLS 1.3. The peer may choose a lower one that a suite of the offer fits.
    pub version: Version,
    /// The suites, in order of preference. Those that cannot be finished under [`Self::version`] are left out.
    pub suites: &'a [CipherSuite],
    /// The name that the peer is asked for.
    pub server_name: Option<&'a str>,
    /// Whether to allow heartbeats, so that the peer may allow ours (RFC 6520 section 2).
    pub heartbeat: bool,
    /// Who the client is, where the peer asks.
    pub identity: Option<&'a Identity>,
    /// Application protocols in order of preference, by the names of ALPN (RFC 7301); none means no extension.
    pub protocols: &'a [&'a [u8]],
    /// Whether to ask for a stapled OCSP response (RFC 6066 section 8).
    pub status_request: bool,
    /// Whether to ask for certificate timestamps (RFC 6962 section 3.3.1).
    pub timestamps: bool,
    /// Whether to take session tickets (RFC 5077). One to resume is offered anyway.
    pub tickets: bool,
    /// The session to go on with.
    pub resume: Option<&'a Resumption>,
    /// A session id of the caller's, in place of the one to resume. With a ticket any may be sent.
    pub session_id: Option<Vec<u8>>,
    /// Compression methods. A peer that chooses one but 0 ends in [`crate::HandshakeError::Compressed`].
    pub compression: Vec<u8>,
    /// Whether to say that a higher version has failed (RFC 7507).
    pub fallback: bool,
    /// Whether to offer the extended master secret (RFC 7627).
    pub extended_master_secret: bool,
    /// Whether to say that the client binds renegotiations to what came before (RFC 5746).
    pub renegotiation_info: bool,
    /// Whether to offer encrypt-then-MAC for CBC suites (RFC 7366).
    pub encrypt_then_mac: bool,
    /// The groups of key exchange, in order of preference. TLS 1.3 sends a share of the first.
    pub groups: &'a [NamedGroup],
    /// TLS 1.3, with a session whose ticket allows as much: data to send before the handshake is finished. Whoever
    /// records the hello can send it again, so it must be harmless.
    pub early_data: Option<&'a [u8]>,
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
            protocols: &[],
            status_request: false,
            timestamps: false,
            tickets: false,
            resume: None,
            session_id: None,
            compression: vec![0],
            fallback: false,
            extended_master_secret: true,
            renegotiation_info: true,
            encrypt_then_mac: false,
            groups: &crate::key_agreement::GROUPS,
            early_data: None,
            extensions: Vec::new(),
        }
    }
}
