//! What the user says of whole networks: how fast, how carefully, and when not.

use std::net::IpAddr;

use holter_model::Fragility;
use ipnet::IpNet;

use crate::QuietHours;

/// One network.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Its addresses.
    pub range: IpNet,
    /// What people call it.
    pub name: Option<String>,
    /// New connections a second into it.
    pub rate: Option<f64>,
    /// How carefully its hosts must be touched, where nothing more exact is known of one.
    pub fragility: Option<Fragility>,
    /// When nothing may be sent into it; what holds everywhere holds here too.
    pub quiet: QuietHours,
}

/// The networks that the user has described.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Networks(Vec<Network>);

impl Networks {
    /// These networks. Of two with the same range the first counts.
    #[must_use]
    pub fn new(mut networks: Vec<Network>) -> Self {
        networks.sort_by_key(|network| std::cmp::Reverse(network.range.prefix_len()));
        Self(networks)
    }

    /// The network of an address: the smallest of those that hold it, and that one alone.
    #[must_use]
    pub fn of(&self, address: IpAddr) -> Option<&Network> {
        let address = address.to_canonical();
        self.0.iter().find(|network| network.range.contains(&address))
    }

    /// Which of them, in the order of [`Self::iter`], is the network of an address.
    pub(crate) fn place(&self, address: IpAddr) -> Option<usize> {
        let address = address.to_canonical();
        self.0.iter().position(|network| network.range.contains(&address))
    }

    /// Each of them, the smaller ranges first.
    pub fn iter(&self) -> impl Iterator<Item = &Network> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_network_that_holds_an_address_is_its_own() {
        let network = |range: &str| Network {
            range: range.parse().unwrap(),
            name: None,
            rate: None,
            fragility: None,
            quiet: QuietHours::default(),
        };
        let networks = Networks::new(
            ["10.0.0.0/8", "10.20.7.0/24", "10.20.0.0/16", "fd00::/8"]
                .map(network)
                .into(),
        );
        let of = |address: &str| {
            networks
                .of(address.parse().unwrap())
                .map(|network| network.range.to_string())
        };
        assert_eq!(of("10.20.7.9").as_deref(), Some("10.20.7.0/24"));
        assert_eq!(of("10.20.8.9").as_deref(), Some("10.20.0.0/16"));
        assert_eq!(of("::ffff:10.21.0.1").as_deref(), Some("10.0.0.0/8"));
        assert_eq!(of("fd00::1").as_deref(), Some("fd00::/8"));
        assert_eq!(of("192.0.2.1"), None);
    }
}
