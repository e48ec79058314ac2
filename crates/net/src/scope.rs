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
            allowed: Some(IpNet::aggregate(&allowed.to_vec())),
            excluded: IpNet::aggregate(&excluded.to_vec()),
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
}
