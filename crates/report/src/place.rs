//! Where services stand in a document: in the order of addresses, then of ports. What has no address comes last.

use std::net::IpAddr;

use holter_model::{Endpoint, Service, Transport};

/// A service's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    nowhere: bool,
    address: Option<IpAddr>,
    port: u16,
    datagrams: bool,
}

impl Place {
    /// That of a service.
    pub(crate) fn of(service: &Service) -> Self {
        Self::at(service.endpoint)
    }

    /// That of an endpoint.
    pub(crate) fn at(endpoint: Option<Endpoint>) -> Self {
        Self {
            nowhere: endpoint.is_none(),
            address: endpoint.map(|endpoint| endpoint.address),
            port: endpoint.map_or(0, |endpoint| endpoint.port),
            datagrams: endpoint.is_some_and(|endpoint| endpoint.transport == Transport::Udp),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_numbers_and_not_words() {
        let place = |text: &str, port| {
            Place::at(Some(Endpoint {
                address: text.parse().unwrap(),
                port,
                transport: Transport::Tcp,
            }))
        };
        let mut places = [
            Place::at(None),
            place("10.0.0.10", 443),
            place("2001:db8::1", 1),
            place("10.0.0.9", 8443),
            place("10.0.0.9", 443),
        ];
        places.sort_unstable();
        let ports = places.map(|place| place.port);
        assert_eq!(ports, [443, 8443, 443, 1, 0]);
    }
}
