//! How a server of the table is run: one entry for each program.

use std::collections::BTreeMap;

use super::group::Group;
use crate::openssl110::weak::Fault;

/// A program and its configuration.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Run {
    /// An old Node.js.
    Node(Node),
    /// OpenSSL 1.0.2n.
    Openssl102 {},
    /// The same over DTLS.
    Dtls102 {},
    /// OpenSSL 1.1.0i with everything that can be built into it.
    Openssl110(Openssl110),
    /// The same over DTLS.
    Dtls110(Dtls110),
    /// Debian's `openssl s_server`.
    Openssl3(Openssl3),
    /// The same over DTLS.
    Dtls3 {
        /// Its arguments, beside where it listens and what it shows.
        #[serde(default)]
        arguments: Vec<String>,
    },
    /// `gnutls-serv` over DTLS.
    DtlsGnutls {
        /// Its priority string.
        priority: Option<String>,
    },
    /// `gnutls-serv`.
    Gnutls {
        /// Its priority string.
        priority: Option<String>,
    },
    /// A server of [`crate::debian`]; the door is the entry's protocol.
    Debian {
        /// Its name there.
        name: String,
    },
    /// Java's TLS.
    Java(Java),
    /// Erlang's TLS.
    Erlang {
        /// With all suites that it knows, up to TLS 1.2.
        #[serde(default)]
        everything: bool,
    },
    /// Caddy, on Go's TLS.
    Caddy {
        /// Lines of its `tls` block.
        #[serde(default)]
        lines: Vec<String>,
    },
}

impl Run {
    /// Whether it serves datagrams.
    #[must_use]
    pub const fn is_datagram(&self) -> bool {
        matches!(
            self,
            Self::Dtls102 {} | Self::Dtls110(_) | Self::Dtls3 { .. } | Self::DtlsGnutls { .. }
        )
    }

    /// Whether the lab has changed the program's code, so that it is no longer its authors' server.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        match self {
            Self::Openssl110(server) => server.fault.is_some(),
            Self::Dtls110(server) => server.fault.is_some(),
            Self::Node(node) => node.keeps_plaintext,
            _ => false,
        }
    }
}

/// See [`crate::node::NodeServer`].
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// One of [`crate::node::VERSIONS`].
    pub version: String,
    /// OpenSSL's name for the versions spoken.
    pub secure_protocol: Option<String>,
    /// An OpenSSL cipher string.
    pub ciphers: Option<String>,
    /// Demands a client certificate.
    #[serde(default)]
    pub request_client_cert: bool,
    /// Flags of Node itself.
    #[serde(default)]
    pub flags: Vec<String>,
    /// Its group for DHE.
    pub group: Option<Group>,
    /// What else Node's TLS server is told, in its own words.
    #[serde(default)]
    pub options: serde_json::Map<String, serde_json::Value>,
    /// Speaks HTTP/2 and nothing older.
    #[serde(default)]
    pub http2: bool,
    /// Has the flaw of STARTTLS injection.
    #[serde(default)]
    pub keeps_plaintext: bool,
}

/// See [`crate::openssl110::weak`].
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Openssl110 {
    /// OpenSSL's configuration commands.
    #[serde(default)]
    pub commands: BTreeMap<String, String>,
    /// Its group for DHE; of the certificate's strength if none.
    pub group: Option<Group>,
    /// The flaw that is switched on.
    pub fault: Option<Fault>,
}

/// See [`crate::openssl110::weak::WeakDatagrams`].
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dtls110 {
    /// An OpenSSL cipher string.
    pub ciphers: Option<String>,
    /// Demands a client certificate.
    #[serde(default)]
    pub require_client_cert: bool,
    /// The flaw that is switched on.
    pub fault: Option<Fault>,
}

/// `openssl s_server`.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Openssl3 {
    /// Its arguments, beside where it listens and what it shows.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// Its group for DHE.
    pub group: Option<Group>,
    /// Staples an OCSP response.
    #[serde(default)]
    pub staples: bool,
}

/// See [`crate::java::JavaServer`].
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Java {
    /// Takes back every restriction.
    #[serde(default)]
    pub unrestricted: bool,
    /// Names of protocols.
    pub protocols: Option<String>,
    /// Names of suites, or `all`.
    pub suites: Option<String>,
}
