//! The one who phones: remembers what it was told, so that a thousand certificates of one authority cost one call.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use hickory_resolver::config::{NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::{Resolver, TokioResolver};
use holter_net::Scope;
use tokio::sync::Mutex;

use crate::PhoneError;
use crate::http::{self, Ask};

/// An OCSP response is a few kilobytes.
const LONGEST_RESPONSE: usize = 64 << 10;

/// Large authorities have lists of several megabytes.
const LONGEST_LIST: usize = 16 << 20;

/// So many lists are remembered.
const MOST_LISTS: usize = 8;

/// The ports on which responders and lists are met: the web's, its usual other one, and OCSP's customary one. A certificate
/// is written by its owner, who may be an enemy: it must not lead a request to a printer or a management port.
const PORTS: [u16; 3] = [80, 8080, 2560];

/// A list, or why there is none.
type List = Result<Arc<Vec<u8>>, PhoneError>;

/// Asks third parties.
pub struct Phone {
    pub(crate) resolver: TokioResolver,
    scope: Scope,
    anywhere: bool,
    lists: Mutex<HashMap<String, List>>,
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Phone").finish_non_exhaustive()
    }
}

impl Phone {
    /// One that asks whom the scope allows, and the machine's own name servers or this one.
    ///
    /// # Errors
    /// [`PhoneError::Dns`] when the machine's name servers are not known.
    pub fn new(scope: Scope, name_server: Option<SocketAddr>) -> Result<Self, PhoneError> {
        let failed = |error: &dyn std::fmt::Display| PhoneError::Dns(error.to_string());
        let builder = match name_server {
            None => Resolver::builder_tokio().map_err(|error| failed(&error))?,
            Some(server) => {
                let mut wanted = NameServerConfig::udp_and_tcp(server.ip());
                for connection in &mut wanted.connections {
                    connection.port = server.port();
                }
                let config = ResolverConfig::from_name_servers(vec![wanted]);
                Resolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
        };
        Ok(Self {
            resolver: builder.build().map_err(|error| failed(&error))?,
            scope,
            anywhere: false,
            lists: Mutex::default(),
        })
    }

    /// Asks on any port, and on this machine, too: for a responder that stands there.
    #[must_use]
    pub const fn anywhere(mut self) -> Self {
        self.anywhere = true;
        self
    }

    /// Asks an OCSP responder (RFC 6960 appendix A).
    ///
    /// # Errors
    /// See [`PhoneError`].
    pub async fn ocsp(&self, url: &str, request: &[u8]) -> Result<Vec<u8>, PhoneError> {
        let ask = Ask {
            url,
            post: Some(("application/ocsp-request", request)),
            most: LONGEST_RESPONSE,
        };
        http::ask(self, &ask).await
    }

    /// Fetches a certificate revocation list (RFC 5280 section 4.2.1.13), once.
    ///
    /// # Errors
    /// See [`PhoneError`].
    pub async fn list(&self, url: &str) -> Result<Arc<Vec<u8>>, PhoneError> {
        // Held while fetching: whoever wants the same list waits for it instead of fetching it, too.
        let mut lists = self.lists.lock().await;
        if let Some(list) = lists.get(url) {
            return list.clone();
        }
        let ask = Ask {
            url,
            post: None,
            most: LONGEST_LIST,
        };
        let list = http::ask(self, &ask).await.map(Arc::new);
        if lists.len() < MOST_LISTS {
            lists.insert(url.to_owned(), list.clone());
        }
        list
    }

    /// Whether a third party may be met there: not on this machine or its own wire, and not on a port of something else.
    fn may_ask(&self, address: IpAddr, port: u16) -> bool {
        let near = match address.to_canonical() {
            IpAddr::V4(address) => {
                address.is_loopback()
                    || address.is_link_local()
                    || address.is_unspecified()
                    || address.is_multicast()
                    || address.is_broadcast()
            }
            IpAddr::V6(address) => {
                address.is_loopback()
                    || address.is_unicast_link_local()
                    || address.is_unspecified()
                    || address.is_multicast()
            }
        };
        self.anywhere || (!near && PORTS.contains(&port))
    }

    /// The first address of a host that may be asked.
    pub(crate) async fn address(&self, host: &str, port: u16) -> Result<SocketAddr, PhoneError> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let addresses: Vec<IpAddr> = match bare.parse() {
            Ok(address) => vec![address],
            Err(_) => match self.resolver.lookup_ip(host).await {
                Ok(found) => found.iter().collect(),
                Err(_) => Vec::new(),
            },
        };
        let Some(first) = addresses.first() else {
            return Err(PhoneError::NoAddress(host.chars().take(253).collect()));
        };
        addresses
            .iter()
            .find(|address| self.scope.allows_port(**address, port) && self.may_ask(**address, port))
            .map(|address| SocketAddr::new(*address, port))
            .ok_or(PhoneError::Excluded(*first))
    }
}
