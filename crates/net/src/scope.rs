//! Where packets may go. Nothing is sent outside it, whatever a name resolves to or a peer suggests.

use std::net::IpAddr;

use ipnet::IpNet;

/// The addresses that the user named, less those that the user excluded.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    allowed: Option<Vec<IpNet>>,
    excluded: Vec<IpNet>,
}

impl Scope {
    /// A scope of exactly these ranges, less the excluded ones.
    #[must_use]
    pub fn new(allowed: &[IpNet], excluded: &[IpNet]) -> Self {
        Self {
            allowed: Some(canonical(allowed)),
            excluded: canonical(excluded),
        }
    }

    /// Whether a packet may go to `address`.
    #[must_use]
    pub fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let named = self
            .allowed
            .as_ref()
            .is_none_or(|ranges| ranges.iter().any(|range| range.contains(&address)));
        named && !self.excluded.iter().any(|range| range.contains(&address))
    }
}

/// The ranges without overlaps; one of IPv4 addresses in IPv6's clothes (RFC 4291 section 2.5.5.2) as what it is.
fn canonical(ranges: &[IpNet]) -> Vec<IpNet> {
    const MAPPED: u8 = 96;
    let plain = |range: &IpNet| {
        let length = range.prefix_len().checked_sub(MAPPED)?;
        match range.addr().to_canonical() {
            address if address.is_ipv4() && range.addr().is_ipv6() => IpNet::new(address, length).ok(),
            _ => None,
        }
    };
    let ranges: Vec<IpNet> = ranges
        .iter()
        .map(|range| plain(range).unwrap_or(*range))
        .collect();
    IpNet::aggregate(&ranges)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exclusion_wins_over_a_range() {
        let net = |text: &str| text.parse::<IpNet>().unwrap();
        let scope = Scope::new(&[net("127.0.0.0/8"), net("::1/128")], &[net("127.0.9.0/24")]);
        let allows = |text: &str| scope.allows(text.parse().unwrap());
        assert!(allows("127.0.0.1") && allows("::1") && allows("::ffff:127.0.0.1"));
        assert!(!allows("127.0.9.1") && !allows("128.0.0.1") && !allows("::ffff:127.0.9.1"));
    }

    #[test]
    fn an_address_in_other_clothes_is_the_same_address() {
        let net = |text: &str| text.parse::<IpNet>().unwrap();
        let scope = Scope::new(&[net("127.0.0.0/8")], &[net("::ffff:127.0.9.0/120")]);
        assert!(scope.allows([127, 0, 0, 1].into()) && !scope.allows([127, 0, 9, 200].into()));
        let scope = Scope::new(&[net("::ffff:127.0.0.1/128")], &[]);
        assert!(scope.allows([127, 0, 0, 1].into()) && !scope.allows([127, 0, 0, 2].into()));
    }
}
